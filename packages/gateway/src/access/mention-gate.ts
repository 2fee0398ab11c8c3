import type { OpenClawConfig } from "@openclaw/config";
import {
  compileMentionPatterns,
  type InboundMessage,
  identityMentionPatterns,
  matchesMention,
} from "@openclaw/plugin-sdk";

/** Whether a message of a group is for the assistant. */
export interface MentionVerdict {
  /** It is answered. */
  passes: boolean;
  /** It addresses the assistant. */
  mentioned: boolean;
}

export interface MentionRules {
  requireMention: boolean;
  patterns: readonly RegExp[];
  /** A command of somebody who may use commands. */
  isCommand: boolean;
}

/** Decides about a message that was let in. Where nobody can tell what a mention is, none is asked for. */
export function gateMention(
  message: Pick<InboundMessage, "text" | "mentions" | "trigger">,
  { requireMention, patterns, isCommand }: MentionRules,
): MentionVerdict {
  const { mentions } = message;
  if (message.trigger !== undefined) return { passes: true, mentioned: true };
  const elsewhere = mentions?.nativeOnly === true && mentions.any && !mentions.me;
  const mentioned =
    mentions?.me === true || (!elsewhere && matchesMention(message.text, patterns)) || mentions?.implicit === true;
  if (mentioned) return { passes: true, mentioned };
  const canTell = mentions !== undefined || patterns.length > 0;
  if (!requireMention || !canTell) return { passes: true, mentioned: false };
  const bypass = isCommand && mentions?.any !== true;
  return { passes: bypass, mentioned: bypass };
}

/** The sources of the patterns that mention an agent: its own, else the common ones, else its name and emoji. */
export function mentionPatternSources(
  config: OpenClawConfig,
  agentId: string,
  identity: () => { name?: string | undefined; emoji?: string | undefined },
): readonly string[] {
  const own = config.agents?.list?.find(({ id }) => id === agentId)?.groupChat?.mentionPatterns;
  return own ?? config.messages?.groupChat?.mentionPatterns ?? identityMentionPatterns(identity());
}

/** Compiles patterns once per text of them. */
export function createPatternCache(): (sources: readonly string[]) => readonly RegExp[] {
  const compiled = new Map<string, readonly RegExp[]>();
  return (sources) => {
    const key = JSON.stringify(sources);
    const known = compiled.get(key);
    if (known !== undefined) return known;
    // A configuration has few lists; what an edit left behind goes with the rest.
    if (compiled.size > 100) compiled.clear();
    const made = compileMentionPatterns(sources);
    compiled.set(key, made);
    return made;
  };
}

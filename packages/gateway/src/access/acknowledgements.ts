import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Channel, InboundMessage, MessageRef, RunningAccount } from "@openclaw/plugin-sdk";
import { journalId } from "../pipeline/channel-inbound.ts";
import type { AccessRules } from "./access-rules.ts";
import { refOf } from "./channel-entrance.ts";

/** Marks whose removal is waited for. */
const maxMarks = 1000;

/** Reactions that tell a sender that the assistant has seen a message. */
export interface Acknowledgements {
  /** Nothing waits for it, and a failure is only logged. */
  acknowledge(
    message: InboundMessage,
    about: { rules: AccessRules; requireMention: boolean; mentioned: boolean; agentId: string },
  ): void;
  /** Takes the reaction off a message that was answered, where that is wanted. */
  answered(id: string): Promise<void>;
}

export function createAcknowledgements(options: {
  config(): OpenClawConfig;
  channel(id: string): Channel | undefined;
  account(channel: string, accountId: string): RunningAccount | undefined;
  emoji(agentId: string): string | undefined;
  log: Logger;
}): Acknowledgements {
  const marks = new Map<string, { account: RunningAccount; ref: MessageRef; emoji: string; set: Promise<boolean> }>();
  const attempt = async (what: string, work: Promise<void> | undefined) => {
    try {
      await work;
      return true;
    } catch (error) {
      options.log.debug(`a reaction could not be ${what}`, { error: String(error) });
      return false;
    }
  };
  return {
    acknowledge(message, { rules, requireMention, mentioned, agentId }) {
      const account = options.account(message.channel, message.accountId);
      if (account?.react === undefined) return;
      const own = options.channel(message.channel)?.ownAck === true;
      const emoji = own
        ? ownEmoji(rules.config.ackReaction, message, mentioned || !requireMention)
        : commonEmoji(options.config(), message, requireMention && mentioned, () => options.emoji(agentId));
      if (emoji === undefined) return;
      const ref = refOf(message);
      const set = attempt("set", account.react(ref, { emoji }));
      if (options.config().messages?.removeAckAfterReply !== true) return;
      marks.set(journalId(message), { account, ref, emoji, set });
      const [oldest] = marks.keys();
      if (marks.size > maxMarks && oldest !== undefined) marks.delete(oldest);
    },
    async answered(id) {
      const mark = marks.get(id);
      if (mark === undefined) return;
      marks.delete(id);
      if (await mark.set)
        await attempt("taken away", mark.account.react?.(mark.ref, { emoji: mark.emoji, remove: true }));
    },
  };
}

function commonEmoji(
  config: OpenClawConfig,
  { chat }: InboundMessage,
  wasAsked: boolean,
  identityEmoji: () => string | undefined,
): string | undefined {
  const { ackReaction, ackReactionScope: scope = "group-mentions" } = config.messages ?? {};
  const emoji = ackReaction ?? identityEmoji() ?? "👀";
  if (emoji === "") return undefined;
  const direct = chat.kind === "direct";
  switch (scope) {
    case "all":
      return emoji;
    case "direct":
      return direct ? emoji : undefined;
    case "group-all":
      return direct ? undefined : emoji;
    case "group-mentions":
      return !direct && wasAsked ? emoji : undefined;
  }
}

/** `ackReaction` as an object of the channel's own: `emoji`, `direct` (true), `group` (`always`, `mentions`, `never`). */
function ownEmoji(setting: unknown, { chat }: InboundMessage, addressed: boolean): string | undefined {
  if (typeof setting !== "object" || setting === null) return undefined;
  const { emoji, direct, group } = { emoji: undefined, direct: undefined, group: undefined, ...setting };
  if (typeof emoji !== "string" || emoji === "") return undefined;
  if (chat.kind === "direct") return direct === false ? undefined : emoji;
  if (group === "never") return undefined;
  return group === "always" || addressed ? emoji : undefined;
}

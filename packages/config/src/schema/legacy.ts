import { isPlainObject } from "../plain-value.ts";
import type { ConfigIssue } from "./issue.ts";

/** A key of former releases: where it was and what has taken its place. */
interface LegacyKey {
  path: readonly string[];
  text: string;
  /** Only a value of this kind is the old form. */
  when?: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === "string";

const moved = (from: string, to: string): LegacyKey => ({
  path: from.split("."),
  text: `${from} was moved; use ${to} instead`,
});

const replaced = (from: string, by: string, when?: LegacyKey["when"]): LegacyKey => ({
  path: from.split("."),
  text: `${from} was replaced by ${by}`,
  ...(when && { when }),
});

const removed = (from: string, instead: string): LegacyKey => ({
  path: from.split("."),
  text: `${from} was removed; use ${instead} instead`,
});

const formerChannelSections = ["whatsapp", "telegram", "discord", "slack", "signal", "imessage", "msteams"];

const legacyKeys = (): LegacyKey[] => [
  ...formerChannelSections.map((id) => ({ path: [id], text: `${id} config moved to channels.${id}` })),
  removed("routing.allowFrom", "channels.whatsapp.allowFrom"),
  moved("routing.bindings", "top-level bindings"),
  moved("routing.agents", "agents.list"),
  moved("routing.defaultAgentId", "agents.list[].default"),
  moved("routing.agentToAgent", "tools.agentToAgent"),
  removed(
    "routing.groupChat.requireMention",
    'channels.whatsapp/telegram/imessage groups defaults (e.g. channels.whatsapp.groups."*".requireMention)',
  ),
  moved(
    "routing.groupChat.mentionPatterns",
    "agents.list[].groupChat.mentionPatterns or messages.groupChat.mentionPatterns",
  ),
  moved("routing.queue", "messages.queue"),
  moved("routing.transcribeAudio", "tools.media.audio.models"),
  removed("telegram.requireMention", 'channels.telegram.groups."*".requireMention'),
  moved("identity", "agents.list[].identity"),
  {
    path: ["agent"],
    text: "agent.* was moved; use agents.defaults (and tools.* for tool/elevated/exec settings) instead",
  },
  {
    path: ["agent", "model"],
    text: "agent.model string was replaced by agents.defaults.model.primary/fallbacks and agents.defaults.models",
    when: isText,
  },
  {
    path: ["agent", "imageModel"],
    text: "agent.imageModel string was replaced by agents.defaults.imageModel.primary/fallbacks",
    when: isText,
  },
  replaced("agent.allowedModels", "agents.defaults.models"),
  replaced("agent.modelAliases", "agents.defaults.models.*.alias"),
  replaced("agent.modelFallbacks", "agents.defaults.model.fallbacks"),
  replaced("agent.imageModelFallbacks", "agents.defaults.imageModel.fallbacks"),
  removed("tools.bash", "tools.exec"),
  replaced("messages.tts.enabled", "messages.tts.auto"),
  { path: ["gateway", "token"], text: "gateway.token is ignored; use gateway.auth.token instead" },
];

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isPlainObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/**
 * Finds keys of former releases. A file with any of them is invalid until it has been migrated, which `openclaw doctor
 * --fix` does; nothing else is worth reporting before that.
 */
export function legacyIssues(value: unknown): ConfigIssue[] {
  if (!isPlainObject(value)) return [];
  const issues: ConfigIssue[] = [];
  for (const key of legacyKeys()) {
    const found = valueAt(value, key.path);
    if (found === undefined || (key.when && !key.when(found))) continue;
    issues.push({ path: key.path.join("."), message: `${key.text} (auto-migrated on load).` });
  }
  return issues;
}

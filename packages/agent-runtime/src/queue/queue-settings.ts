import type { SessionEntry } from "@openclaw/sessions";

/** What happens to a message that arrives while a run of its session is under way. */
export type QueueMode = "steer" | "followup" | "collect" | "steer-backlog" | "interrupt";

/** What gives way when too many messages wait. */
export type QueueDrop = "old" | "new" | "summarize";

export interface QueueSettings {
  mode: QueueMode;
  /** Quiet time after the last message before the queue is taken up, ms. */
  debounceMs: number;
  /** Most messages that wait. */
  cap: number;
  drop: QueueDrop;
}

/** Settings of one message or session, as far as they are given. */
export interface QueueOverrides {
  mode?: string | undefined;
  debounceMs?: number | undefined;
  cap?: number | undefined;
  drop?: string | undefined;
}

/** The section `messages.queue` of the configuration. */
export interface QueueConfig {
  mode?: string | undefined;
  byChannel?: Readonly<Record<string, string | undefined>> | undefined;
  debounceMs?: number | undefined;
  debounceMsByChannel?: Readonly<Record<string, number | undefined>> | undefined;
  cap?: number | undefined;
  drop?: string | undefined;
}

export const defaultQueueSettings: QueueSettings = { mode: "collect", debounceMs: 1000, cap: 20, drop: "summarize" };

const modeNames: Record<QueueMode, readonly string[]> = {
  steer: ["queue", "queued", "steering"],
  followup: ["follow-up", "follow-ups", "followups"],
  collect: ["coalesce"],
  "steer-backlog": ["steer+backlog", "steer_backlog"],
  interrupt: ["interrupts", "abort"],
};
const dropNames: Record<QueueDrop, readonly string[]> = {
  old: ["oldest"],
  new: ["newest"],
  summarize: ["summary"],
};

/** The mode a word stands for; undefined for words that stand for none. */
export function parseQueueMode(word: string): QueueMode | undefined {
  return named(modeNames, word);
}

/** The drop policy a word stands for; undefined for words that stand for none. */
export function parseQueueDrop(word: string): QueueDrop | undefined {
  return named(dropNames, word);
}

/**
 * The settings in force for a message of a channel: those of the message, then of its session, then of the channel in
 * the configuration, then of all channels, then the defaults. `channelDebounceMs` is what the channel itself proposes.
 */
export function resolveQueueSettings(sources: {
  message?: QueueOverrides | undefined;
  session?: QueueOverrides | undefined;
  config?: QueueConfig | undefined;
  channel: string;
  channelDebounceMs?: number | undefined;
}): QueueSettings {
  const { message, session, config, channel } = sources;
  const mode = [message?.mode, session?.mode, config?.byChannel?.[channel], config?.mode]
    .map((word) => word && parseQueueMode(word))
    .find(Boolean);
  const drop = [message?.drop, session?.drop, config?.drop].map((word) => word && parseQueueDrop(word)).find(Boolean);
  const debounceMs =
    message?.debounceMs ??
    session?.debounceMs ??
    config?.debounceMsByChannel?.[channel] ??
    sources.channelDebounceMs ??
    config?.debounceMs ??
    defaultQueueSettings.debounceMs;
  const cap = message?.cap ?? session?.cap ?? config?.cap ?? defaultQueueSettings.cap;
  return {
    mode: mode || defaultQueueSettings.mode,
    drop: drop || defaultQueueSettings.drop,
    debounceMs: Math.max(0, debounceMs),
    cap: Math.max(1, Math.floor(cap)),
  };
}

/** What a session's record says about its queue. */
export function sessionQueue(
  entry: Pick<SessionEntry, "queueMode" | "queueDebounceMs" | "queueCap" | "queueDrop"> | undefined,
): QueueOverrides | undefined {
  return (
    entry && { mode: entry.queueMode, debounceMs: entry.queueDebounceMs, cap: entry.queueCap, drop: entry.queueDrop }
  );
}

function named<Name extends string>(names: Record<Name, readonly string[]>, word: string): Name | undefined {
  const wanted = word.trim().toLowerCase();
  for (const name in names) if (name === wanted || names[name].includes(wanted)) return name;
  return undefined;
}

import type { OpenClawConfig } from "@openclaw/config";
import { parseDuration } from "../duration.ts";

type HeartbeatConfig = NonNullable<NonNullable<NonNullable<OpenClawConfig["agents"]>["defaults"]>["heartbeat"]>;

/** How one agent looks after things on its own. */
export interface HeartbeatSettings {
  readonly agentId: string;
  /** As configured, for people. */
  readonly every: string;
  /** Pause between two heartbeats, ms; undefined when there are none. */
  readonly everyMs: number | undefined;
  /** What the agent is told, word for word. */
  readonly prompt: string;
  /** `last`, `none` or a channel. */
  readonly target: string;
  /** Longest text beside an acknowledgement that is still nothing to tell, in characters. */
  readonly ackMaxChars: number;
  readonly includeReasoning: boolean;
  readonly activeHours: HeartbeatConfig["activeHours"];
  readonly model: string | undefined;
  readonly session: string | undefined;
  readonly to: string | undefined;
  readonly accountId: string | undefined;
}

export const defaultHeartbeatPrompt =
  "Read HEARTBEAT.md if it exists (workspace context). Follow it strictly. Do not infer or repeat old tasks from prior chats. If nothing needs attention, reply HEARTBEAT_OK.";
const defaultEvery = "30m";
const defaultAckMaxChars = 300;

/** What the configuration says about the heartbeat of an agent, each key its own before the common one. */
export function heartbeatSettings(config: OpenClawConfig, agentId: string): HeartbeatSettings {
  const common = config.agents?.defaults?.heartbeat;
  const own = entryOf(config, agentId)?.heartbeat;
  const given: HeartbeatConfig = { ...common, ...withoutUndefined(own ?? {}) };
  const every = given.every ?? defaultEvery;
  const everyMs = parseDuration(every, "m");
  return {
    agentId,
    every,
    everyMs: everyMs === undefined || everyMs <= 0 ? undefined : everyMs,
    prompt: given.prompt?.trim() || defaultHeartbeatPrompt,
    target: given.target?.trim().toLowerCase() || "last",
    ackMaxChars: given.ackMaxChars ?? defaultAckMaxChars,
    includeReasoning: given.includeReasoning === true,
    activeHours: given.activeHours,
    model: given.model?.trim() || undefined,
    session: given.session?.trim() || undefined,
    to: given.to?.trim() || undefined,
    accountId: given.accountId?.trim() || undefined,
  };
}

/**
 * The agents that run heartbeats: those with a block of their own as soon as one has it, else the default agent alone;
 * never one without an interval.
 */
export function heartbeatAgents(
  config: OpenClawConfig,
  agents: { defaultId: string; normalizeId(id: string): string },
): HeartbeatSettings[] {
  const own = (config.agents?.list ?? [])
    .filter(({ heartbeat }) => heartbeat !== undefined)
    .map(({ id }) => agents.normalizeId(id));
  return [...new Set(own.length > 0 ? own : [agents.defaultId])]
    .map((agentId) => heartbeatSettings(config, agentId))
    .filter(({ everyMs }) => everyMs !== undefined);
}

function entryOf(config: OpenClawConfig, agentId: string) {
  return config.agents?.list?.find(({ id }) => id.trim().toLowerCase() === agentId);
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  const kept: Partial<T> = { ...value };
  for (const name of Object.keys(kept)) if (Reflect.get(kept, name) === undefined) Reflect.deleteProperty(kept, name);
  return kept;
}

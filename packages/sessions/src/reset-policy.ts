import { isGroupKey, isThreadKey, normalizeChannelId } from "./session-key.ts";

/** One policy as it stands in the configuration. */
export interface ResetPolicyConfig {
  mode?: "daily" | "idle";
  atHour?: number;
  idleMinutes?: number;
}

/** The parts of the `session` section that decide when a conversation starts anew. */
export interface ResetConfig {
  reset?: ResetPolicyConfig;
  resetByType?: {
    direct?: ResetPolicyConfig;
    dm?: ResetPolicyConfig;
    group?: ResetPolicyConfig;
    thread?: ResetPolicyConfig;
  };
  resetByChannel?: Record<string, ResetPolicyConfig>;
  /** Legacy: alone it means idle mode. */
  idleMinutes?: number;
  /** Idle limit of heartbeat turns, in place of the resolved one. */
  heartbeatIdleMinutes?: number;
}

export type ResetType = "direct" | "group" | "thread";

export interface ResetPolicy {
  mode: "daily" | "idle";
  /** Hour of the host's day, 0–23. */
  atHour: number;
  /** Undefined: the session does not expire by idling. */
  idleMinutes?: number;
}

const defaultHour = 4;
const defaultIdleMinutes = 60;

function hour(value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) return defaultHour;
  return Math.min(23, Math.max(0, Math.floor(value)));
}

function minutes(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return Math.max(1, Math.floor(value));
}

/** What decides the type of a conversation for the reset policy. */
export interface ResetTypeInput {
  key: string;
  chatType?: string;
  /** The message has a thread id, label or starter, or names a parent session. */
  isThread?: boolean;
}

export function resetTypeOf(input: ResetTypeInput): ResetType {
  if (input.isThread || isThreadKey(input.key)) return "thread";
  if (input.chatType === "group" || input.chatType === "channel" || isGroupKey(input.key)) return "group";
  return "direct";
}

/** The policy that applies. A channel's own policy replaces everything else. Times in minutes. */
export function resolveResetPolicy(
  config: ResetConfig | undefined,
  input: { type: ResetType; channel?: string; heartbeat?: boolean },
): ResetPolicy {
  const policy = withoutHeartbeat(config, input.type, input.channel);
  const heartbeatIdle = input.heartbeat ? minutes(config?.heartbeatIdleMinutes) : undefined;
  return heartbeatIdle === undefined ? policy : { ...policy, idleMinutes: heartbeatIdle };
}

function withoutHeartbeat(config: ResetConfig | undefined, type: ResetType, channel: string | undefined): ResetPolicy {
  const ofChannel = channelPolicy(config?.resetByChannel, channel);
  if (ofChannel) return complete(ofChannel.mode ?? "daily", hour(ofChannel.atHour), minutes(ofChannel.idleMinutes));
  const byType = config?.resetByType;
  const ofType = type === "direct" ? (byType?.direct ?? byType?.dm) : byType?.[type];
  const base = config?.reset;
  const legacyIdle = minutes(config?.idleMinutes);
  const onlyLegacy = legacyIdle !== undefined && base === undefined && byType === undefined;
  return complete(
    ofType?.mode ?? base?.mode ?? (onlyLegacy ? "idle" : "daily"),
    hour(ofType?.atHour) ?? hour(base?.atHour),
    minutes(ofType?.idleMinutes) ?? minutes(base?.idleMinutes) ?? legacyIdle,
  );
}

function complete(mode: "daily" | "idle", atHour: number | undefined, idleMinutes: number | undefined): ResetPolicy {
  const idle = idleMinutes ?? (mode === "idle" ? defaultIdleMinutes : undefined);
  return { mode, atHour: atHour ?? defaultHour, ...(idle === undefined ? {} : { idleMinutes: idle }) };
}

function channelPolicy(
  byChannel: Record<string, ResetPolicyConfig> | undefined,
  channel: string | undefined,
): ResetPolicyConfig | undefined {
  const wanted = normalizeChannelId(channel);
  if (!byChannel || !wanted) return undefined;
  for (const [id, policy] of Object.entries(byChannel)) {
    if (normalizeChannelId(id) === wanted) return policy;
  }
  return undefined;
}

/** The last moment (ms) at or before `now` when the wall clock of the zone showed `atHour`:00. */
export function dailyBoundary(now: number, atHour: number, timeZone?: string): number {
  return timeZone === undefined ? hostBoundary(now, atHour) : zoneBoundary(now, atHour, timeZone);
}

function hostBoundary(now: number, atHour: number): number {
  const boundary = new Date(now);
  boundary.setHours(atHour, 0, 0, 0);
  if (boundary.getTime() > now) boundary.setDate(boundary.getDate() - 1);
  return boundary.getTime();
}

function zoneBoundary(now: number, atHour: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const wall = (at: number) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
    return part;
  };
  // How far the zone's wall clock is ahead of UTC at a moment, in ms.
  const offset = (at: number) => {
    const p = wall(at);
    return Date.UTC(p.year!, p.month! - 1, p.day!, p.hour!, p.minute!, p.second!) - Math.floor(at / 1000) * 1000;
  };
  const today = wall(now);
  const at = (dayShift: number) => {
    const asUtc = Date.UTC(today.year!, today.month! - 1, today.day! + dayShift, atHour);
    // The offset is taken twice because the first guess may lie on the other side of a clock change.
    const guess = asUtc - offset(asUtc);
    return asUtc - offset(guess);
  };
  const boundary = at(0);
  return boundary > now ? at(-1) : boundary;
}

/**
 * Whether a conversation last active at `updatedAt` goes on at `now` (both ms).
 * With a daily hour and an idle limit, whichever expires first ends it.
 *
 * @param timeZone IANA zone; the zone of the host when absent.
 */
export function isFresh(updatedAt: number | undefined, now: number, policy: ResetPolicy, timeZone?: string): boolean {
  if (updatedAt === undefined) return false;
  if (policy.mode === "daily" && updatedAt < dailyBoundary(now, policy.atHour, timeZone)) return false;
  return policy.idleMinutes === undefined || now <= updatedAt + policy.idleMinutes * 60_000;
}

/** The commands that start a new session unless `session.resetTriggers` says otherwise. */
export const defaultResetTriggers: readonly string[] = ["/new", "/reset"];

/**
 * Recognises a reset command. `text` is the command text: envelope and bot mention already removed, the sender
 * already authorised. `rest` is what follows the trigger; it becomes the first message of the new session.
 */
export function matchResetTrigger(
  text: string,
  triggers: readonly string[] | undefined,
): { trigger: string; rest: string } | undefined {
  const trimmed = text.trim();
  const lower = trimmed.toLowerCase();
  for (const trigger of triggers?.length ? triggers : defaultResetTriggers) {
    const name = trigger.trim();
    if (!name) continue;
    if (lower === name.toLowerCase()) return { trigger: name, rest: "" };
    if (lower.startsWith(`${name.toLowerCase()} `))
      return { trigger: name, rest: trimmed.slice(name.length + 1).trim() };
  }
  return undefined;
}

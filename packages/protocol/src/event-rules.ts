import { type HeldScopes, holdsScope, type Role, type Scope } from "./scopes.ts";

/** Who gets an event. */
export interface EventRule {
  /** Scope an operator needs to receive it; absent = every operator does. */
  readonly scope?: Scope;
  /** Sent to one connection, never broadcast. */
  readonly direct?: true;
  /** Whether it may be skipped for a client that reads too slowly. */
  readonly droppable: boolean | "unless-terminal";
  readonly only?: 4;
  /** Broadcast to nodes too: to all, or to those that subscribed to a session. */
  readonly nodes?: "all" | "subscribed";
}

/**
 * Every event and who gets it. Nodes get few of the broadcasts; `agent` and `chat` reach them only for sessions they
 * subscribed to, as direct events without `seq`.
 */
export const eventRules = {
  "connect.challenge": { direct: true, droppable: false },
  agent: { scope: "operator.read", droppable: false, nodes: "subscribed" },
  chat: { scope: "operator.read", droppable: "unless-terminal", nodes: "subscribed" },
  presence: { scope: "operator.read", droppable: true },
  tick: { droppable: true, nodes: "all" },
  "talk.mode": { droppable: true },
  shutdown: { droppable: false, nodes: "all" },
  health: { droppable: false, nodes: "subscribed" },
  heartbeat: { droppable: true },
  cron: { scope: "operator.read", droppable: true },
  "node.pair.requested": { scope: "operator.pairing", droppable: true },
  "node.pair.resolved": { scope: "operator.pairing", droppable: true },
  "node.invoke.request": { direct: true, droppable: false },
  "device.pair.requested": { scope: "operator.pairing", droppable: true },
  "device.pair.resolved": { scope: "operator.pairing", droppable: true },
  "voicewake.changed": { droppable: true, nodes: "all" },
  "exec.approval.requested": { scope: "operator.approvals", droppable: true },
  "exec.approval.resolved": { scope: "operator.approvals", droppable: true },
  "sessions.changed": { scope: "operator.read", droppable: true, only: 4 },
  "session.message": { scope: "operator.read", droppable: true, only: 4 },
  "session.tool": { scope: "operator.read", droppable: true, only: 4 },
  "device.pair.changed": { scope: "operator.pairing", droppable: true, only: 4 },
  "skills.changed": { scope: "operator.read", droppable: true, only: 4 },
  "plugins.changed": { scope: "operator.read", droppable: true, only: 4 },
  "update.available": { scope: "operator.read", droppable: true, only: 4 },
} as const satisfies Record<string, EventRule>;

export type EventName = keyof typeof eventRules;

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(eventRules, name);
}

/**
 * The scope an operator needs to receive a broadcast; `undefined` = none. Events that are not in the catalogue (a
 * plugin's) need `operator.read`. `mayReceive` decides for nodes too.
 */
export function eventScope(event: string): Scope | undefined {
  return ruleOf(event).scope;
}

function ruleOf(event: string): EventRule {
  return isEventName(event) ? eventRules[event] : { scope: "operator.read", droppable: true };
}

/**
 * Whether a connection receives a broadcast of `event`. `subscribed`: the node has subscribed to a session (for `health`)
 * or to the session concerned (for `agent` and `chat`). Events of version 4 that need a subscription are further
 * narrowed by the Gateway.
 */
export function mayReceive(
  event: string,
  receiver: { role: Role; scopes: HeldScopes; protocol?: 3 | 4; subscribed?: boolean },
): boolean {
  const rule = ruleOf(event);
  if (rule.direct) return false;
  if (rule.only === 4 && receiver.protocol === 3) return false;
  if (receiver.role === "node") {
    return rule.nodes === "all" || (rule.nodes === "subscribed" && receiver.subscribed === true);
  }
  return rule.scope === undefined || holdsScope(receiver.scopes, rule.scope);
}

/** Whether a slow client may miss this event. Of `chat`, the states that end a run may not be missed. */
export function isDroppable(event: string, payload?: unknown): boolean {
  const { droppable } = ruleOf(event);
  if (droppable !== "unless-terminal") return droppable;
  const state = typeof payload === "object" && payload !== null && "state" in payload ? payload.state : undefined;
  return state === "delta" || state === "status";
}

/** Names for `features.events`. */
export function advertisedEvents(protocol: 3 | 4): EventName[] {
  return Object.entries<EventRule>(eventRules).flatMap(([name, rule]) =>
    isEventName(name) && (rule.only === undefined || protocol === 4) ? [name] : [],
  );
}

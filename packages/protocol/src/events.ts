import { z } from "zod";
import { connectChallenge } from "./connect.ts";
import { cronEvent } from "./cron-job.ts";
import type { EventName } from "./event-rules.ts";
import { execApprovalRequest, execDecision } from "./exec-approval.ts";
import { anything, count, nonEmpty, open, text, textOrNull, texts, timestamp } from "./fields.ts";
import { health, heartbeat, presenceEntry, talkMode } from "./health.ts";
import { chatMessage } from "./message.ts";
import { once } from "./once.ts";
import { deviceRequest, nodeRequest } from "./pairing.ts";
import { agentEvent, chatEvent } from "./run.ts";
import { sessionRow } from "./session-row.ts";

/** An event's name and the schema of its payload, built when first read. */
export interface EventContract<P = unknown, Name extends EventName = EventName> {
  readonly name: Name;
  readonly payload: z.ZodType<P>;
}

function event<const Name extends EventName, P extends z.ZodType>(
  name: Name,
  payload: () => P,
): EventContract<z.output<P>, Name> {
  const schema = once(payload);
  return {
    name,
    get payload() {
      return schema() as unknown as z.ZodType<z.output<P>>;
    },
  };
}

const notice = once(() => open({}));

/** Every event by name. Who gets which is in `eventRules`. */
export const events = {
  "connect.challenge": event("connect.challenge", connectChallenge),
  agent: event("agent", agentEvent),
  chat: event("chat", chatEvent),
  presence: event("presence", () => open({ presence: z.array(presenceEntry()) })),
  tick: event("tick", () => open({ ts: timestamp() })),
  "talk.mode": event("talk.mode", talkMode),
  shutdown: event("shutdown", () =>
    open({
      reason: text(),
      /** Milliseconds; `null` on version 3 and absent on version 4 when the Gateway does not come back. */
      restartExpectedMs: count().nullable().optional(),
    }),
  ),
  health: event("health", health),
  heartbeat: event("heartbeat", heartbeat),
  cron: event("cron", cronEvent),
  "node.pair.requested": event("node.pair.requested", nodeRequest),
  "node.pair.resolved": event("node.pair.resolved", () =>
    open({
      requestId: nonEmpty(),
      nodeId: nonEmpty(),
      decision: z.enum(["approved", "rejected", "expired"]),
      ts: timestamp(),
    }),
  ),
  /** Sent to one node. */
  "node.invoke.request": event("node.invoke.request", () =>
    open({
      id: nonEmpty(),
      nodeId: nonEmpty(),
      command: nonEmpty(),
      paramsJSON: textOrNull(),
      timeoutMs: count().optional(),
      idempotencyKey: text().optional(),
    }),
  ),
  "device.pair.requested": event("device.pair.requested", deviceRequest),
  "device.pair.resolved": event("device.pair.resolved", () =>
    open({
      requestId: nonEmpty(),
      deviceId: nonEmpty(),
      decision: z.enum(["approved", "rejected", "expired"]),
      ts: timestamp(),
    }),
  ),
  "voicewake.changed": event("voicewake.changed", () => open({ triggers: texts() })),
  "exec.approval.requested": event("exec.approval.requested", execApprovalRequest),
  "exec.approval.resolved": event("exec.approval.resolved", () =>
    open({ id: nonEmpty(), decision: execDecision(), resolvedBy: textOrNull().optional(), ts: timestamp() }),
  ),
  "sessions.changed": event("sessions.changed", () =>
    sessionRow().partial().extend({ sessionKey: nonEmpty(), reason: text().optional(), phase: text().optional() }),
  ),
  "session.message": event("session.message", () =>
    sessionRow().partial().extend({
      sessionKey: nonEmpty(),
      message: chatMessage(),
      messageSeq: count(),
      messageId: nonEmpty(),
    }),
  ),
  "session.tool": event("session.tool", () =>
    open({
      runId: nonEmpty(),
      sessionKey: nonEmpty(),
      phase: z.enum(["start", "update", "result"]).optional(),
      name: text().optional(),
      toolCallId: text().optional(),
      data: anything().optional(),
    }),
  ),
  "device.pair.changed": event("device.pair.changed", () => open({ deviceId: nonEmpty(), reason: text() })),
  "skills.changed": event("skills.changed", notice),
  "plugins.changed": event("plugins.changed", notice),
  "update.available": event("update.available", notice),
} satisfies { [Name in EventName]: EventContract<unknown, Name> };

export type Events = typeof events;

/** The payload of an event. */
export type PayloadOf<E extends EventName> = Events[E] extends EventContract<infer P> ? P : never;

import type { Exception } from "./exceptions.ts";

/** Refusals are the caller's fault, and say what is wrong without the name of a class. */
const plainRefusal: Exception = {
  because: "correction 19: refusals of cron are INVALID_REQUEST, with the plain text",
  differs: ["answer.error.code", "answer.error.message"],
};
const seenRuns: Exception = {
  because: "the runs of jobs are seen by clients like all others",
  differs: ["events: "],
};
const answeredWake: Exception = {
  because: "somebody who calls is heard, whatever HEARTBEAT.md says",
  differs: ["event heartbeat.payload.status", "event heartbeat.payload.reason", "events: "],
};

export const automationExceptions: Record<string, Exception> = {
  "v3/cron.add: at in the past": { because: "the message names times", differs: ["answer.error.message"] },
  "v3/cron.add: main session with agentTurn payload": plainRefusal,
  "v3/cron.add: isolated session with systemEvent payload": plainRefusal,
  "v3/cron.add: bad cron expression": plainRefusal,
  "v3/cron.add: delivery on a main job": plainRefusal,
  "v3/cron.add: bad everyMs": {
    because: "only what is wrong with the kind of schedule that was asked for is told",
    differs: ["answer.error.message"],
  },
  "v3/cron.run: force an isolated agent turn": seenRuns,
  "v3/cron.run: unknown id": plainRefusal,
  "v3/cron.update: unknown id": plainRefusal,
  "v3/cron.update: payload kind switch without text": plainRefusal,
  "v4/cron.list: ok": { because: "heartbeats are no jobs", differs: ["answer.payload.jobs[0].payload.kind"] },
  "v4/cron.run: force: enqueued": { ...seenRuns, differs: [], withoutEvents: true },
  "v4/cron.update: unknown": { because: "one wording for both versions", differs: ["answer.error.message"] },
  "v4/wake: now": {
    because: "the run of a heartbeat is seen like all others; why it ran is not told with its end",
    differs: ["events: ", "event heartbeat.payload.reason"],
  },
  "v3/last-heartbeat: after a heartbeat": {
    because: "somebody who calls is heard, whatever HEARTBEAT.md says",
    differs: ["answer.payload.status", "answer.payload.reason", "additional indicatorType"],
  },
  "v3/wake: now: heartbeat run follows": answeredWake,
};

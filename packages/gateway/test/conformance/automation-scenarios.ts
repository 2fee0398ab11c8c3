import fs from "node:fs";
import path from "node:path";
import type { Json, RecordedCase } from "./recorded.ts";
import type { Scenario } from "./scenarios.ts";
import type { Stage } from "./stage.ts";

const hour = 3_600_000;

/** Replaces the id of a job, and the time of a schedule. */
function filled(params: unknown, values: { id?: string; at?: string }): Json {
  const given = params as Json;
  const schedule = given.schedule as Json | undefined;
  return {
    ...given,
    ...(values.id === undefined ? {} : given.jobId === undefined ? { id: values.id } : { jobId: values.id }),
    ...(values.at === undefined ? {} : { schedule: { ...schedule, at: values.at } }),
  };
}

async function addJob(stage: Stage, more: Json): Promise<string> {
  const caller = await stage.caller();
  const from = caller.frames.length;
  const { id } = await stage.request("cron.add", more);
  await caller.event("cron", (payload) => payload.action === "added" && payload.jobId === id, from);
  return String(id);
}

const hello = "Hello from the fake model, this is a short streamed reply.".split(" ");

const reminder = () => ({
  name: "Reminder",
  schedule: { kind: "at", at: new Date(Date.now() + hour).toISOString() },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "Ping" },
});
const digest = {
  name: "Digest",
  agentId: "main",
  schedule: { kind: "every", everyMs: hour },
  payload: { kind: "agentTurn", message: "Say hello" },
  delivery: { mode: "none" },
};

const ofJob =
  (job: () => Json): Scenario =>
  async (stage, { params }) => ({ params: filled(params, { id: await addJob(stage, job()) }) });

/** The job that the list was recorded with. */
const described = {
  ...digest,
  description: "Says hello",
  payload: { ...digest.payload, thinking: "low", timeoutSeconds: 60 },
};

const tick = {
  name: "tick",
  schedule: { kind: "every", everyMs: 60_000 },
  payload: { kind: "systemEvent", text: "tick" },
};

const withJobs =
  (...jobs: (() => Json)[]): Scenario =>
  async (stage, { params }) => {
    const { jobs: before } = await stage.request("cron.list", { includeDisabled: true });
    for (const { id } of before as Json[]) await stage.request("cron.remove", { id });
    for (const job of jobs) await addJob(stage, job());
    return { params };
  };

/** The model says that there is nothing to tell. */
const allIsWell = (stage: Stage) => stage.gateway.model.enqueue({ words: ["HEARTBEAT_OK"] });

const afterRun: Scenario = async (stage, { params }) => {
  const id = await addJob(stage, digest);
  stage.gateway.model.enqueue({ words: hello });
  const caller = await stage.caller();
  const from = caller.frames.length;
  await stage.request("cron.run", { id });
  await caller.event("cron", (payload) => payload.action === "finished" && payload.jobId === id, from);
  return { params: filled(params, { id }) };
};

/** The model answers as it did in the recording. */
const answered =
  (scenario: Scenario): Scenario =>
  (stage, recorded) => {
    stage.gateway.model.enqueue({ words: hello });
    return scenario(stage, recorded);
  };

const at =
  (time: () => number): Scenario =>
  (_stage: Stage, { params }: RecordedCase) => ({ params: filled(params, { at: new Date(time()).toISOString() }) });

/** A HEARTBEAT.md in which nothing is to be done. */
const nothingToDo: Scenario = (stage, { params }) => {
  fs.writeFileSync(path.join(stage.gateway.workspace, "HEARTBEAT.md"), "# Nothing\n");
  allIsWell(stage);
  return { params };
};

export const automationScenarios: Record<string, Scenario> = {
  "v3/cron.add: one-shot system event for the main session": at(() => Date.now() + hour),
  "v3/cron.add: at in the past": at(() => 0),
  "v3/cron.list: enabled only": withJobs(
    () => tick,
    () => described,
  ),
  "v3/cron.list: include disabled": withJobs(
    () => tick,
    () => described,
  ),
  "v3/cron.remove: ok": ofJob(reminder),
  "v3/cron.run: not due": ofJob(() => digest),
  "v3/cron.run: force an isolated agent turn": answered(ofJob(() => digest)),
  "v3/cron.runs: after a run": afterRun,
  "v3/cron.status: with jobs": withJobs(reminder),
  "v3/cron.update: disable": ofJob(reminder),
  "v3/cron.update: jobId alias, schedule change": ofJob(reminder),
  "v3/cron.update: payload kind switch without text": ofJob(reminder),
  "v4/cron.list: ok": withJobs(() => digest),
  "v4/cron.remove: ok": ofJob(reminder),
  "v4/cron.run: force: enqueued": answered(ofJob(() => digest)),
  "v4/cron.runs: ok": afterRun,
  "v4/cron.status: ok": withJobs(reminder),
  "v4/cron.update: disable": ofJob(() => digest),
  "v3/last-heartbeat: after a heartbeat": async (stage, { params }) => {
    await nothingToDo(stage, { params } as RecordedCase);
    const caller = await stage.caller();
    const from = caller.frames.length;
    await stage.request("wake", { mode: "now", text: "Check" });
    await caller.event("heartbeat", () => true, from);
    return { params };
  },
  "v3/wake: now: heartbeat run follows": nothingToDo,
  "v4/wake: now": async (stage, recorded) => {
    stage.gateway.model.enqueue({ words: ["NO_REPLY"] });
    return { params: recorded.params };
  },
};

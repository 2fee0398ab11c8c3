import { normaliseCronAdd, normaliseCronUpdate } from "@openclaw/protocol";
import { describe, expect, test } from "vitest";
import { createJob, patchJob, repairJob } from "./job.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const create = (input: object) => createJob(normaliseCronAdd(input) as never, "job-1", now);
const patch = (job: ReturnType<typeof create>, change: object) =>
  patchJob(job, (normaliseCronUpdate({ id: "job-1", patch: change }) as { patch: never }).patch, now + 1000);
const reminder = { schedule: { every: "x", everyMs: 60_000 }, text: "water the plants" };

describe("a new job", () => {
  test("has everything its record needs", () => {
    expect(create({ schedule: { everyMs: 60_000 }, text: "water the plants" })).toEqual({
      id: "job-1",
      name: "water the plants",
      enabled: true,
      createdAtMs: now,
      updatedAtMs: now,
      schedule: { kind: "every", everyMs: 60_000, anchorMs: now },
      sessionTarget: "main",
      wakeMode: "now",
      payload: { kind: "systemEvent", text: "water the plants" },
      state: {},
    });
  });

  test.each([
    [{ sessionTarget: "main", payload: { kind: "agentTurn", message: "x" } }, "main cron jobs require payload.kind"],
    [
      { sessionTarget: "isolated", payload: { kind: "systemEvent", text: "x" } },
      "isolated cron jobs require payload.kind",
    ],
    [
      { sessionTarget: "main", payload: { kind: "systemEvent", text: "x" }, delivery: { mode: "announce" } },
      'cron delivery config is only supported for sessionTarget="isolated"',
    ],
    [{ name: " ", payload: { kind: "systemEvent", text: "x" }, schedule: { at: "soon" } }, "Invalid schedule.at"],
  ])("whose parts do not go together is refused: %j", (fields, message) => {
    expect(() => create({ schedule: { expr: "0 9 * * *" }, ...fields })).toThrow(message);
  });
});

describe("a patch", () => {
  const turn = create({
    schedule: { expr: "0 9 * * *" },
    message: "look around",
    model: "a/b",
    deliver: true,
    to: "7",
  });

  test("replaces what it names and leaves the rest, and the job it was made for", () => {
    const before = structuredClone(turn);
    const changed = patch(turn, { payload: { kind: "agentTurn", thinking: "high" }, name: "Round" });
    expect(changed).toMatchObject({
      name: "Round",
      payload: { kind: "agentTurn", message: "look around", model: "a/b", thinking: "high" },
      updatedAtMs: now + 1000,
    });
    expect(turn).toEqual(before);
  });

  test("merges the delivery field by field; an empty text takes a field away", () => {
    expect(turn.delivery).toEqual({ mode: "announce", to: "7" });
    expect(patch(turn, { delivery: { mode: "announce", channel: " Telegram " } }).delivery).toEqual({
      mode: "announce",
      channel: "telegram",
      to: "7",
    });
    expect(patch(turn, { delivery: { mode: "none", to: "" } }).delivery).toEqual({ mode: "none" });
  });

  test("that moves a job to the main session drops its delivery and needs a text", () => {
    expect(() => patch(turn, { sessionTarget: "main" })).toThrow('main cron jobs require payload.kind="systemEvent"');
    const moved = patch(turn, { sessionTarget: "main", payload: { kind: "systemEvent", text: "hello" } });
    expect(moved).not.toHaveProperty("delivery");
    expect(moved.payload).toEqual({ kind: "systemEvent", text: "hello" });
    expect(() => patch(turn, { payload: { kind: "systemEvent" } })).toThrow(
      'cron.update payload.kind="systemEvent" requires text',
    );
    expect(() => patch(moved, { payload: { kind: "agentTurn" } })).toThrow(
      'cron.update payload.kind="agentTurn" requires message',
    );
  });

  test("clears the agent with null and keeps it without a word", () => {
    const own = create({ ...reminder, schedule: { everyMs: 1 }, agentId: "ops" });
    expect(patch(own, { name: "x" }).agentId).toBe("ops");
    expect(patch(own, { agentId: null })).not.toHaveProperty("agentId");
  });
});

describe("a job from a store", () => {
  test("that is whole is taken as it is", () => {
    const job = create({ schedule: { everyMs: 60_000 }, text: "x" });
    expect(repairJob(job, now)).toBe(job);
  });

  test("of an older release gets what it lacks", () => {
    const old = {
      id: "j",
      schedule: { atMs: now + 60_000 },
      payload: { message: "hi", deliver: true, channel: "telegram" },
    };
    expect(repairJob(old, now)).toMatchObject({
      id: "j",
      name: "hi",
      enabled: true,
      deleteAfterRun: true,
      schedule: { kind: "at", at: "2026-03-01T12:01:00.000Z" },
      sessionTarget: "isolated",
      delivery: { mode: "announce", channel: "telegram" },
      createdAtMs: now,
      state: {},
    });
    const every = { id: "j", name: "n", createdAtMs: 5, schedule: { everyMs: 10 }, payload: { text: "x" } };
    expect(repairJob(every, now)?.schedule).toEqual({ kind: "every", everyMs: 10, anchorMs: 5 });
  });

  test.each([null, 7, {}, { id: "" }, { id: "a", schedule: {} }, { id: "a", schedule: { everyMs: 5 } }])(
    "that is none is not made one: %j",
    (found) => expect(repairJob(found, now)).toBeUndefined(),
  );
});

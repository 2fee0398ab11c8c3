import { describe, expect, it } from "vitest";
import { checkParams } from "./check-params.ts";
import { normaliseCronAdd, normaliseCronUpdate } from "./cron-input.ts";
import { methods } from "./methods.ts";

describe("normaliseCronAdd", () => {
  it("fills in what follows from the rest", () => {
    expect(normaliseCronAdd({ schedule: { everyMs: 60_000 }, payload: { text: "tick" } })).toEqual({
      name: "tick",
      schedule: { kind: "every", everyMs: 60_000 },
      sessionTarget: "main",
      wakeMode: "now",
      enabled: true,
      payload: { kind: "systemEvent", text: "tick" },
    });
    expect(normaliseCronAdd({ schedule: { expr: "0 7 * * *" }, payload: { message: "Good morning" } })).toMatchObject({
      name: "Good morning",
      schedule: { kind: "cron", expr: "0 7 * * *" },
      sessionTarget: "isolated",
      payload: { kind: "agentTurn", message: "Good morning" },
      delivery: { mode: "announce" },
    });
    expect(normaliseCronAdd({ schedule: { at: "2030-01-01" }, text: "x" })).toMatchObject({ deleteAfterRun: true });
  });

  it("unwraps, repairs capitals and takes a payload from the top level", () => {
    const job = normaliseCronAdd({
      job: {
        name: " Job ",
        enabled: "false",
        schedule: { kind: "AT", atMs: 0 },
        sessionTarget: "ISOLATED",
        wakeMode: "Next-Heartbeat",
        message: "hi",
        model: "opus",
        timeoutSeconds: 0.5,
        isolation: {},
      },
    });
    expect(job).toEqual({
      name: "Job",
      enabled: false,
      deleteAfterRun: true,
      schedule: { kind: "at", at: "1970-01-01T00:00:00.000Z" },
      sessionTarget: "isolated",
      wakeMode: "next-heartbeat",
      payload: { kind: "agentTurn", message: "hi", model: "opus", timeoutSeconds: 1 },
      delivery: { mode: "announce" },
    });
  });

  it("builds delivery from its older fields", () => {
    expect(
      normaliseCronAdd({
        schedule: { everyMs: 1 },
        payload: {
          kind: "agentturn",
          message: "hi",
          deliver: true,
          channel: "telegram",
          to: "1",
          bestEffortDeliver: true,
        },
      }),
    ).toMatchObject({
      payload: { kind: "agentTurn", message: "hi" },
      delivery: { mode: "announce", channel: "telegram", to: "1", bestEffort: true },
    });
    expect(normaliseCronAdd({ schedule: { everyMs: 1 }, payload: { message: "hi" }, deliver: false })).toMatchObject({
      delivery: { mode: "none" },
    });
  });

  it("cuts an inferred name at 60 characters and falls back to the schedule", () => {
    const named = (payload: object) => normaliseCronAdd({ schedule: { everyMs: 5 }, payload });
    expect(named({ text: `\n${"x".repeat(80)}\nmore` })).toMatchObject({ name: `${"x".repeat(59)}…` });
    expect(named({ kind: "systemEvent" })).toMatchObject({ name: "Every: 5ms" });
  });

  it("leaves what it cannot repair to the schema", () => {
    expect(checkParams(methods["cron.add"], { schedule: "daily", payload: { text: "x" } }, 3)).toMatchObject({
      error: { message: "invalid cron.add params: at /schedule: must be object" },
    });
    expect(normaliseCronAdd("x")).toBe("x");
  });

  it("does not change what it was given", () => {
    const given = { schedule: { everyMs: 1 }, payload: { text: "x" } };
    normaliseCronAdd(given);
    expect(given).toEqual({ schedule: { everyMs: 1 }, payload: { text: "x" } });
  });
});

describe("normaliseCronUpdate", () => {
  it("repairs the patch and adds no defaults", () => {
    expect(normaliseCronUpdate({ jobId: "a", patch: { schedule: { everyMs: 7 }, enabled: "true" } })).toEqual({
      jobId: "a",
      patch: { schedule: { kind: "every", everyMs: 7 }, enabled: true },
    });
  });

  it("keeps null, which clears a field", () => {
    expect(checkParams(methods["cron.update"], { id: "a", patch: { agentId: null } }, 3)).toEqual({
      ok: true,
      params: { id: "a", patch: { agentId: null } },
    });
  });
});

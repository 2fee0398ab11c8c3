import { describe, expect, it } from "vitest";
import { checkParams, unsupportedParams } from "./check-params.ts";
import { methods } from "./methods.ts";

const message = { sessionKey: "main", message: "hi", idempotencyKey: "k" };

describe("checkParams", () => {
  it("keeps version 3 objects closed and accepts the additions of version 4 there", () => {
    const params = { ...message, queueMode: "steer", agentId: "main" };
    expect(checkParams(methods["chat.send"], params, 3)).toEqual({
      ok: false,
      error: {
        code: "INVALID_REQUEST",
        message:
          "invalid chat.send params: at root: unexpected property 'queueMode'; at root: unexpected property 'agentId'",
      },
    });
    expect(checkParams(methods["chat.send"], params, 4)).toEqual({ ok: true, params });
  });

  it("treats absent and null parameters as an empty object", () => {
    expect(checkParams(methods["agents.list"], undefined, 3)).toEqual({ ok: true, params: {} });
    expect(checkParams(methods["agents.list"], null, 4)).toEqual({ ok: true, params: {} });
  });

  it("fills in the defaults of the version", () => {
    expect(checkParams(methods["chat.history"], { sessionKey: "main" }, 3)).toMatchObject({ params: { limit: 200 } });
    expect(checkParams(methods["sessions.list"], {}, 3)).toEqual({ ok: true, params: {} });
    expect(checkParams(methods["sessions.list"], {}, 4)).toEqual({ ok: true, params: { limit: 100 } });
    expect(checkParams(methods["cron.runs"], { id: "a" }, 3)).toMatchObject({ params: { limit: 200 } });
    expect(checkParams(methods["cron.runs"], { id: "a" }, 4)).toMatchObject({ params: { limit: 50 } });
  });

  it("applies what version 4 relaxes", () => {
    expect(checkParams(methods["agents.create"], { name: "Work" }, 3).ok).toBe(false);
    expect(checkParams(methods["agents.create"], { name: "Work" }, 4).ok).toBe(true);
  });

  it.each(unsupportedParams)("refuses %s by name on version 4 where the method does not know it", (name) => {
    expect(checkParams(methods["chat.send"], { ...message, [name]: "x" }, 4)).toEqual({
      ok: false,
      error: { code: "INVALID_REQUEST", message: `unsupported parameter: ${name}` },
    });
    // `agent` drops what it does not know, but never these.
    expect(checkParams(methods.agent, { message: "hi", idempotencyKey: "k", [name]: "x" }, 4).ok).toBe(false);
  });

  it("ignores an unsupported parameter that asks for nothing", () => {
    expect(checkParams(methods["chat.send"], { ...message, incognito: false, worktree: null }, 4)).toEqual({
      ok: true,
      params: message,
    });
  });

  it("accepts such a parameter where the method declares it", () => {
    const params = { key: "main", expectedSessionId: "s" };
    expect(checkParams(methods["sessions.reset"], params, 4)).toEqual({ ok: true, params });
    expect(checkParams(methods["sessions.reset"], params, 3)).toMatchObject({ ok: false });
  });

  it("drops the internal fields of version 4 clients of `agent`", () => {
    const params = { message: "hi", idempotencyKey: "k" };
    expect(checkParams(methods.agent, { ...params, internalRuntimeHint: 1 }, 4)).toEqual({ ok: true, params });
  });

  it("passes unknown parameters of open methods through and ignores wrong optional ones", () => {
    expect(checkParams(methods.health, { bogus: 1, probe: "yes" }, 3)).toEqual({
      ok: true,
      params: { bogus: 1, probe: undefined },
    });
    expect(checkParams(methods["usage.cost"], { days: -1 }, 3)).toMatchObject({ params: { days: 30 } });
  });

  it("brings a limit of an open method into its range", () => {
    const limitFor = (limit: unknown) => checkParams(methods["sessions.usage.logs"], { key: "main", limit }, 3);
    for (const [given, used] of [
      [5, 5],
      [5_000, 1_000],
      [-1, 200],
      ["x", 200],
      [undefined, 200],
    ]) {
      expect(limitFor(given)).toMatchObject({ params: { limit: used } });
    }
  });

  it("answers with the method's own text where it has one", () => {
    expect(checkParams(methods["browser.request"], { method: "PUT", path: "/" }, 3)).toMatchObject({
      error: { message: "method must be GET, POST, or DELETE" },
    });
    expect(checkParams(methods["browser.request"], "x", 3)).toMatchObject({
      error: { message: "method and path are required" },
    });
  });

  it("names the allowed values in the details", () => {
    expect(checkParams(methods.wake, { mode: "later", text: "x" }, 3)).toMatchObject({
      error: { details: { expected: { "/mode": ["now", "next-heartbeat"] } } },
    });
  });

  it("accepts either spelling of a job's id, and both", () => {
    for (const id of [{ id: "a" }, { jobId: "a" }, { id: "a", jobId: "b" }]) {
      expect(checkParams(methods["cron.remove"], id, 3)).toEqual({ ok: true, params: id });
    }
  });

  it("lets the owner judge an attachment's content", () => {
    expect(checkParams(methods["chat.send"], { ...message, attachments: [{ content: 1, extra: true }] }, 3).ok).toBe(
      true,
    );
  });

  it("never throws, whatever it is given", () => {
    for (const contract of Object.values(methods)) {
      for (const raw of [[], "x", 1, true, { patch: [] }, { schedule: [], payload: 1 }, Object.create(null)]) {
        for (const protocol of [3, 4] as const) {
          const checked = checkParams<unknown, unknown>(contract, raw, protocol);
          expect(checked.ok || checked.error.message.length > 0).toBe(true);
        }
      }
    }
  });
});

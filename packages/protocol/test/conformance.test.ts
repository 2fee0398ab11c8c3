import { describe, expect, it } from "vitest";
import {
  advertisedEvents,
  advertisedMethods,
  authorize,
  checkParams,
  connectParams,
  errorShape,
  eventFrame,
  events,
  findMethod,
  formatProblems,
  helloOk,
  isEventName,
  type ProtocolVersion,
  type Role,
  readRequestFrame,
  responseFrame,
} from "../src/index.ts";
import { normalise, type RecordedCase, record, recordedCases, recordedEvents, recordedHandshakes } from "./recorded.ts";

/** Methods of the recorded releases that this package does not describe. */
const notDescribed = ["no.such.method", "commands.list", "tools.catalog"];

/** Requests we refuse on purpose with another text, or accept, each with its reason. */
const exceptions: Record<string, string> = {
  "v3/cron.add: bad everyMs": "unions are not a contract: only the branch the caller named is reported",
  "v3/cron.runs: limit too large": "unions are not a contract: only the branch the caller named is reported",
  "v4/chat.send: missing params": "parameter errors keep their general text when no session is named",
  "v4/agent: missing params": "all problems are listed on both versions, not the first one only",
  "v4/handshake: nonce missing": "an absent nonce is refused later in the handshake, as `device nonce required`",
  "v4/handshake: unknown client.id": "one wording of enumerations for both versions",
};

/** Texts that begin like a parameter error but are decided by the owner of the method. */
const decidedByOwner = [
  /^invalid agent params: unknown (agent id|channel)/,
  /^invalid agent(\.identity\.get)? params: agent ".*" does not match session key agent /,
];

/** Refusals with a text of their own, of methods that do not check their parameters as a closed object. */
const ownTexts = [
  "text required",
  "invalid set-heartbeats params: enabled (boolean) required",
  "tts.convert requires text",
  "Invalid provider. Use openai, elevenlabs, or edge.",
  "voicewake.set requires triggers: string[]",
  "key is required for timeseries",
  "key is required for logs",
  "method and path are required",
  "method must be GET, POST, or DELETE",
];

/** The recorded refusal of the parameters, if that is what the case shows. */
function paramsError(entry: RecordedCase): string | undefined {
  const message = entry.errors[0]?.message;
  if (message === undefined) return undefined;
  if (ownTexts.includes(message)) return message;
  const general = message.startsWith(`invalid ${entry.method} params: `);
  return general && !decidedByOwner.some((text) => text.test(message)) ? message : undefined;
}

function isAuthorisationError(entry: RecordedCase): boolean {
  return /^(missing scope|unauthorized role): /.test(entry.errors[0]?.message ?? "");
}

function callerOf(entry: RecordedCase): { role: Role; scopes: string[]; protocol: ProtocolVersion } {
  if (entry.as === "node") return { role: "node", scopes: [], protocol: entry.protocol };
  const named = /scopes \[(.*)\]/.exec(entry.as ?? "");
  return { role: "operator", scopes: named?.[1]?.split(", ") ?? ["operator.admin"], protocol: entry.protocol };
}

/** Long values were replaced in the recordings; a label that was too long is made so again. */
function restore(params: unknown): unknown {
  return JSON.parse(JSON.stringify(params ?? null).replaceAll('"label":"<opaque>"', `"label":"${"x".repeat(101)}"`));
}

for (const protocol of [3, 4] as const) {
  const cases = recordedCases(protocol);
  const requests = cases.filter((entry) => entry.params.length > 0);

  describe(`recorded requests of version ${protocol}`, () => {
    it("are of methods this package describes, apart from those listed", () => {
      const unknown = cases.map((entry) => entry.method).filter((name) => findMethod(name, protocol) === undefined);
      expect(unknown.filter((name) => !notDescribed.includes(name))).toEqual([]);
    });

    it("are authorised or refused as recorded", () => {
      expect(requests.length).toBeGreaterThan(60);
      for (const entry of requests) {
        expect(authorize(entry.method, callerOf(entry)), entry.id).toEqual(
          isAuthorisationError(entry) ? entry.errors[0] : undefined,
        );
      }
    });

    it("have parameters that are accepted or refused as recorded, with the recorded text", () => {
      for (const entry of requests) {
        const contract = findMethod(entry.method, protocol);
        if (contract === undefined || isAuthorisationError(entry) || entry.id in exceptions) continue;
        for (const params of entry.params) {
          const checked = checkParams(contract, restore(params), protocol);
          expect(checked.ok ? undefined : checked.error.message, entry.id).toBe(paramsError(entry));
        }
      }
    });

    it("are refused in the exceptional cases too", () => {
      for (const entry of requests.filter((candidate) => candidate.id in exceptions)) {
        const contract = findMethod(entry.method, protocol);
        const checked = contract && checkParams(contract, entry.params[0], protocol);
        expect(checked, entry.id).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST" } });
      }
    });
  });

  describe(`recorded answers of version ${protocol}`, () => {
    it("satisfy the result schema of their method", () => {
      let checked = 0;
      for (const entry of cases) {
        for (const result of entry.results) {
          const parsed = findMethod(entry.method, protocol)?.result.safeParse(result);
          expect(parsed?.error && formatProblems(parsed.error, result), entry.id).toBeUndefined();
          checked += 1;
        }
      }
      expect(checked).toBeGreaterThan(60);
    });

    it("carry errors in the shape of errors", () => {
      for (const entry of cases) {
        for (const error of entry.errors) expect(errorShape.safeParse(error).error, entry.id).toBeUndefined();
      }
    });
  });

  describe(`recorded events of version ${protocol}`, () => {
    const recorded = recordedEvents(protocol);
    // A notice of a feature that is not ours.
    const foreign = ["voicewake.routing.changed"];

    it("satisfy the payload schema of their event", () => {
      expect(recorded.length).toBeGreaterThan(50);
      for (const { id, frame } of recorded) {
        const name = String(frame.event);
        if (foreign.includes(name)) continue;
        if (!isEventName(name)) throw new Error(`${id}: not in the catalogue`);
        const parsed = events[name].payload.safeParse(frame.payload);
        expect(parsed.error && formatProblems(parsed.error, frame.payload), id).toBeUndefined();
      }
    });
  });

  describe(`recorded handshakes of version ${protocol}`, () => {
    const handshakes = recordedHandshakes(protocol);
    const framesOf = (exchange: Record<string, unknown>[], side: "c2s" | "s2c"): Record<string, unknown>[] =>
      exchange.map((step) => record(normalise(step[side]))).filter((frame) => frame !== undefined);

    it("have connect parameters that are accepted or refused as recorded", () => {
      let connects = 0;
      for (const { name, exchange } of handshakes) {
        const id = `v${protocol}/handshake: ${name}`;
        if (id in exceptions) continue;
        const answers = framesOf(exchange, "s2c");
        for (const sent of framesOf(exchange, "c2s")) {
          const read = readRequestFrame(sent);
          if (!read.ok || read.frame.method !== "connect") continue;
          connects += 1;
          const message = record(answers.find((frame) => frame.id === read.frame.id)?.error)?.message;
          const recorded = String(message).startsWith("invalid connect params: ") ? message : undefined;
          const parsed = connectParams.safeParse(read.frame.params);
          const problems = parsed.error && formatProblems(parsed.error, read.frame.params);
          expect(problems && `invalid connect params: ${problems}`, id).toBe(recorded);
        }
      }
      expect(connects).toBeGreaterThan(20);
    });

    it("have answers and events in the form of frames, and a hello-ok that satisfies its schema", () => {
      for (const { name, exchange } of handshakes) {
        for (const frame of framesOf(exchange, "s2c")) {
          const schema = frame.type === "res" ? responseFrame : eventFrame;
          expect(schema.safeParse(frame).error, name).toBeUndefined();
          const hello = record(frame.payload);
          // Some recordings keep only the fields that matter for their case.
          if (hello?.type !== "hello-ok" || !("server" in hello)) continue;
          const parsed = helloOk.safeParse(hello);
          expect(parsed.error && formatProblems(parsed.error, hello), name).toBeUndefined();
        }
      }
    });

    it("have malformed frames that are answered with the recorded problems", () => {
      const malformed = handshakes.find(({ name }) => name.startsWith("malformed frames after connect"));
      const recorded = framesOf(malformed?.exchange ?? [], "s2c").map((frame) => [
        frame.id,
        // Version 4 of the reference lists the first missing property only.
        String(record(frame.error)?.message).split("; ")[0],
      ]);
      const sent = (malformed?.exchange ?? [])
        .map((step) => normalise(step.c2s))
        .filter((frame) => frame !== undefined);
      const ours = sent.flatMap((frame) => {
        const read = readRequestFrame(frame);
        if (read.ok || record(frame)?.raw !== undefined) return [];
        return [[read.id, `invalid request frame: ${read.problems.split("; ")[0]}`]];
      });
      expect(ours.length).toBeGreaterThan(2);
      for (const answer of ours) expect(recorded).toContainEqual(answer);
    });
  });
}

describe("what a Gateway advertises on version 3", () => {
  const hello = record(record(recordedHandshakes(3)[0]?.exchange[2]?.s2c)?.payload);

  it("is the recorded list of 86 methods", () => {
    expect(advertisedMethods(3).toSorted()).toEqual(recordedNames("methods").toSorted());
    expect(advertisedMethods(3)).toHaveLength(86);
  });

  it("is the recorded list of 18 events", () => {
    expect(advertisedEvents(3)).toEqual(recordedNames("events"));
    expect(advertisedEvents(3)).toHaveLength(18);
  });

  function recordedNames(kind: "methods" | "events"): string[] {
    const names = record(hello?.features)?.[kind];
    return Array.isArray(names) ? names.map(String) : [];
  }
});

describe("the list of exceptions", () => {
  it("names recorded cases only", () => {
    const ids = [3, 4].flatMap((protocol) => [
      ...recordedCases(protocol === 3 ? 3 : 4).map((entry) => entry.id),
      ...recordedHandshakes(protocol === 3 ? 3 : 4).map(({ name }) => `v${protocol}/handshake: ${name}`),
    ]);
    expect(Object.keys(exceptions).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

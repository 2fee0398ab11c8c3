import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestFrame } from "./frames.ts";
import { formatProblems } from "./problems.ts";
import { readRequestFrame } from "./request-frame.ts";

describe("readRequestFrame", () => {
  it("accepts a request and returns it as it is", () => {
    const frame = { type: "req", id: "1", method: "health", params: { probe: true }, traceparent: "00-a-b-01" };
    const read = readRequestFrame(frame);
    expect(read.ok && read.frame).toBe(frame);
  });

  it("answers a malformed frame under its own id, also an empty one, and else under `invalid`", () => {
    expect(readRequestFrame({ type: "req", id: "x1" })).toEqual({
      ok: false,
      id: "x1",
      problems: "must have required property 'method'",
    });
    expect(readRequestFrame({ type: "req", id: "", method: "health" })).toEqual({
      ok: false,
      id: "",
      problems: "at /id: must NOT have fewer than 1 characters",
    });
    expect(readRequestFrame({ foo: 1 })).toEqual({
      ok: false,
      id: "invalid",
      problems:
        "must have required property 'type'; must have required property 'id'; must have required property 'method'; at root: unexpected property 'foo'",
    });
    expect(readRequestFrame([1, 2])).toEqual({ ok: false, id: "invalid", problems: "must be object" });
    expect(readRequestFrame({ type: "req", id: 7, method: "health" })).toMatchObject({ id: "invalid" });
  });

  it("judges every value as the schema does, in the same words", () => {
    const nearFrame = fc.record(
      {
        type: fc.constantFrom("req", "res", "", 1, null),
        id: fc.constantFrom("1", "", 1, null, {}),
        method: fc.constantFrom("health", "", 0, []),
        params: fc.jsonValue(),
        traceparent: fc.constantFrom("t", "t".repeat(128), "t".repeat(129), 1),
        expectedProfileId: fc.constantFrom("p", "", null),
        extra: fc.jsonValue(),
        hasOwnProperty: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: nearFrame }, { weight: 1, arbitrary: fc.jsonValue() }), (drawn) => {
        // What arrives is always parsed JSON.
        const message: unknown = JSON.parse(JSON.stringify(drawn));
        const read = readRequestFrame(message);
        const parsed = requestFrame.safeParse(message);
        const problems = parsed.error && formatProblems(parsed.error, message);
        expect(read.ok ? undefined : read.problems).toBe(problems);
      }),
      { numRuns: 2_000 },
    );
  });
});

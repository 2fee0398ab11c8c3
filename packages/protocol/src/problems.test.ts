import { describe, expect, it } from "vitest";
import { z } from "zod";
import { boundedText, integer, orNull } from "./fields.ts";
import { expectedValues, formatProblems, joinProblems } from "./problems.ts";

function problems(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value);
  return parsed.error ? formatProblems(parsed.error, value) : "";
}

describe("formatProblems", () => {
  const client = z.strictObject({ id: z.string().min(1), age: integer(0, 9).optional() });
  const schema = z.strictObject({ client, tags: z.array(z.string()).min(1).max(2).optional() });

  it.each([
    [schema, {}, "must have required property 'client'"],
    [schema, null, "must be object"],
    [schema, [], "must be object"],
    [schema, { client: { id: "a" }, x: 1 }, "at root: unexpected property 'x'"],
    [
      schema,
      { client: { id: "a", x: 1, y: 2 } },
      "at /client: unexpected property 'x'; at /client: unexpected property 'y'",
    ],
    [schema, { client: {} }, "at /client: must have required property 'id'"],
    [schema, { client: 1 }, "at /client: must be object"],
    [schema, { client: { id: 1 } }, "at /client/id: must be string"],
    [schema, { client: { id: "" } }, "at /client/id: must NOT have fewer than 1 characters"],
    [schema, { client: { id: "a", age: "1" } }, "at /client/age: must be integer"],
    [schema, { client: { id: "a", age: 1.5 } }, "at /client/age: must be integer"],
    [schema, { client: { id: "a", age: -1 } }, "at /client/age: must be >= 0"],
    [schema, { client: { id: "a", age: 10 } }, "at /client/age: must be <= 9"],
    [schema, { client: { id: "a" }, tags: {} }, "at /tags: must be array"],
    [schema, { client: { id: "a" }, tags: [] }, "at /tags: must NOT have fewer than 1 items"],
    [schema, { client: { id: "a" }, tags: ["a", "b", "c"] }, "at /tags: must NOT have more than 2 items"],
    [schema, { client: { id: "a" }, tags: [1] }, "at /tags/0: must be string"],
    [z.strictObject({ n: z.number() }), { n: "1" }, "at /n: must be number"],
    [z.strictObject({ n: z.boolean() }), { n: 1 }, "at /n: must be boolean"],
    [z.strictObject({ n: z.record(z.string(), z.boolean()) }), { n: 1 }, "at /n: must be object"],
    [z.strictObject({ v: z.literal(1) }), { v: 2 }, "at /v: must be equal to constant"],
    [z.strictObject({ d: z.string().regex(/^\d+$/) }), { d: "x" }, 'at /d: must match pattern "^\\d+$"'],
    [boundedText(1, 3), "abcd", "must NOT have more than 3 characters"],
    [z.strictObject({ "a/b~c": z.string() }), { "a/b~c": 1 }, "at /a~1b~0c: must be string"],
  ])("case %#", (tested, value, expected) => {
    expect(problems(tested, value)).toBe(expected);
  });

  it("lists missing properties first, then unknown ones, then what is wrong inside the others", () => {
    expect(problems(z.strictObject({ a: integer(1), b: z.string() }), { a: 0, c: 1 })).toBe(
      "must have required property 'b'; at root: unexpected property 'c'; at /a: must be >= 1",
    );
  });

  it("lists every branch of a union once", () => {
    expect(problems(z.strictObject({ label: orNull(boundedText(1, 3)) }), { label: "long" })).toBe(
      "at /label: must NOT have more than 3 characters; at /label: must be null; at /label: must match a schema in anyOf",
    );
    expect(problems(z.union([z.strictObject({ id: z.string() }), z.strictObject({ jobId: z.string() })]), {})).toBe(
      "must have required property 'id'; must have required property 'jobId'; must match a schema in anyOf",
    );
  });

  it("reports a discriminator that is missing or unknown", () => {
    const kinds = z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("a") }),
      z.strictObject({ kind: z.literal("b") }),
    ]);
    expect(problems(kinds, {})).toBe("must have required property 'kind'");
    expect(problems(kinds, { kind: "c" })).toBe(
      "at /kind: must be equal to constant; at /kind: must match a schema in anyOf",
    );
  });

  it("counts characters, not UTF-16 units", () => {
    expect(problems(boundedText(1, 3), "🦞🦞🦞")).toBe("");
    expect(problems(boundedText(1, 3), "🦞🦞🦞🦞")).toBe("must NOT have more than 3 characters");
  });

  it("takes a property called like one of Object's as missing", () => {
    expect(problems(z.strictObject({ constructor: z.string() }), {})).toBe("must have required property 'constructor'");
  });

  it("does not echo thousands of properties", () => {
    const value = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`p${index}`, 1]));
    expect(problems(z.strictObject({}), value)).toMatch(/'p99'; and 4900 more$/);
  });
});

describe("joinProblems", () => {
  it("removes duplicates", () => {
    expect(joinProblems(["a", "b", "a"])).toBe("a; b");
  });
});

describe("expectedValues", () => {
  it("names the values of enumerations, also inside unions", () => {
    const parsed = z
      .strictObject({ mode: z.enum(["now", "later"]), policy: orNull(z.enum(["allow", "deny"])) })
      .safeParse({ mode: "x", policy: "y" });
    expect(parsed.error && expectedValues(parsed.error)).toEqual({
      "/mode": ["now", "later"],
      "/policy": ["allow", "deny"],
    });
  });

  it("is undefined when there are none", () => {
    const parsed = z.string().safeParse(1);
    expect(parsed.error && expectedValues(parsed.error)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { checkAgainstSchema } from "./json-schema-check.ts";

const problems = (schema: object, value: unknown) =>
  checkAgainstSchema(schema, value).map(({ path, message }) => `${path || "-"} ${message}`);

describe("checkAgainstSchema", () => {
  it("says nothing about a value that fits", () => {
    const schema = {
      type: "object",
      properties: { a: { type: ["string", "null"] }, b: { type: "array", items: { type: "integer" } } },
      additionalProperties: { type: "boolean" },
    };
    expect(problems(schema, { a: null, b: [1, 2], c: true })).toEqual([]);
  });

  it.each<[object, unknown, string]>([
    [{ type: "string" }, 1, "- must be string"],
    [{ type: ["string", "null"] }, 1, "- must be string,null"],
    [{ type: "integer" }, 1.5, "- must be integer"],
    [{ enum: ["a", { b: 1 }] }, "c", '- must be equal to one of the allowed values: "a", {"b":1}'],
    [{ const: 1 }, 2, "- must be equal to constant 1"],
    [{ minimum: 1 }, 0, "- must be >= 1"],
    [{ maximum: 1 }, 2, "- must be <= 1"],
    [{ exclusiveMinimum: 1 }, 1, "- must be > 1"],
    [{ exclusiveMaximum: 1 }, 1, "- must be < 1"],
    [{ multipleOf: 2 }, 3, "- must be multiple of 2"],
    [{ minLength: 2 }, "😀", "- must NOT have fewer than 2 characters"],
    [{ maxLength: 1 }, "ab", "- must NOT have more than 1 characters"],
    [{ pattern: "^a" }, "b", '- must match pattern "^a"'],
    [{ minItems: 1 }, [], "- must NOT have fewer than 1 items"],
    [{ maxItems: 0 }, [1], "- must NOT have more than 0 items"],
    [{ uniqueItems: true }, [{ a: 1 }, { a: 1 }], "- must NOT have duplicate items"],
    [{ contains: { const: 1 } }, [2], "- must contain at least 1 valid item(s)"],
    [{ items: { type: "string" } }, ["a", 1], "1 must be string"],
    [{ items: [{ type: "string" }], additionalItems: false }, ["a", 1], "1 boolean schema is false"],
    [{ minProperties: 1 }, {}, "- must NOT have fewer than 1 properties"],
    [{ maxProperties: 0 }, { a: 1 }, "- must NOT have more than 0 properties"],
    [{ required: ["a"] }, {}, "- must have required property 'a'"],
    [{ additionalProperties: false }, { a: 1 }, '- must NOT have additional properties: "a"'],
    [{ patternProperties: { "^x": { type: "string" } } }, { xa: 1 }, "xa must be string"],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, '- property name must be valid: "ab"'],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, "- must have property b when property a is present"],
    [{ dependencies: { a: { required: ["c"] } } }, { a: 1 }, "- must have required property 'c'"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, 1, "- must match a schema in anyOf"],
    [{ oneOf: [{ minimum: 0 }, { maximum: 2 }] }, 1, "- must match exactly one schema in oneOf"],
    [{ not: { type: "string" } }, "a", "- must NOT be valid"],
    [{ allOf: [{ minimum: 2 }] }, 1, "- must be >= 2"],
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    [{ if: { minimum: 5 }, then: { maximum: 7 } }, 8, "- must be <= 7"],
    [{ if: { minimum: 5 }, else: { const: 1 } }, 2, "- must be equal to constant 1"],
    [{ $ref: "#/$defs/name", $defs: { name: { type: "string" } } }, 1, "- must be string"],
    [
      { properties: { "a/b": { $ref: "#/definitions/x~1y" } }, definitions: { "x/y": false } },
      { "a/b": 1 },
      "a/b boolean schema is false",
    ],
  ])("%j refuses %j", (schema, value, expected) => {
    expect(problems(schema, value)).toEqual([expected]);
  });

  it("reports every problem, at its place", () => {
    const schema = { properties: { a: { properties: { b: { type: "string" } }, required: ["c"] } }, required: ["d"] };
    expect(problems(schema, { a: { b: 1 } })).toEqual([
      "- must have required property 'd'",
      "a must have required property 'c'",
      "a.b must be string",
    ]);
  });

  it("ignores what it does not know and patterns it cannot read", () => {
    expect(problems({ format: "uri", madeUp: 1, pattern: "(", $ref: "https://elsewhere.example/x" }, "a")).toEqual([]);
    expect(problems({ pattern: "^\\-a$" }, "-a")).toEqual([]);
  });

  it("ends on schemas that refer to themselves", () => {
    expect(problems({ $ref: "#" }, 1)).toEqual([]);
    const tree = { type: "object", properties: { next: { $ref: "#" } } };
    expect(problems(tree, { next: { next: { next: 1 } } })).toEqual(["next.next.next must be object"]);
  });

  it("does not look at inherited properties", () => {
    expect(problems({ required: ["toString"] }, {})).toEqual(["- must have required property 'toString'"]);
    expect(problems({ properties: { valueOf: false } }, {})).toEqual([]);
  });
});

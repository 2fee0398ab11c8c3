import { expect, test } from "vitest";
import { googleSchema, objectSchema } from "./tool-schema.ts";

test("a schema that is an object already stays the same object", () => {
  const schema = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };
  expect(objectSchema(schema)).toBe(schema);
});

test.each([undefined, null, {}, { type: "string" }])("%j becomes an object without properties", (schema) => {
  expect(objectSchema(schema)).toMatchObject({ type: "object", properties: {} });
});

test("a choice between objects at the root becomes one object that takes them all", () => {
  const schema = {
    description: "either",
    anyOf: [
      {
        type: "object",
        properties: { action: { const: "add" }, text: { type: "string" } },
        required: ["action", "text"],
      },
      { type: "object", properties: { action: { enum: ["remove"] }, id: { type: "number" } }, required: ["action"] },
    ],
  };
  expect(objectSchema(schema)).toEqual({
    description: "either",
    type: "object",
    properties: { action: { enum: ["add", "remove"] }, text: { type: "string" }, id: { type: "number" } },
    required: ["action"],
  });
});

test("parts that all must hold are required together", () => {
  const schema = {
    allOf: [
      { properties: { a: { type: "string" } }, required: ["a"] },
      { properties: { b: { type: "string" } }, required: ["b"] },
    ],
  };
  expect(objectSchema(schema)).toMatchObject({ type: "object", required: ["a", "b"] });
});

test("Google is spared the keywords it does not know", () => {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    additionalProperties: false,
    properties: {
      name: {
        type: "string",
        minLength: 1,
        maxLength: 9,
        pattern: "x",
        format: "email",
        default: "a",
        description: "d",
      },
      size: { type: ["integer", "null"], minimum: 0, exclusiveMaximum: 9, multipleOf: 2 },
      kind: { anyOf: [{ const: "a" }, { const: "b" }] },
      maybe: { anyOf: [{ type: "number", minimum: 3 }, { type: "null" }] },
      either: { oneOf: [{ type: "string" }, { type: "array", items: { type: "number" } }] },
      list: { type: "array", minItems: 1, uniqueItems: true },
      level: { type: "integer", enum: [1, 2] },
      pair: { $ref: "#/$defs/pair" },
      free: { type: "object", patternProperties: { "^x": { type: "string" } } },
    },
    required: ["name", "gone"],
    $defs: { pair: { type: "object", properties: { x: { type: "number" } }, required: ["x"], title: "Pair" } },
  };
  expect(googleSchema(schema)).toEqual({
    type: "object",
    properties: {
      name: { type: "string", description: "d" },
      size: { type: "integer", nullable: true },
      kind: { type: "string", enum: ["a", "b"] },
      maybe: { type: "number", nullable: true },
      either: { anyOf: [{ type: "string" }, { type: "array", items: { type: "number" } }] },
      list: { type: "array", items: { type: "string" } },
      level: { type: "string", enum: ["1", "2"] },
      pair: { type: "object", properties: { x: { type: "number" } }, required: ["x"] },
      free: { type: "object" },
    },
    required: ["name"],
  });
});

test("a schema that contains itself ends somewhere", () => {
  const schema = {
    type: "object",
    properties: { child: { $ref: "#/$defs/node" } },
    $defs: { node: { type: "object", properties: { child: { $ref: "#/$defs/node" } } } },
  };
  expect(JSON.stringify(googleSchema(schema)).length).toBeLessThan(5000);
});

import { expect, it } from "vitest";
import { events } from "./events.ts";
import { jsonSchema } from "./json-schema.ts";
import { methods } from "./methods.ts";

const schema = jsonSchema();
const text = JSON.stringify(schema);
const parsed: { $defs: Record<string, { properties?: object; required?: string[] }>; "x-methods": object } =
  JSON.parse(text);

it("holds every method and event", () => {
  for (const name of Object.keys(methods)) {
    expect(parsed.$defs).toHaveProperty([`${name}.params`]);
    expect(parsed.$defs).toHaveProperty([`${name}.result`]);
    expect(parsed["x-methods"]).toHaveProperty([name]);
  }
  for (const name of Object.keys(events)) expect(parsed.$defs).toHaveProperty([`${name}.payload`]);
});

it("refers only to what it defines", () => {
  const references = [...text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map((match) => String(match[1]));
  expect(references.length).toBeGreaterThan(200);
  expect(references.filter((name) => !(name in parsed.$defs))).toEqual([]);
});

it("describes parameters as callers send them: closed, defaults optional", () => {
  expect(parsed.$defs["chat.history.params"]).toMatchObject({
    additionalProperties: false,
    required: ["sessionKey"],
    properties: { limit: { type: "integer", minimum: 1, maximum: 1_000, default: 200 } },
  });
  expect(parsed.$defs["chat.send.params.v4"]?.properties).toHaveProperty("queueMode");
  expect(parsed.$defs["chat.send.params"]?.properties).not.toHaveProperty("queueMode");
  expect(parsed.$defs["chat.inject.params"]).toMatchObject({ properties: { label: { maxLength: 100 } } });
});

it("says which scope a method needs on which version", () => {
  expect(parsed["x-methods"]).toMatchObject({
    health: { scope: "operator.read" },
    "config.get": { scope: { v3: "operator.admin", v4: "operator.read" } },
    "node.event": { scope: "node" },
    "sessions.subscribe": { protocol: 4 },
  });
});

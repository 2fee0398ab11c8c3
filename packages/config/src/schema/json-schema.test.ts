import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import JSON5 from "json5";
import { beforeAll, describe, expect, it } from "vitest";
import { readPluginManifest } from "../manifests.ts";
import { isPlainObject } from "../plain-value.ts";
import { type ConfigJsonSchema, configJsonSchema, validateConfig } from "./index.ts";
import { checkAgainstSchema } from "./json-schema-check.ts";

const fixtures = join(import.meta.dirname, "../../test/fixtures");
const manifests = readdirSync(join(fixtures, "manifests")).map((id) =>
  readPluginManifest(join(fixtures, "manifests", id), "bundled"),
);

/** The paths at which a schema ends, choices of several shapes flattened. */
function* leaves(schema: unknown, path: string): Generator<string> {
  if (!isPlainObject(schema)) {
    yield path;
    return;
  }
  const branches = [schema.anyOf, schema.oneOf].flatMap((branch) => (Array.isArray(branch) ? branch : []));
  for (const branch of branches) yield* leaves(branch, path);
  if (branches.length > 0) return;
  const properties = isPlainObject(schema.properties) ? schema.properties : {};
  for (const [key, part] of Object.entries(properties)) yield* leaves(part, path === "" ? key : `${path}.${key}`);
  const rest = schema.additionalProperties;
  const isMap = isPlainObject(rest) && Object.keys(rest).length > 0;
  if (isMap) yield* leaves(rest, `${path}.*`);
  if (schema.type === "array") yield* leaves(schema.items ?? {}, `${path}[]`);
  else if (Object.keys(properties).length === 0 && !isMap) yield path;
}

let answer: ConfigJsonSchema;
beforeAll(async () => {
  answer = await configJsonSchema({ manifests, version: "1.2.3", now: () => new Date(0) });
});

describe("the schema", () => {
  it("says what it is", () => {
    expect(answer.schema).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      title: "OpenClawConfig",
      type: "object",
      additionalProperties: false,
    });
    expect(answer.version).toBe("1.2.3");
    expect(answer.generatedAt).toBe("1970-01-01T00:00:00.000Z");
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });

  it("has every key of the reference release 2026.2.9", () => {
    const ours = new Set(leaves(answer.schema, ""));
    const reference = readFileSync(join(fixtures, "reference-leaves.txt"), "utf8").trim().split("\n");
    expect(reference.length).toBeGreaterThan(2000);
    expect(reference.filter((path) => !ours.has(path))).toEqual([]);
  });

  it("agrees with validation on every configuration that is right", () => {
    for (const name of readdirSync(join(fixtures, "valid"))) {
      const value: unknown = JSON5.parse(readFileSync(join(fixtures, "valid", name), "utf8"));
      if (JSON.stringify(value).includes("$include") || !validateConfig(value).ok) continue;
      expect(checkAgainstSchema(answer.schema, value), name).toEqual([]);
    }
  });

  it("has the channels and settings of installed plugins only", async () => {
    const without = await configJsonSchema();
    const channels = (schema: Record<string, unknown>) => {
      const properties = isPlainObject(schema.properties) ? schema.properties : {};
      return isPlainObject(properties.channels) && isPlainObject(properties.channels.properties)
        ? Object.keys(properties.channels.properties)
        : [];
    };
    expect(channels(without.schema)).toContain("telegram");
    expect(channels(without.schema)).not.toContain("line");
    expect(channels(answer.schema)).toContain("line");
    expect([...leaves(answer.schema, "")]).toContain("plugins.entries.memory-lancedb.config.embedding.apiKey");
  });
});

describe("the form hints", () => {
  it("label every key and put the groups in order", () => {
    expect(answer.uiHints.gateway).toEqual({ label: "Gateway", group: "Gateway", order: 30 });
    expect(answer.uiHints["agents.defaults.bootstrapMaxChars"]?.label).toBe("Bootstrap max chars");
    expect(answer.uiHints["gateway.remote.url"]).toMatchObject({ label: "URL", placeholder: "wss://host:18789" });
    expect(answer.uiHints["auth.cooldowns.billingMaxHours"]?.advanced).toBe(true);
    for (const [path, hint] of Object.entries(answer.uiHints)) expect(hint.label, path).toBeTruthy();
  });

  it("mark texts that are secrets, and nothing that merely sounds like one", () => {
    expect(answer.uiHints["gateway.auth.token"]?.sensitive).toBe(true);
    expect(answer.uiHints["agents.list[].memorySearch.remote.apiKey"]?.sensitive).toBe(true);
    expect(answer.uiHints["channels.slack.userTokenReadOnly"]?.sensitive).toBeUndefined();
    expect(answer.uiHints["agents.defaults.memorySearch.chunking.tokens"]?.sensitive).toBeUndefined();
  });

  it("speak of keys that exist", async () => {
    const { helpTexts, labels, placeholders } = await import("./ui-texts.ts");
    const known = new Set(Object.keys(answer.uiHints));
    const spoken = [helpTexts, labels, placeholders].flatMap((texts) => Object.keys(texts));
    expect(spoken.filter((path) => !known.has(path))).toEqual([]);
  });

  it("take over what plugins say about themselves", () => {
    expect(answer.uiHints["plugins.entries.voice-call"]?.label).toBe("voice-call");
    expect(answer.uiHints["plugins.entries.voice-call.config.fromNumber"]).toMatchObject({
      label: "Calling number",
      placeholder: "+33100000000",
    });
    expect(answer.uiHints["plugins.entries.voice-call.config.telnyx.publicKey"]?.sensitive).toBe(true);
  });
});

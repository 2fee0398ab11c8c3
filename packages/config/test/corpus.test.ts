import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, resolvePaths } from "../src/index.ts";
import { readPluginManifest } from "../src/manifests.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const manifests = readdirSync(join(fixtures, "manifests")).map((id) =>
  readPluginManifest(join(fixtures, "manifests", id), "bundled"),
);

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "openclaw-corpus-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function samples(folder: string): string[] {
  const files = readdirSync(join(fixtures, folder)).filter((name) => /^\d{3}-.*\.json5$/.test(name));
  return files.sort();
}

function load(folder: string, name: string, variables: Record<string, string> = {}) {
  const file = join(fixtures, folder, name);
  const env = { HOME: home, PATH: "/usr/bin:/bin", OPENCLAW_CONFIG_PATH: file, ...variables };
  return loadConfig({ paths: resolvePaths(env), env, manifests });
}

describe("configurations that are right", () => {
  it.each(samples("valid"))("%s loads, with exactly the warnings it names", async (name) => {
    const text = readFileSync(join(fixtures, "valid", name), "utf8");
    const snapshot = await load("valid", name);
    expect(snapshot.issues).toEqual([]);
    expect(snapshot.valid).toBe(true);
    for (const [, expected = ""] of text.matchAll(/^\/\/ warn: (.*)$/gm)) {
      expect(snapshot.warnings.map((warning) => `${warning.path} ${warning.message}`)).toContain(expected);
    }
  });
});

describe("configurations that are wrong", () => {
  it.each(samples("invalid"))("%s is refused for the reason it names", async (name) => {
    const [first = ""] = readFileSync(join(fixtures, "invalid", name), "utf8").split("\n");
    const expected = first.replace("// expect: ", "");
    const snapshot = await load("invalid", name);
    expect(snapshot.valid).toBe(false);
    const fits = snapshot.issues.filter(
      ({ path, message }) =>
        expected.startsWith(`${path} `) && message.startsWith(expected.slice(path.length + 1).trimStart()),
    );
    expect(fits, `expected "${expected}" among ${JSON.stringify(snapshot.issues)}`).not.toEqual([]);
  });
});

describe("samples of the configuration manual", () => {
  const secrets = Object.fromEntries(
    [
      "CEREBRAS_API_KEY",
      "CUSTOM_API_BASE",
      "KIMICODE_API_KEY",
      "MOONSHOT_API_KEY",
      "OPENCLAW_GATEWAY_TOKEN",
      "SYNTHETIC_API_KEY",
      "VERCEL_GATEWAY_API_KEY",
    ].map((name) => [name, "sample"]),
  );

  // One sample loads a plugin from the user's folders.
  beforeAll(() => {
    mkdirSync(join(home, "Projects/oss/voice-call-extension"), { recursive: true });
  });

  it.each(samples("seed"))("%s loads", async (name) => {
    const snapshot = await load("seed", name, secrets);
    expect(snapshot.issues).toEqual([]);
    expect(snapshot.valid).toBe(true);
  });
});

describe("what the loaded samples mean", () => {
  it("merges included files and lets the including file win", async () => {
    const overridden = await load("valid", "007-include-sibling-override.json5");
    expect(overridden.config.gateway).toMatchObject({ port: 18801, mode: "local", trustedProxies: ["10.0.0.1"] });
    const merged = await load("valid", "008-include-array-merge.json5");
    expect(merged.config.gateway?.trustedProxies).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(merged.config.session?.resetTriggers).toEqual(["/fresh", "/again"]);
    const nested = await load("valid", "009-include-nested-lists.json5");
    expect(nested.config.agents?.list?.map((agent) => agent.id)).toEqual(["alpha", "beta"]);
    expect(nested.config.agents?.defaults?.thinkingDefault).toBe("low");
  });

  it("substitutes variables and leaves other dollars alone", async () => {
    const { config } = await load("valid", "006-env-substitution.json5");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the literal text is the point
    expect(config.gateway?.auth).toMatchObject({ token: "pre-tok-42-post", password: "${NOT_A_VAR}" });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the literal text is the point
    expect(config.messages?.responsePrefix).toBe("$5 ${lower_case} ${Mixed} $X");
  });

  it("completes sparse model entries and caps their output at the context window", async () => {
    const { config } = await load("valid", "019-models-sparse-entry.json5");
    const [a, b] = config.models?.providers?.tiny?.models ?? [];
    expect(a).toEqual({
      id: "a",
      name: "A",
      reasoning: false,
      input: ["text"],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      contextWindow: 200_000,
      maxTokens: 8192,
    });
    expect(b).toMatchObject({ contextWindow: 4000, maxTokens: 4000 });
  });

  it("gives well-known models their short names unless the user named them", async () => {
    const { config } = await load("valid", "022-agents-model-aliases.json5");
    const models = config.agents?.defaults?.models;
    expect(models?.["anthropic/claude-opus-4-5"]?.alias).toBe("opus");
    expect(models?.["openai/gpt-5.2"]?.alias).toBe("big");
  });

  it("brings Telegram commands into their form and expands the home directory", async () => {
    const { config } = await load("valid", "051-telegram.json5");
    expect(config.channels?.telegram?.customCommands).toEqual([{ command: "back_up", description: "save it" }]);
    expect(config.channels?.telegram?.tokenFile).toBe(join(home, "tok"));
  });

  it("warns about several default agents and about keys without effect", async () => {
    const defaults = await load("valid", "064-duplicate-defaults.json5");
    expect(defaults.warnings).toEqual([
      { path: "agents.list", message: "Multiple agents marked default=true; using the first entry as default." },
    ]);
    const bridge = await load("valid", "107-seed-bridge-ignored.json5");
    expect(bridge.warnings).toEqual([{ path: "bridge", message: "bridge.* is ignored" }]);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the notation under test.
import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";
import { resolvePaths } from "./paths.ts";
import { hashText } from "./read-config.ts";
import { temporaryHome } from "./testing/temporary-home.ts";

describe("loadConfig", () => {
  it("takes a missing file for an empty configuration with defaults", async () => {
    const { paths, env } = temporaryHome();
    const snapshot = await loadConfig({ paths, env });
    expect(snapshot).toMatchObject({
      path: paths.configPath,
      exists: false,
      raw: null,
      parsed: {},
      valid: true,
      hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      issues: [],
      includedPaths: [],
    });
    expect(snapshot.config.session?.mainKey).toBe("main");
    expect(snapshot.config.agents?.defaults).toMatchObject({ maxConcurrent: 1, contextPruning: { mode: "adaptive" } });
  });

  it("runs includes, the env block, substitution, defaults and ~ in that order", async () => {
    const { paths, env, write, home } = temporaryHome();
    write("parts/gateway.json5", "{ auth: { token: '${TOK}-x' }, bind: 'lan' }");
    const text = `{
      env: { vars: { TOK: "tok" } },
      gateway: { $include: "./parts/gateway.json5", port: 18801 },
      agents: { defaults: { workspace: "~/w" } },
    }`;
    write("openclaw.json", text);
    const snapshot = await loadConfig({ paths, env });
    expect(snapshot.issues).toEqual([]);
    expect(snapshot.config.gateway).toEqual({ auth: { token: "tok-x" }, bind: "lan", port: 18801 });
    expect(snapshot.config.agents?.defaults?.workspace).toBe(path.join(home, "w"));
    expect(snapshot.parsed).toMatchObject({ gateway: { $include: "./parts/gateway.json5" } });
    expect(snapshot.hash).toBe(hashText(text));
    expect(snapshot.includedPaths).toEqual([path.join(paths.stateDir, "parts/gateway.json5")]);
    expect(env.TOK).toBe("tok");
  });

  it("names the path, and the file when it is an included one", async () => {
    const { paths, env, write } = temporaryHome();
    const part = write("part.json5", `{ port: "x" }`);
    write("openclaw.json", `{ gateway: { $include: "part.json5" }, ui: { seamColor: "nope" } }`);
    const { valid, issues } = await loadConfig({ paths, env });
    expect(valid).toBe(false);
    expect(issues).toEqual([
      { path: "gateway.port", message: `Invalid input: expected number, received string (in ${part})` },
      { path: "ui.seamColor", message: "expected hex color (RRGGBB)" },
    ]);
  });

  it.each([
    ["", "JSON5 parse failed: SyntaxError: JSON5: invalid end of input at 1:1"],
    ["{ a: 1", "JSON5 parse failed: SyntaxError: JSON5: invalid end of input at 1:7"],
    ["{\n  a: 1,\n  b c\n}", "JSON5 parse failed: SyntaxError: JSON5: invalid character 'c' at 3:5"],
    ["{ $include: 'gone.json5' }", "Failed to read include file: gone.json5 (resolved: "],
    [
      "{ gateway: { auth: { token: '${NOT_SET}' } } }",
      'Missing env var "NOT_SET" referenced at config path: gateway.auth.token',
    ],
    ["[]", "Invalid input: expected object, received array"],
    ["null", "Invalid input: expected object, received null"],
  ])("reports %j at the root", async (text, message) => {
    const { paths, env, write } = temporaryHome();
    write("openclaw.json", text);
    const snapshot = await loadConfig({ paths, env });
    expect(snapshot).toMatchObject({ exists: true, raw: text, valid: false });
    expect(snapshot.issues).toHaveLength(1);
    expect(snapshot.issues[0]?.path).toBe("<root>");
    expect(snapshot.issues[0]?.message.slice(0, message.length)).toBe(message);
    expect(typeof snapshot.config).toBe("object");
  });

  it("reports keys of former releases alone", async () => {
    const { paths, env, write } = temporaryHome();
    write("openclaw.json", `{ identity: { name: "x" }, unknown: 1 }`);
    const snapshot = await loadConfig({ paths, env });
    expect(snapshot.legacyIssues).toEqual([
      { path: "identity", message: "identity was moved; use agents.list[].identity instead (auto-migrated on load)." },
    ]);
    expect(snapshot.issues).toEqual(snapshot.legacyIssues);
    expect(snapshot.config).toEqual({ identity: { name: "x" }, unknown: 1 });
  });

  it("says that a file cannot be read, and gives no hash to write against", async () => {
    const { paths, env } = temporaryHome();
    mkdirSync(paths.configPath, { recursive: true });
    const snapshot = await loadConfig({ paths, env });
    expect(snapshot).toMatchObject({ exists: true, raw: null, valid: false });
    expect(snapshot.hash).toBeUndefined();
    expect(snapshot.issues[0]?.message).toMatch(/^Failed to read config file: EISDIR/);
  });

  it("reads a looser file, and one of an older release while there is no other", async () => {
    const { paths, env, write } = temporaryHome();
    const legacy = write("clawdbot.json", "{ gateway: { port: 1 } }");
    expect(await loadConfig({ paths, env })).toMatchObject({ path: legacy, config: { gateway: { port: 1 } } });
    chmodSync(write("openclaw.json", "{ gateway: { port: 2 } }"), 0o644);
    expect(await loadConfig({ paths, env })).toMatchObject({
      path: paths.configPath,
      config: { gateway: { port: 2 } },
    });
  });

  it("is empty in a chosen state directory even when the usual one has a file", async () => {
    const { env, write, home } = temporaryHome();
    write("openclaw.json", "{ gateway: { port: 1 } }");
    const paths = resolvePaths({ ...env, OPENCLAW_STATE_DIR: path.join(home, "other") });
    const snapshot = await loadConfig({ paths, env });
    expect(snapshot).toMatchObject({ exists: false, valid: true });
    expect(snapshot.config.gateway).toBeUndefined();
  });

  it("imports from the login shell after validation, so that it cannot serve a reference", async () => {
    const { paths, env, write } = temporaryHome();
    const run = async () => "OPENAI_API_KEY=from-shell\0OTHER=x\0";
    write("openclaw.json", "{ env: { shellEnv: { enabled: true } }, talk: { apiKey: '${OPENAI_API_KEY}' } }");
    const failed = await loadConfig({ paths, env, run });
    expect(failed.issues[0]?.message).toContain('Missing env var "OPENAI_API_KEY"');
    delete env.OPENAI_API_KEY;
    write("openclaw.json", "{ env: { shellEnv: { enabled: true } } }");
    await loadConfig({ paths, env, run });
    expect(env.OPENAI_API_KEY).toBe("from-shell");
    expect(env.OTHER).toBeUndefined();
  });

  it("goes on with a warning when the login shell fails, without a file too", async () => {
    const { paths, env } = temporaryHome();
    env.OPENCLAW_LOAD_SHELL_ENV = "1";
    const run = () => Promise.reject(new Error("no shell"));
    const snapshot = await loadConfig({ paths, env, run });
    expect(snapshot).toMatchObject({ valid: true, exists: false });
    expect(snapshot.warnings).toEqual([
      { path: "env.shellEnv", message: "[openclaw] shell env fallback failed: no shell" },
    ]);
  });

  it("warns about a newer writer and lays overrides over the result", async () => {
    const { paths, env, write } = temporaryHome();
    write("openclaw.json", `{ meta: { lastTouchedVersion: "9.0.0" }, messages: { ackReaction: "a" } }`);
    const snapshot = await loadConfig({
      paths,
      env,
      version: "1.2.3",
      overrides: { messages: { ackReaction: "b" }, ui: { seamColor: "ffffff" } },
    });
    expect(snapshot.warnings[0]?.message).toBe(
      "Config was last written by a newer OpenClaw (9.0.0); current version is 1.2.3.",
    );
    expect(snapshot.config.messages).toMatchObject({ ackReaction: "b", ackReactionScope: "group-mentions" });
    expect(snapshot.config.ui).toEqual({ seamColor: "ffffff" });
  });
});

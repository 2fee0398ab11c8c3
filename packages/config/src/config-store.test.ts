// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the notation under test.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { describe, expect, it } from "vitest";
import { ConfigError } from "./config-error.ts";
import { openConfigStore } from "./config-store.ts";
import { redactConfig } from "./redact-snapshot.ts";
import { type TemporaryHome, temporaryHome } from "./testing/temporary-home.ts";

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };
const touched = "2026-01-02T03:04:05.000Z";

const open = (home: TemporaryHome, more: object = {}) =>
  openConfigStore({ paths: home.paths, env: home.env, clock, version: "1.2.3", ...more });

const mode = (file: string) => statSync(file).mode & 0o777;

async function failure(promise: Promise<unknown>): Promise<ConfigError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
}

describe("writing", () => {
  it("creates a private file with the value, meta and no defaults", async () => {
    const home = temporaryHome();
    const store = await open(home);
    const snapshot = await store.set("gateway.port", 19001);
    expect(home.read("openclaw.json")).toBe(
      `${JSON.stringify({ gateway: { port: 19001 }, meta: { lastTouchedVersion: "1.2.3", lastTouchedAt: touched } }, null, 2)}\n`,
    );
    expect(mode(home.paths.configPath)).toBe(0o600);
    expect(mode(home.paths.stateDir)).toBe(0o700);
    expect(snapshot.config.gateway?.port).toBe(19001);
    expect(store.get("gateway.port")).toBe(19001);
    expect(store.get("messages.ackReactionScope")).toBe("group-mentions");
    expect(store.get("gateway.nothing")).toBeUndefined();
  });

  it("keeps comments, includes, references and ~, and the old text as a backup", async () => {
    const home = temporaryHome();
    home.env.TOK = "secret-token";
    const part = home.write("part.json5", "{ bind: 'lan' } // part\n");
    const text = `// mine
{
  gateway: {
    $include: "./part.json5", // base
    auth: { token: "\${TOK}" },
  },
  agents: { defaults: { workspace: "~/w" } },
}
`;
    home.write("openclaw.json", text, 0o644);
    const store = await open(home);
    await store.set("gateway.port", 1);
    const now = home.read("openclaw.json");
    expect(now).toBe(
      text
        .replace('"${TOK}" },\n', '"${TOK}" },\n    port: 1,\n')
        .replace(/\}\n$/, `  meta: {\n    lastTouchedVersion: "1.2.3",\n    lastTouchedAt: "${touched}",\n  },\n}\n`),
    );
    expect(home.read("openclaw.json.bak")).toBe(text);
    expect(mode(`${home.paths.configPath}.bak`)).toBe(0o600);
    expect(mode(home.paths.configPath)).toBe(0o600);
    expect(readFileSync(part, "utf8")).toBe("{ bind: 'lan' } // part\n");
    expect(store.snapshot().config.gateway).toMatchObject({ bind: "lan", port: 1, auth: { token: "secret-token" } });
  });

  it("keeps the five texts before, newest first, and leaves nothing else behind", async () => {
    const home = temporaryHome();
    const store = await open(home);
    const texts: string[] = [];
    for (let port = 1; port <= 7; port++) {
      await store.set("gateway.port", port);
      texts.unshift(home.read("openclaw.json"));
    }
    const backups = ["", ".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"].map((suffix) =>
      home.read(`openclaw.json${suffix}`),
    );
    expect(backups).toEqual(texts.slice(0, 6));
    expect(readdirSync(home.paths.stateDir).toSorted()).toEqual([
      "openclaw.json",
      "openclaw.json.bak",
      "openclaw.json.bak.1",
      "openclaw.json.bak.2",
      "openclaw.json.bak.3",
      "openclaw.json.bak.4",
    ]);
  });

  it("refuses what does not validate and leaves the file alone", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    const store = await open(home);
    const error = await failure(store.set("gateway.port", "abc"));
    expect(error.message).toBe(
      "Config validation failed: gateway.port: Invalid input: expected number, received string",
    );
    expect(error).toMatchObject({ code: "invalid-config", details: { issues: [{ path: "gateway.port" }] } });
    expect(home.read("openclaw.json")).toBe("{ gateway: { port: 1 } }");
    expect(existsSync(`${home.paths.configPath}.bak`)).toBe(false);
    expect((await failure(store.set("__proto__.x", 1))).message).toBe("Invalid path segment.");
    expect((await failure(store.unset("gateway.bind"))).message).toBe("Config path not found: gateway.bind");
    await store.set("gateway.port", 2);
    expect(store.get("gateway.port")).toBe(2);
  });

  it("does not run the env block of a text that it refuses", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const store = await open(home);
    const hash = store.snapshot().hash!;
    await failure(store.write({ raw: "{ env: { LEAK: 'x' }, nonsense: 1 }", baseHash: hash }));
    expect(home.env.LEAK).toBeUndefined();
    await store.write({ raw: "{ env: { FINE: 'x' } }", baseHash: hash });
    expect(home.env.FINE).toBe("x");
  });

  it("removes an element and moves the later ones up", async () => {
    const home = temporaryHome();
    home.write(
      "openclaw.json",
      `{\n  agents: { list: [\n    { id: "a" },\n    { id: "b" }, // second\n    { id: "c" },\n  ] },\n}\n`,
    );
    const store = await open(home);
    await store.unset("agents.list[1]");
    expect(store.get("agents.list")).toMatchObject([{ id: "a" }, { id: "c" }]);
    expect(home.read("openclaw.json")).toContain('    { id: "a" },\n    // second\n    { id: "c" },\n');
  });

  it("repairs a broken value, and cannot touch a text that does not parse", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 'x' } }");
    const store = await open(home);
    expect(store.snapshot().valid).toBe(false);
    expect((await store.set("gateway.port", 5)).valid).toBe(true);
    home.write("openclaw.json", "{ gateway: ");
    const error = await failure(store.set("gateway.port", 6));
    expect(error).toMatchObject({ code: "parse-failed" });
    expect(error.message).toMatch(/^JSON5 parse failed: SyntaxError: JSON5: invalid end of input/);
  });

  it("goes on from a file of an older release at the new place", async () => {
    const home = temporaryHome();
    home.write("moltbot.json", "{ gateway: { port: 1 } } // old");
    const store = await open(home);
    await store.set("gateway.port", 2);
    expect(home.read("openclaw.json")).toMatch(/^\{ gateway: \{ port: 2 \}, meta: .* \} \/\/ old$/);
    expect(home.read("moltbot.json")).toBe("{ gateway: { port: 1 } } // old");
  });

  it("follows a symbolic link and leaves it one", async () => {
    const home = temporaryHome();
    const target = home.write("real/config.json5", "{}");
    symlinkSync(target, home.paths.configPath);
    const store = await open(home);
    await store.set("gateway.port", 3);
    expect(lstatSync(home.paths.configPath).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toContain("3");
    expect(readdirSync(path.dirname(target))).toEqual(["config.json5"]);
  });

  it("changes nothing in Nix mode", async () => {
    const home = temporaryHome();
    home.env.OPENCLAW_NIX_MODE = "1";
    const store = await open(home);
    expect(await failure(store.set("gateway.port", 1))).toMatchObject({
      code: "nix-mode",
      message: expect.stringContaining("Nix"),
    });
    expect(existsSync(home.paths.configPath)).toBe(false);
  });

  it("does one write at a time, and two stores leave one of the two results", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const [one, two] = await Promise.all([open(home), open(home)]);
    await Promise.all([one.set("gateway.port", 1), one.set("gateway.bind", "lan"), one.set("ui.seamColor", "ffffff")]);
    expect(one.snapshot().config).toMatchObject({ gateway: { port: 1, bind: "lan" }, ui: { seamColor: "ffffff" } });
    await Promise.all([one.set("gateway.port", 2), two.set("gateway.port", 3)]);
    expect([2, 3]).toContain((await one.reload()).config.gateway?.port);
    await one.close();
    expect(await failure(one.set("gateway.port", 4))).toMatchObject({ code: "closed" });
  });

  it("says when the place cannot be written", async () => {
    const home = temporaryHome();
    const file = home.write("in-the-way", "x");
    const store = await open(home, { paths: { ...home.paths, configPath: path.join(file, "openclaw.json") } });
    expect(store.snapshot()).toMatchObject({ exists: false, valid: true });
    await expect(store.set("gateway.port", 1)).rejects.toThrow(/in-the-way/);
    expect(store.get("gateway.port")).toBeUndefined();
  });
});

describe("writing over includes", () => {
  const main = `{\n  $include: "base.json5",\n  session: { resetTriggers: ["/again"] },\n}\n`;
  function withBase(): TemporaryHome {
    const home = temporaryHome();
    home.write("base.json5", `{ gateway: { port: 1, trustedProxies: ["a"] }, session: { resetTriggers: ["/fresh"] } }`);
    home.write("openclaw.json", main);
    return home;
  }

  it("puts a changed value beside the directive", async () => {
    const home = withBase();
    const store = await open(home);
    await store.set("gateway.port", 2);
    expect(home.read("openclaw.json")).toContain('  $include: "base.json5",\n');
    expect(store.snapshot().config.gateway).toMatchObject({ port: 2, trustedProxies: ["a"] });
  });

  it.each([
    ["unset", "gateway.port"],
    ["set", "gateway.trustedProxies"],
    ["set", "session.resetTriggers[0]"],
  ] as const)("refuses to %s %s, which the included file provides", async (kind, at) => {
    const home = withBase();
    const store = await open(home);
    const error = await failure(kind === "unset" ? store.unset(at) : store.set(at, at.endsWith("]") ? "/x" : ["b"]));
    expect(error.code).toBe("included");
    expect(error.message).toMatch(
      /^Config write rejected: (gateway|session)\.\S+ is provided by \$include .*base\.json5; edit that file instead\.$/,
    );
    expect(home.read("openclaw.json")).toBe(main);
  });
});

describe("config.set and config.apply", () => {
  it("needs the hash of the file that was edited", async () => {
    const home = temporaryHome();
    const store = await open(home);
    await store.write({ raw: "{ ui: {} }" });
    expect(await failure(store.write({ raw: "{}" }))).toMatchObject({
      code: "base-hash-required",
      message: "config base hash required; re-run config.get and retry",
    });
    expect(await failure(store.apply({ raw: "{}", baseHash: "0".repeat(64) }))).toMatchObject({
      code: "base-hash-mismatch",
      message: "config changed since last load; re-run config.get and retry",
    });
    const old = store.snapshot().hash!;
    home.write("openclaw.json", "{ gateway: {} }");
    expect((await failure(store.write({ raw: "{}", baseHash: old }))).code).toBe("base-hash-mismatch");
  });

  it("says when there can be no hash", async () => {
    const home = temporaryHome();
    mkdirSync(home.paths.configPath, { recursive: true });
    const store = await open(home);
    expect((await failure(store.write({ raw: "{}", baseHash: "x" }))).message).toBe(
      "config base hash unavailable; re-run config.get and retry",
    );
  });

  it("words errors for clients", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const store = await open(home);
    const baseHash = store.snapshot().hash!;
    expect((await failure(store.write({ raw: "{ a", baseHash }))).message).toBe(
      "SyntaxError: JSON5: invalid end of input at 1:4",
    );
    const invalid = await failure(store.apply({ raw: "{ gatway: 1 }", baseHash }));
    expect(invalid.message).toBe("invalid config");
    expect(invalid.details).toEqual({ issues: [{ path: "<root>", message: 'Unrecognized key: "gatway"' }] });
    expect((await failure(store.write({ raw: "[1]", baseHash }))).details?.issues[0]).toEqual({
      path: "<root>",
      message: "Invalid input: expected object, received array",
    });
  });

  it("replaces the whole text as it was sent, masked values restored", async () => {
    const home = temporaryHome();
    home.write(
      "openclaw.json",
      `{ gateway: { auth: { token: '\${TOK}' } }, models: { providers: { x: { baseUrl: "http://x", apiKey: "k", models: [{ id: "m", name: "m", maxTokens: 8000 }] } } } }`,
    );
    home.env.TOK = "value";
    const store = await open(home);
    const { config, raw } = redactConfig(store.snapshot());
    expect(raw).toContain("maxTokens: 8000");
    expect(raw).not.toMatch(/'\$\{TOK\}'|"k"/);
    const baseHash = store.snapshot().hash!;

    const edited = raw!.replace("{ gateway", "{ // new\n gateway");
    await store.write({ raw: edited, baseHash });
    expect(home.read("openclaw.json")).toMatch(
      /^\{ \/\/ new\n gateway: \{ auth: \{ token: '\$\{TOK\}' \} \}.*apiKey: "k".*lastTouchedAt/s,
    );

    await store.write({ raw: JSON.stringify(config), baseHash: store.snapshot().hash! });
    expect(store.get("models.providers.x.apiKey")).toBe("k");
    expect(store.get("models.providers.x.models[0].maxTokens")).toBe(8000);
    expect(home.read("openclaw.json")).toContain("'${TOK}'");

    await store.apply({ raw: "{ ui: {} }", baseHash: store.snapshot().hash! });
    expect(store.snapshot().config.models).toBeUndefined();
    expect(home.read("openclaw.json.bak")).toContain("apiKey");
  });

  it("writes back a configuration whose speech key came from the environment", async () => {
    const home = temporaryHome();
    home.env.ELEVENLABS_API_KEY = "from-env";
    home.write("openclaw.json", "{}");
    const store = await open(home);
    const { config } = redactConfig(store.snapshot());
    expect(config).toMatchObject({ talk: { apiKey: "__OPENCLAW_REDACTED__" } });
    await store.write({ raw: JSON.stringify(config), baseHash: store.snapshot().hash! });
    expect(home.read("openclaw.json")).not.toMatch(/from-env|REDACTED/);
  });

  it("never lets the sentinel reach the disk", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const store = await open(home);
    const baseHash = store.snapshot().hash!;
    const sentinel = "__OPENCLAW_REDACTED__";
    const message = `config write rejected: "token" is redacted; set an explicit value instead of ${sentinel}`;
    const nested = { gateway: { auth: { token: sentinel } } };
    expect((await failure(store.write({ raw: JSON.stringify(nested), baseHash }))).message).toBe(message);
    expect((await failure(store.patch({ raw: JSON.stringify(nested), baseHash }))).message).toBe(message);
    expect((await failure(store.set("gateway.auth.token", sentinel))).message).toBe(message);
    expect((await failure(store.set("ui.assistant.name", sentinel))).code).toBe("redacted");
    expect(home.read("openclaw.json")).toBe("{}");
  });

  it("lets a client repair a broken file with the masked text it was shown", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", `{ gateway: { auth: { token: "t" } } }`);
    const store = await open(home);
    home.write("openclaw.json", `{ gateway: { auth: { token: "t" } }`);
    const broken = await store.reload();
    expect(broken.valid).toBe(false);
    expect(store.snapshot().valid).toBe(true);
    const { raw } = redactConfig(broken);
    expect(raw).toBe(`{ gateway: { auth: { token: "__OPENCLAW_REDACTED__" } }`);
    await store.write({ raw: `${raw} }`, baseHash: broken.hash! });
    expect(store.get("gateway.auth.token")).toBe("t");
  });
});

describe("config.patch", () => {
  it("merges objects, replaces arrays and deletes with null, comments kept", async () => {
    const home = temporaryHome();
    home.write(
      "openclaw.json",
      `{\n  browser: { enabled: true },\n  messages: { ackReaction: "a", responsePrefix: "p" }, // msgs\n  gateway: { trustedProxies: ["a"] },\n}\n`,
    );
    const store = await open(home);
    const raw = `{browser:null, gone:null, messages:{ackReaction:"x"}, gateway:{trustedProxies:["b"]}}`;
    await store.patch({ raw, baseHash: store.snapshot().hash! });
    expect(home.read("openclaw.json")).toBe(
      `{\n  messages: { ackReaction: "x", responsePrefix: "p" }, // msgs\n  gateway: { trustedProxies: ["b"] },\n` +
        `  meta: {\n    lastTouchedVersion: "1.2.3",\n    lastTouchedAt: "${touched}",\n  },\n}\n`,
    );
  });

  it("leaves what a client sends back unchanged as it is written", async () => {
    const home = temporaryHome();
    home.env.BIND = "lan";
    const text = `{\n  gateway: { bind: "\${BIND}", port: 0x10, auth: { token: 't' } },\n  meta: { lastTouchedVersion: "1.2.3", lastTouchedAt: "${touched}" },\n}\n`;
    home.write("openclaw.json", text);
    const store = await open(home);
    const patch = { gateway: { bind: "lan", port: 16, auth: { token: "__OPENCLAW_REDACTED__" } } };
    await store.patch({ raw: JSON.stringify(patch), baseHash: store.snapshot().hash! });
    expect(home.read("openclaw.json")).toBe(text);
  });

  it("takes an object from this process without a hash", async () => {
    const home = temporaryHome();
    const store = await open(home);
    await store.patch({ patch: { gateway: { port: 4 }, ui: { assistant: null } } });
    expect(store.snapshot().config).toMatchObject({ gateway: { port: 4 }, ui: {} });
  });

  it("refuses a text that is no object, and to build on a broken file", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{}");
    const store = await open(home);
    const baseHash = store.snapshot().hash!;
    expect((await failure(store.patch({ raw: "[]", baseHash }))).message).toBe("config.patch raw must be an object");
    expect((await failure(store.patch({ raw: "{}" }))).code).toBe("base-hash-required");
    home.write("openclaw.json", "{ nonsense: 1 }");
    const broken = (await store.reload()).hash!;
    expect((await failure(store.patch({ raw: "{}", baseHash: broken }))).message).toBe(
      "invalid config; fix before patching",
    );
  });
});

describe("the configuration in force", () => {
  it("stays the last valid one", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ gateway: { port: 1 } }");
    const store = await open(home);
    home.write("openclaw.json", "{ gateway: { port: 'x' } }");
    expect((await store.reload()).valid).toBe(false);
    expect(store.get("gateway.port")).toBe(1);
    const { unlinkSync } = await import("node:fs");
    unlinkSync(home.paths.configPath);
    expect((await store.reload()).exists).toBe(false);
    expect(store.get("gateway.port")).toBe(1);
    writeFileSync(home.paths.configPath, "{ gateway: { port: 2 } }");
    await store.reload();
    expect(store.get("gateway.port")).toBe(2);
  });

  it("asks the login shell when it is opened and not again", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ env: { shellEnv: { enabled: true } } }");
    let asked = 0;
    const run = async () => {
      asked++;
      return "";
    };
    const store = await open(home, { run });
    await store.reload();
    await store.set("gateway.port", 1);
    expect(asked).toBe(1);
  });

  it("logs warnings once for each text of the file", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ bridge: {} }");
    const lines: string[] = [];
    const store = await open(home, { log: { ...silentLog, warn: (line: string) => lines.push(line) } });
    await store.reload();
    expect(lines).toEqual(["bridge.* is ignored"]);
  });

  it("takes overrides that validate, until they are taken off", async () => {
    const home = temporaryHome();
    home.write("openclaw.json", "{ messages: { ackReaction: 'a' } }");
    const store = await open(home);
    await store.setOverrides({ messages: { responsePrefix: "!" } });
    expect(store.snapshot().config.messages).toMatchObject({ ackReaction: "a", responsePrefix: "!" });
    expect((await failure(store.setOverrides({ gateway: { port: "x" } }))).code).toBe("invalid-config");
    await store.set("messages.ackReaction", "b");
    expect(store.snapshot().config.messages).toMatchObject({ ackReaction: "b", responsePrefix: "!" });
    expect(home.read("openclaw.json")).not.toContain("responsePrefix");
    await store.setOverrides(undefined);
    expect(store.get("messages.responsePrefix")).toBeUndefined();
  });
});

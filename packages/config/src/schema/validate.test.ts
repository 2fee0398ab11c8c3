import { describe, expect, it, vi } from "vitest";
import type { PluginManifest } from "../manifests.ts";
import { builtInChannels } from "./channel-catalogue.ts";
import { sectionBuilders } from "./sections.ts";
import { type ValidateOptions, validateConfig } from "./validate.ts";

const plugin = (id: string, more: Partial<PluginManifest> = {}): PluginManifest => ({
  id,
  configSchema: { type: "object", additionalProperties: false, properties: {} },
  origin: "global",
  source: `/plugins/${id}`,
  ...more,
});

function issuesOf(value: unknown, options?: ValidateOptions) {
  const result = validateConfig(value, options);
  return result.ok ? [] : result.issues.map(({ path, message }) => `${path}: ${message}`);
}

function warningsOf(value: unknown, options?: ValidateOptions) {
  return validateConfig(value, options).warnings.map(({ path, message }) => `${path}: ${message}`);
}

describe("validateConfig", () => {
  it("accepts an empty configuration and adds nothing to it", () => {
    expect(validateConfig({})).toEqual({ ok: true, config: {}, warnings: [] });
  });

  it.each([
    [null, "null"],
    [[], "array"],
    ["text", "string"],
    [undefined, "undefined"],
  ])("refuses %j where the whole must be an object", (value, name) => {
    expect(issuesOf(value)).toEqual([`<root>: Invalid input: expected object, received ${name}`]);
    if (value !== undefined) {
      expect(issuesOf({ channels: value })).toEqual([`channels: Invalid input: expected object, received ${name}`]);
    }
  });

  it("reports every problem of the shape at once, in the order of the file", () => {
    const value = { gateway: { port: "1", bind: "everywhere" }, nonsense: 1, cron: { enabled: 1 }, other: 2 };
    expect(issuesOf(value)).toEqual([
      "gateway.port: Invalid input: expected number, received string",
      "gateway.bind: Invalid input",
      "cron.enabled: Invalid input: expected boolean, received number",
      '<root>: Unrecognized keys: "nonsense", "other"',
    ]);
  });

  it("reports keys of former releases alone", () => {
    expect(issuesOf({ telegram: {}, nonsense: 1 })).toEqual([
      "telegram: telegram config moved to channels.telegram (auto-migrated on load).",
    ]);
  });

  it("does not take inherited names for known keys", () => {
    expect(issuesOf({ constructor: {}, toString: 1 })).toEqual([
      '<root>: Unrecognized keys: "constructor", "toString"',
    ]);
    expect(issuesOf(JSON.parse('{"gateway":{"__proto__":{"port":1}}}'))).toEqual([
      'gateway: Unrecognized key: "__proto__"',
    ]);
    expect(issuesOf({ channels: { valueOf: {} } })).toEqual(["channels.valueOf: unknown channel id: valueOf"]);
  });

  it("survives any value anywhere", () => {
    const values = [null, [], {}, "", -1, 0.5, true, [null], { a: { b: [] } }, Number.NaN, 2 ** 60];
    const sections = [...Object.keys(sectionBuilders), "channels"];
    for (const section of sections) {
      for (const value of values) {
        expect(() => validateConfig({ [section]: value })).not.toThrow();
        expect(() =>
          validateConfig({ channels: { telegram: value, [section]: value } }, { manifests: [] }),
        ).not.toThrow();
        expect(() => validateConfig({ agents: { list: [value] }, [section]: { entries: value } })).not.toThrow();
      }
    }
  });

  it("builds the schemas of the sections a file has, and no others", () => {
    const built: string[] = [];
    for (const builders of [sectionBuilders, builtInChannels] as Record<string, (...args: never[]) => unknown>[]) {
      for (const [name, build] of Object.entries(builders)) {
        vi.spyOn(builders, name).mockImplementation((...args: never[]) => {
          built.push(name);
          return build(...args);
        });
      }
    }
    expect(validateConfig({ cron: { enabled: true }, channels: { signal: {} } }).ok).toBe(true);
    expect(built).toEqual(["cron", "signal"]);
  });

  it("accepts what this project adds to the reference release", () => {
    const value = {
      agents: {
        defaults: { sandbox: { backend: "bwrap" }, memorySearch: { provider: "none" } },
        list: [{ id: "a", sandbox: { backend: "docker" }, memorySearch: { provider: "auto" } }],
      },
      mcp: {
        servers: {
          files: { command: "npx", args: ["-y", "x"], env: { A: "b" }, cwd: "~/x", tools: { allow: ["read_*"] } },
          web: { url: "https://mcp.example/", headers: { a: "b" }, enabled: false, tools: { deny: ["*"] } },
        },
      },
      storage: { fsync: "off" },
      gateway: { auth: { rateLimit: { maxAttempts: 5, windowMs: 1, lockoutMs: 1, exemptLoopback: false } } },
      browser: { ssrfPolicy: { allowPrivateNetwork: false, allowedHosts: ["a.example"] } },
      tools: { exec: { inheritSecrets: true } },
      channels: {
        telegram: { apiRoot: "http://127.0.0.1:1", actions: { editMessage: false }, accounts: { a: { apiRoot: "x" } } },
      },
    };
    expect(issuesOf(value)).toEqual([]);
  });

  it("names the place of a mistake in those keys", () => {
    const server = (x: unknown) => ({ mcp: { servers: { x } } });
    expect(issuesOf(server({ command: "a", url: "http://b" }))).toEqual(["mcp.servers.x: Invalid input"]);
    expect(issuesOf(server({}))).toEqual(["mcp.servers.x: Invalid input"]);
    expect(issuesOf(server({ command: "a", port: 1 }))).toEqual(['mcp.servers.x: Unrecognized key: "port"']);
    expect(issuesOf(server({ command: "a; b" }))).toEqual([
      "mcp.servers.x.command: expected safe executable name or path",
    ]);
    expect(issuesOf(server({ url: "ftp://b" }))).toEqual(["mcp.servers.x.url: expected an http:// or https:// URL"]);
    expect(issuesOf({ mcp: { servers: { "Bad Id": { command: "a" } } } })).toEqual([
      "mcp.servers.Bad Id: Invalid key in record",
    ]);
    expect(issuesOf({ storage: { fsync: "always" } })).toEqual(["storage.fsync: Invalid input"]);
    expect(issuesOf({ agents: { defaults: { sandbox: { backend: "podman" } } } })).toEqual([
      "agents.defaults.sandbox.backend: Invalid input",
    ]);
  });
});

describe("agents", () => {
  it("gives each agent a directory of its own, bound ones included", () => {
    const shared = { agents: { list: [{ id: "a", agentDir: "~/.openclaw/agents/b/agent" }] } };
    expect(issuesOf(shared)).toEqual([]);
    const [issue] = issuesOf({ ...shared, bindings: [{ agentId: "B", match: { channel: "signal" } }] });
    expect(issue).toMatch(/^agents\.list: Duplicate agentDir detected \(multi-agent config\)\.\n/);
    expect(issue).toContain('\n- /~/.openclaw/agents/b/agent: "a", "b"\n');
  });

  it("does not take two entries with one id for two agents", () => {
    expect(issuesOf({ agents: { list: [{ id: "a" }, { id: " A " }] } })).toEqual([]);
  });

  it("looks for avatars in the agent's own workspace", () => {
    const paths = { home: "/home/u", stateDir: "/home/u/.openclaw", workspaceDefault: "/home/u/ws" };
    const agent = (id: string, avatar: string, workspace?: string) => ({ id, workspace, identity: { avatar } });
    const list = [
      agent("main", "/home/u/ws/a.png"),
      agent("side", "/home/u/.openclaw/workspace-side/a.png"),
      agent("own", "/data/a.png", "/data"),
    ];
    expect(issuesOf({ agents: { list } }, { paths })).toEqual([]);
    list.push(agent("wrong", "/home/u/ws/a.png"), agent("dots", "x/../../y.png"), agent("drive", "C:\\a.png"));
    expect(issuesOf({ agents: { list } }, { paths })).toEqual(
      [3, 4, 5].map(
        (index) => `agents.list.${index}.identity.avatar: identity.avatar must stay within the agent workspace.`,
      ),
    );
  });
});

describe("channels", () => {
  it("passes channels of the catalogue without their plugin and refuses unknown ones", () => {
    expect(issuesOf({ channels: { line: {} } }, { manifests: [] })).toEqual([]);
    expect(issuesOf({ channels: { irc: {} } })).toEqual(["channels.irc: unknown channel id: irc"]);
    expect(issuesOf({ channels: { irc: {} } }, { manifests: [plugin("irc", { channels: ["irc"] })] })).toEqual([]);
  });

  it("wants a star in the list where everybody may write", () => {
    const issue = 'channels.telegram.dmPolicy="open" requires channels.telegram.allowFrom to include "*"';
    expect(issuesOf({ channels: { telegram: { dmPolicy: "open" } } }).join()).toContain(issue);
    expect(issuesOf({ channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } } })).toEqual([]);
    const nested = 'channels.discord.dm.policy="open" requires channels.discord.dm.allowFrom to include "*"';
    expect(issuesOf({ channels: { discord: { dm: { policy: "open" } } } }).join()).toContain(nested);
  });

  it("only warns about the content of a plugin's channel", () => {
    expect(warningsOf({ channels: { matrix: { autoJoin: "sometimes", rooms: 1 } } })).toEqual([
      'channels.matrix.autoJoin: Invalid option: expected one of "always"|"allowlist"|"off"',
      "channels.matrix.rooms: Invalid input: expected record, received number",
    ]);
    expect(issuesOf({ channels: { matrix: { autoJoin: "sometimes" } } })).toEqual([]);
  });

  it("checks a foreign channel against what its manifest declares", () => {
    const schema = { type: "object", required: ["server"], properties: { server: { type: "string" } } };
    const manifests = [plugin("irc-plugin", { channels: ["irc"], channelConfigs: { irc: { schema } } })];
    expect(warningsOf({ channels: { irc: {} } }, { manifests })).toEqual([
      "channels.irc: must have required property 'server'",
    ]);
    expect(warningsOf({ channels: { irc: { server: 1 } } }, { manifests })).toEqual([
      "channels.irc.server: must be string",
    ]);
  });

  it("lets heartbeats go to channels of plugins, by id or alias", () => {
    const manifests = [plugin("irc", { channels: ["irc"], channelAliases: { relay: "irc" } })];
    const heartbeat = (target: string) => ({ agents: { defaults: { heartbeat: { target } } } });
    expect(issuesOf(heartbeat(" Relay "), { manifests })).toEqual([]);
    expect(issuesOf(heartbeat("IRC"), { manifests })).toEqual([]);
    expect(issuesOf(heartbeat("irc"))).toEqual(["agents.defaults.heartbeat.target: unknown heartbeat target: irc"]);
  });

  it("lets webhooks deliver to channels of plugins", () => {
    const value = { hooks: { mappings: [{ channel: "irc" }] } };
    expect(issuesOf(value)).toEqual(["hooks.mappings.0.channel: Invalid input"]);
    expect(issuesOf(value, { manifests: [plugin("irc", { channels: ["irc"] })] })).toEqual([]);
  });
});

describe("plugins", () => {
  it("does not check references when nobody looked for plugins", () => {
    expect(issuesOf({ plugins: { allow: ["ghost"], entries: { ghost: {} } } })).toEqual([]);
    expect(issuesOf({ plugins: { allow: ["ghost"] } }, { manifests: [] })).toEqual([
      "plugins.allow: plugin not found: ghost",
    ]);
  });

  it("only warns about a plugin that was installed and is gone", () => {
    const value = { plugins: { entries: { gone: { enabled: true } }, installs: { gone: { source: "npm" } } } };
    expect(issuesOf(value, { manifests: [] })).toEqual([]);
    expect(warningsOf(value, { manifests: [] })).toEqual(["plugins.entries.gone: plugin not found: gone"]);
  });

  it("reports all problems of a plugin's settings, with their place", () => {
    const configSchema = {
      type: "object",
      additionalProperties: false,
      required: ["key"],
      properties: { key: { type: "string" }, limits: { type: "object", properties: { max: { minimum: 1 } } } },
    };
    const manifests = [plugin("dice", { configSchema })];
    const value = { plugins: { entries: { dice: { config: { limits: { max: 0 }, extra: 1 } } } } };
    expect(issuesOf(value, { manifests })).toEqual([
      "plugins.entries.dice.config: invalid config: <root>: must have required property 'key'",
      "plugins.entries.dice.config: invalid config: limits.max: must be >= 1",
      'plugins.entries.dice.config: invalid config: <root>: must NOT have additional properties: "extra"',
    ]);
  });

  it("checks an enabled plugin even when it has no settings", () => {
    const configSchema = { type: "object", required: ["key"] };
    expect(issuesOf({}, { manifests: [plugin("dice", { configSchema })] })).toEqual([
      "plugins.entries.dice.config: invalid config: <root>: must have required property 'key'",
    ]);
    expect(issuesOf({}, { manifests: [plugin("dice", { configSchema, origin: "bundled" })] })).toEqual([]);
  });

  it("says what is wrong with a plugin that cannot be loaded", () => {
    const broken = plugin("dice", { problem: "plugin manifest requires configSchema" });
    expect(issuesOf({}, { manifests: [broken] })).toEqual([
      "plugins.entries.dice: plugin dice: plugin manifest requires configSchema",
    ]);
    const { configSchema: _none, ...bare } = plugin("dice");
    expect(issuesOf({}, { manifests: [bare] })).toEqual(["plugins.entries.dice: plugin schema missing for dice"]);
  });

  it.each([
    [{ enabled: false }, "plugins disabled"],
    [{ deny: ["dice"] }, "blocked by denylist"],
    [{ allow: ["telegram"] }, "not in allowlist"],
  ])("warns that settings of a plugin kept out by %j have no effect", (plugins, reason) => {
    const value = { plugins: { ...plugins, entries: { dice: { config: {} } } } };
    expect(warningsOf(value, { manifests: [plugin("dice")] })).toEqual([
      `plugins.entries.dice: plugin disabled (${reason}) but config is present`,
    ]);
  });

  it("asks the given disk for the plugin paths", () => {
    const value = { plugins: { load: { paths: ["~/a", "/b"] } } };
    const paths = { home: "/home/u", stateDir: "/home/u/.openclaw" };
    const pathExists = (path: string) => path === "/home/u/a";
    expect(issuesOf(value, { manifests: [], paths, pathExists })).toEqual([
      "plugins.load.paths: plugin: plugin path not found: /b",
    ]);
  });
});

describe("notes about files", () => {
  it("names a file written by a newer version, calendar versions never counting", () => {
    const writtenBy = (lastTouchedVersion: string) =>
      warningsOf({ meta: { lastTouchedVersion } }, { version: "1.2.3" });
    expect(writtenBy("1.10.0")).toEqual([
      "meta.lastTouchedVersion: Config was last written by a newer OpenClaw (1.10.0); current version is 1.2.3.",
    ]);
    expect(writtenBy("1.2.3")).toEqual([]);
    expect(writtenBy("2026.2.9")).toEqual([]);
    expect(writtenBy("yesterday")).toEqual([]);
  });

  it("says that the old memory driver is read as the new one", () => {
    const [warning] = warningsOf({ agents: { list: [{ id: "a", memorySearch: { store: { driver: "sqlite" } } }] } });
    expect(warning).toMatch(/^agents\.list\.0\.memorySearch\.store\.driver: /);
  });
});

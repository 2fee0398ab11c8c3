import path from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder, writePlugin } from "../src/testing/plugin-folder.ts";
import { recordOf, testHost } from "./host.ts";

/** A host with one plugin whose `register` has this body. */
async function hostWith(body: string, options: Parameters<typeof testHost>[2] & { id?: string } = {}) {
  const home = temporaryFolder();
  const id = options.id ?? "extra";
  writePlugin(path.join(home.path, "extensions"), { id, code: `export default { register(api) { ${body} } }` });
  const host = await testHost(home.path, {}, options);
  return {
    host,
    [Symbol.dispose]: home[Symbol.dispose],
    messages: host.registry.diagnostics.map(({ message }) => message),
  };
}

describe("registration", () => {
  test("a hook nobody calls is told, and the plugin is loaded", async () => {
    using own = await hostWith(`api.on("no_such_hook", () => {}); api.on("gateway_start", () => {});`);
    expect(recordOf(own.host, "extra")).toMatchObject({ status: "loaded", hookNames: ["gateway_start"], hookCount: 1 });
    expect(own.messages).toEqual(["unknown typed hook: no_such_hook"]);
  });

  test("a method of the core or of another plugin is refused", async () => {
    using own = await hostWith(`
      api.registerGatewayMethod("health", () => {});
      api.registerGatewayMethod("extra.one", () => {});
      api.registerGatewayMethod(" extra.one ", () => {});
      api.registerGatewayMethod("  ", () => {});`);
    expect(recordOf(own.host, "extra").gatewayMethods).toEqual(["extra.one"]);
    expect(own.messages).toEqual([
      "gateway method already registered: health",
      "gateway method already registered: extra.one",
    ]);
  });

  test("a route needs a path of its own that is not reserved, and says how its callers are authenticated", async () => {
    using own = await hostWith(`
      const handler = () => {};
      for (const path of ["hooks-of-mine", "/hooks-of-mine", "/v1/models", "/hooks/x", "/healthz", " "])
        api.registerHttpRoute({ path, handler, auth: "plugin" });
      api.registerHttpRoute({ path: "/open", handler });`);
    expect(own.host.registry.routes.map((route) => [route.path, route.auth])).toEqual([
      ["/hooks-of-mine", "plugin"],
      ["/open", "plugin"],
    ]);
    expect(own.messages).toEqual([
      "http route already registered: /hooks-of-mine",
      "http route path is reserved: /v1/models",
      "http route path is reserved: /hooks/x",
      "http route path is reserved: /healthz",
      "http route registration missing path",
      'http route /open has no auth mode; treated as "plugin"',
    ]);
  });

  test("chat commands that cannot be had say why", async () => {
    using own = await hostWith(`
      const handler = () => ({});
      for (const name of ["", "9lives", "Help", "roll", "ROLL"]) api.registerCommand({ name, description: "x", handler });
      api.registerCommand({ name: "none", description: "x" });`);
    expect(own.messages).toEqual([
      "command registration failed: Command name cannot be empty",
      "command registration failed: Command name must start with a letter and contain only letters, numbers, hyphens, and underscores",
      'command registration failed: Command name "help" is reserved by a built-in command',
      'command registration failed: Command "roll" already registered by plugin "extra"',
      "command registration failed: Command handler must be a function",
    ]);
  });

  test("channels and providers need an id of their own", async () => {
    using own = await hostWith(`
      api.registerChannel({ plugin: { id: "irc", meta: { id: "irc" } }, dock: {} });
      api.registerChannel({ meta: { id: "irc" }, start() {} });
      api.registerChannel({ meta: {} });
      api.registerProvider({ id: "acme", label: "Acme", auth: [] });
      api.registerProvider({ id: "acme", label: "Acme", auth: [] });
      api.registerProvider({ label: "None", auth: [] });
      api.registerHook("command", () => {});`);
    expect(recordOf(own.host, "extra")).toMatchObject({ channelIds: ["irc"], providerIds: ["acme"] });
    expect(own.messages).toEqual([
      "channel already registered: irc",
      "channel registration missing id",
      "provider already registered: acme (extra)",
      "provider registration missing id",
      "hook registration missing name",
    ]);
  });

  test("a plugin with the id of a core tool gets none of its tools", async () => {
    using own = await hostWith(`api.registerTool({ name: "mine", description: "x", parameters: {}, execute() {} });`, {
      id: "exec",
    });
    expect(own.host.registry.tools).toEqual([]);
    expect(own.messages).toEqual(["plugin id conflicts with core tool name (exec)"]);
  });
});

describe("tools", () => {
  const context = {
    config: {},
    workspaceDir: "/w",
    agentDir: "/a",
    agentId: "main",
    sessionKey: "agent:main:main",
    sandboxed: false,
  };

  test("factories see their run, and one that fails is left out", async () => {
    using own = await hostWith(`
      const tool = (name) => ({ name, description: "x", parameters: { type: "object" }, execute: async () => ({ answer: name }) });
      api.registerTool((run) => run.sandboxed ? null : [tool("one"), tool("two")], { names: ["one", "two"] });
      api.registerTool(() => { throw new Error("no key"); }, { name: "three" });
      api.registerTool(tool("one"));`);
    const made = own.host.tools(context, () => false);
    expect(made.map(({ tool }) => tool.name)).toEqual(["one", "two"]);
    expect(own.host.lines).toContain("error plugin tool failed (extra): no key");
    expect(own.host.lines).toContain("error plugin tool name conflict (extra): one");
    const signal = new AbortController().signal;
    const result = await made[0]?.tool.execute({}, { toolCallId: "c", signal, onUpdate: () => {} });
    expect(result).toEqual({ content: [{ type: "text", text: '{\n  "answer": "one"\n}' }] });
    expect(own.host.tools({ ...context, sandboxed: true }, () => false).map(({ tool }) => tool.name)).toEqual(["one"]);
  });
});

describe("services", () => {
  test("one that hangs in its stop is left behind after five seconds, and the others are stopped", async () => {
    const limits: number[] = [];
    const timers = {
      after(ms: number, run: () => void) {
        limits.push(ms);
        queueMicrotask(run);
        return () => {};
      },
    };
    using own = await hostWith(
      `api.registerService({ id: "first", start() {}, stop: () => api.logger.info("first stopped") });
       api.registerService({ id: "stuck", start() {}, stop: () => new Promise(() => {}) });`,
      { timers },
    );
    await own.host.services.start();
    await own.host.services.stop();
    expect(limits[0]).toBe(5000);
    expect(own.host.lines).toContain("warn plugin service stuck did not stop within 5000 ms");
    expect(own.host.lines).toContain("info first stopped");
  });
});

describe("discovery", () => {
  test("plugins that come with the program are off until somebody wants them", async () => {
    using home = temporaryFolder();
    const bundledDir = path.join(home.path, "bundled");
    for (const [id, manifest] of Object.entries({
      quiet: {},
      eager: { enabledByDefault: true },
      "talk-voice": {},
      line: { channels: ["line"] },
    })) {
      writePlugin(bundledDir, { id, manifest, code: "export default () => {}" });
    }
    const host = await testHost(home.path, { channels: { line: {} } }, { bundledDir });
    expect(Object.fromEntries(host.registry.records.map(({ id, status, error }) => [id, error ?? status]))).toEqual({
      quiet: "bundled (disabled by default)",
      eager: "loaded",
      "talk-voice": "loaded",
      line: "loaded",
    });
  });

  test("a folder of plugins, a plugin's folder and a single file can be load paths", async () => {
    using home = temporaryFolder();
    const many = path.join(home.path, "many");
    writePlugin(many, { id: "a", code: "export default () => {}" });
    writePlugin(many, { id: "b", entry: "index.cjs", code: "module.exports = () => {}" });
    const file = writePlugin(path.join(home.path, "other"), {
      id: "c",
      entry: "c.ts",
      code: "export default () => {}",
    });
    const paths = [
      many,
      path.join(file, "c.ts"),
      path.join(home.path, "missing"),
      path.join(file, "openclaw.plugin.json"),
    ];
    const host = await testHost(home.path, { plugins: { load: { paths } } });
    expect(host.registry.records.map(({ id, status }) => [id, status])).toEqual([
      ["a", "loaded"],
      ["b", "loaded"],
      ["c", "loaded"],
    ]);
    expect(host.registry.diagnostics.map(({ message }) => message)).toEqual([
      `plugin path not found: ${paths[2]}`,
      `plugin path is not a supported file: ${paths[3]}`,
    ]);
  });

  test("built files are preferred, a differing package name and a newer host are told", async () => {
    using home = temporaryFolder();
    writePlugin(path.join(home.path, "extensions"), {
      id: "dual",
      package: {
        name: "@acme/other-name",
        openclaw: {
          extensions: ["./index.ts"],
          runtimeExtensions: ["./dist/index.js"],
          install: { minHostVersion: ">=2026.9.1" },
        },
      },
      code: "export default (api) => api.logger.info('source')",
      files: { "dist/index.js": "export default (api) => api.logger.info('built')" },
    });
    const host = await testHost(home.path);
    expect(host.lines).toContain("info built");
    expect(host.registry.diagnostics.map(({ level, message }) => [level, message])).toEqual([
      ["warn", 'plugin id mismatch (manifest uses "dual", entry hints "other-name")'],
      ["warn", "plugin asks for host >=2026.9.1; this one runs plugins of 2026.2.9"],
    ]);
  });

  test("a memory plugin runs only in its slot", async () => {
    using home = temporaryFolder();
    for (const id of ["mine", "other"]) {
      writePlugin(path.join(home.path, "extensions"), {
        id,
        manifest: { kind: "memory" },
        code: "export default () => {}",
      });
    }
    const host = await testHost(home.path, { plugins: { slots: { memory: "mine" } } });
    expect(recordOf(host, "mine").status).toBe("loaded");
    expect(recordOf(host, "other").error).toBe('memory slot set to "mine"');
    const missing = await testHost(home.path, { plugins: { slots: { memory: "nobody" } } });
    expect(missing.registry.diagnostics.map(({ message }) => message)).toContain(
      "memory slot plugin not found or not marked as memory: nobody",
    );
  });
});

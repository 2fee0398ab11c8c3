import path from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writePlugin } from "../src/testing/plugin-folder.ts";
import { recordOf, testHost } from "./host.ts";

const tool = (name: string) =>
  `api.registerTool({ name: "${name}", description: "x", parameters: { type: "object", properties: {} }, execute: async () => ({ content: [{ type: "text", text: "from " + api.id }] }) });`;

test("of two plugins with one id the one in load.paths is loaded, the other says what came before it", async () => {
  using home = temporaryFolder();
  const first = writePlugin(path.join(home.path, "mine"), { id: "dice", code: "export default { register() {} }" });
  writePlugin(path.join(home.path, "extensions"), { id: "dice", code: "export default { register() {} }" });
  const host = await testHost(home.path, { plugins: { load: { paths: [first] } } });
  expect(host.registry.records.map(({ origin, status, error }) => ({ origin, status, error }))).toEqual([
    { origin: "config", status: "loaded", error: undefined },
    { origin: "global", status: "disabled", error: "overridden by config plugin" },
  ]);
  expect(host.registry.diagnostics.map(({ message }) => message)).toEqual([
    `duplicate plugin id detected; later plugin may be overridden (${path.join(home.path, "extensions/dice/index.ts")})`,
  ]);
});

test("allow and deny lists say why a plugin does not run", async () => {
  using home = temporaryFolder();
  for (const id of ["a", "b"]) {
    writePlugin(path.join(home.path, "extensions"), { id, code: "export default { register() {} }" });
  }
  const allowed = await testHost(home.path, { plugins: { allow: ["a"] } });
  expect(recordOf(allowed, "a").status).toBe("loaded");
  expect(recordOf(allowed, "b").error).toBe("not in allowlist");
  const denied = await testHost(home.path, { plugins: { allow: ["a"], deny: ["a"] } });
  expect(recordOf(denied, "a").error).toBe("blocked by denylist");
});

test("a plugin without a manifest is an error, and its code is not run", async () => {
  using home = temporaryFolder();
  const dir = writePlugin(path.join(home.path, "extensions"), {
    id: "bare",
    manifest: false,
    code: `throw new Error("ran")`,
  });
  const host = await testHost(home.path);
  const message = `plugin manifest not found: ${path.join(dir, "openclaw.plugin.json")}`;
  expect(recordOf(host, "bare")).toMatchObject({ status: "error", error: message });
  expect(host.registry.diagnostics).toContainEqual({ level: "error", message, pluginId: "bare", source: dir });
});

test("what a plugin registered before it failed is gone, and the others are loaded", async () => {
  using home = temporaryFolder();
  const dir = path.join(home.path, "extensions");
  writePlugin(dir, {
    id: "bad",
    code: `export default { register(api) { ${tool("one")} throw new Error("no key"); } }`,
  });
  writePlugin(dir, { id: "broken", code: "export default {{" });
  writePlugin(dir, { id: "empty", code: "export const nothing = 1" });
  writePlugin(dir, { id: "good", code: `export default { register(api) { ${tool("one")} } }` });
  const host = await testHost(home.path);
  expect(recordOf(host, "bad")).toMatchObject({ status: "error", error: "plugin failed during register: no key" });
  expect(recordOf(host, "broken").error).toMatch(/^failed to load plugin: /);
  expect(recordOf(host, "empty").error).toBe("plugin export missing register/activate");
  expect(recordOf(host, "good")).toMatchObject({ status: "loaded", toolNames: ["one"] });
  expect(host.registry.tools.map(({ pluginId }) => pluginId)).toEqual(["good"]);
});

test("settings are checked before any code runs, and given to the plugin with the schema's defaults", async () => {
  using home = temporaryFolder();
  const dir = path.join(home.path, "extensions");
  const configSchema = {
    type: "object",
    properties: { sides: { type: "integer", minimum: 2, default: 6 }, key: { type: "string" } },
    required: ["key"],
  };
  const code = "export default { register(api) { api.logger.info(JSON.stringify(api.pluginConfig)); } }";
  writePlugin(dir, { id: "dice", manifest: { configSchema }, code });
  const right = await testHost(home.path, { plugins: { entries: { dice: { config: { key: "k" } } } } });
  expect(right.lines).toContain('info {"key":"k","sides":6}');
  const wrong = await testHost(home.path, { plugins: { entries: { dice: { config: { sides: 1 } } } } });
  expect(recordOf(wrong, "dice").error).toMatch(/^invalid config: .*must have required property 'key'/);
  expect(wrong.lines.filter((line) => line.startsWith("info"))).toEqual([]);
});

test("TypeScript below node_modules runs with enums and imports that end in .js, and the SDK needs no installation", async () => {
  using home = temporaryFolder();
  const dir = writePlugin(path.join(home.path, "node_modules"), {
    id: "modern",
    package: { name: "@acme/modern", version: "1.2.0", type: "module", openclaw: { extensions: ["./src/main.ts"] } },
    files: {
      "src/main.ts": `
        import { jsonResult, type OpenClawPluginApi } from "openclaw/plugin-sdk";
        import { emptyPluginConfigSchema } from "openclaw/plugin-sdk/core";
        import { Side, Die } from "./die.js";
        import table from "./table.json";
        export default {
          id: "modern",
          configSchema: emptyPluginConfigSchema(),
          register(api: OpenClawPluginApi) {
            api.logger.info(JSON.stringify(jsonResult({ side: Side.Two, sides: new Die(6).sides, table }).details));
          },
        };`,
      "src/die.ts": "export enum Side { One, Two }\nexport class Die { constructor(public readonly sides: number) {} }",
      "src/table.json": '{"rows":3}',
    },
  });
  const host = await testHost(home.path, { plugins: { load: { paths: [dir] } } });
  expect(recordOf(host, "modern")).toMatchObject({ status: "loaded", version: "1.2.0" });
  expect(host.lines).toContain('info {"side":1,"sides":6,"table":{"rows":3}}');
});

test("a plugin that describes its settings with zod finds the host's when it has none of its own", async () => {
  using home = temporaryFolder();
  const extensions = path.join(home.path, "extensions");
  const code = `import { z } from "zod";
    export default (api) => api.registerService({ id: z.string().parse(typeof z.own === "string" ? z.own : "host"), start() {} });`;
  writePlugin(extensions, { id: "without", code });
  writePlugin(extensions, {
    id: "with",
    code,
    files: {
      "node_modules/zod/package.json": JSON.stringify({ name: "zod", type: "module", exports: "./index.js" }),
      "node_modules/zod/index.js": `export const z = { own: "its own", string: () => ({ parse: (value) => value }) };`,
    },
  });
  const host = await testHost(home.path);
  expect(host.registry.services.map(({ service }) => service.id).sort()).toEqual(["host", "its own"]);
});

test("packages of the host that plugins count on are found, and a value the SDK lacks is named where it is missed", async () => {
  using home = temporaryFolder();
  const extensions = path.join(home.path, "extensions");
  writePlugin(extensions, {
    id: "wired",
    code: `import WebSocket, { WebSocketServer } from "ws";
      export default (api) => api.registerService({ id: [typeof WebSocket, typeof WebSocketServer].join(), start() {} });`,
  });
  writePlugin(extensions, {
    id: "lost",
    code: `import { PigeonConfigSchema } from "openclaw/plugin-sdk";
      export const schema = PigeonConfigSchema.optional();
      export default () => {};`,
  });
  writePlugin(extensions, { id: "needy", code: `import "no-such-package"; export default () => {};` });
  const host = await testHost(home.path);
  expect(host.registry.services.map(({ service }) => service.id)).toEqual(["function,function"]);
  expect(recordOf(host, "lost").error).toMatch(
    /^failed to load plugin: .*\(openclaw\/plugin-sdk has no PigeonConfigSchema here\)$/,
  );
  expect(recordOf(host, "needy").error).toBe("failed to load plugin: Cannot find module 'no-such-package'");
});

test("CommonJS, a function and an activate member are plugins too", async () => {
  using home = temporaryFolder();
  const dir = path.join(home.path, "extensions");
  writePlugin(dir, {
    id: "old",
    entry: "index.cjs",
    code: "module.exports = { register(api) { api.logger.info('old'); } }",
  });
  writePlugin(dir, { id: "plain", entry: "index.js", code: "export default (api) => api.logger.info('plain');" });
  writePlugin(dir, { id: "active", code: "export default { activate(api) { api.logger.info('active'); } }" });
  const host = await testHost(home.path);
  expect(host.lines.filter((line) => line.startsWith("info")).sort()).toEqual([
    "info active",
    "info old",
    "info plain",
  ]);
});

test("each host has its own instance of a plugin and its own registry, and register runs once for each", async () => {
  using home = temporaryFolder();
  const code = `let calls = 0; export default { register(api) { calls += 1; api.logger.info("calls " + calls); ${tool("one")} } }`;
  writePlugin(path.join(home.path, "extensions"), { id: "counting", code });
  const one = await testHost(home.path);
  const two = await testHost(home.path);
  expect(one.lines).toContain("info calls 1");
  expect(two.lines).toContain("info calls 1");
  expect(one.registry.tools[0]?.factory).not.toBe(two.registry.tools[0]?.factory);
});

test("an entry outside of its package is refused", async () => {
  using home = temporaryFolder();
  writePlugin(path.join(home.path, "extensions"), {
    id: "escaping",
    package: { name: "escaping", openclaw: { extensions: ["../outside.ts"] } },
  });
  const host = await testHost(home.path);
  expect(host.registry.records).toEqual([]);
  expect(host.registry.diagnostics[0]).toMatchObject({
    level: "error",
    message: "extension entry escapes plugin directory: ../outside.ts",
  });
});

test("a promise returned by register is told, and its rejection only logged", async () => {
  using home = temporaryFolder();
  const code = `export default { async register(api) { ${tool("one")} throw new Error("late"); } }`;
  writePlugin(path.join(home.path, "extensions"), { id: "late", code });
  const host = await testHost(home.path);
  expect(recordOf(host, "late")).toMatchObject({ status: "loaded", toolNames: ["one"] });
  expect(host.registry.diagnostics.map(({ message }) => message)).toEqual([
    "plugin register returned a promise; async registration is ignored",
  ]);
  await expect.poll(() => host.lines).toContain("error register failed after it had returned: late");
});

test("what is registered after load is refused with a diagnostic", async () => {
  using home = temporaryFolder();
  const code = `export default { register(api) { api.registerService({ id: "s", start() { ${tool("late_tool")} } }); } }`;
  writePlugin(path.join(home.path, "extensions"), { id: "slow", code });
  const host = await testHost(home.path);
  await host.services.start();
  expect(host.registry.tools).toEqual([]);
  expect(host.registry.diagnostics.map(({ message }) => message)).toEqual([
    "registration after load ignored: tool late_tool",
  ]);
});

test("what this host does not have says its name when a plugin calls it, and registrars it lacks are absent", async () => {
  using home = temporaryFolder();
  const code = `
    import { delegateCompactionToRuntime } from "openclaw/plugin-sdk";
    export default { register(api) {
      api.logger.info("has " + typeof api.registerContextEngine);
      try { api.runtime.media.loadWebMedia("x"); } catch (error) { api.logger.info(error.message); }
      delegateCompactionToRuntime();
    } };`;
  writePlugin(path.join(home.path, "extensions"), { id: "rich", code });
  const host = await testHost(home.path);
  expect(host.lines).toContain("info has undefined");
  expect(host.lines).toContain(
    "info api.runtime.media.loadWebMedia is not available in this version of OpenClaw; plugin rich has called it",
  );
  expect(recordOf(host, "rich").error).toBe(
    "plugin failed during register: openclaw/plugin-sdk: delegateCompactionToRuntime is not available in this version of OpenClaw; plugin rich has called it",
  );
});

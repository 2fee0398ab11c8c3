import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ScriptedModelServer, startScriptedModelServer } from "../../models/src/testing/scripted-model-server.ts";
import { type PluginFiles, writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import { temporaryHome } from "./cli.ts";
import { packFiles, startRegistry } from "./npm-registry.ts";

let home: ReturnType<typeof temporaryHome>;
let extensions: string;
beforeEach(() => {
  home = temporaryHome();
  extensions = path.join(home.home, ".openclaw", "extensions");
});
afterEach(() => home[Symbol.dispose]());

const config = () =>
  JSON.parse(readFileSync(home.configPath, "utf8")) as { plugins: Record<string, Record<string, unknown>> };
const dice = (more: Partial<PluginFiles> = {}): PluginFiles => ({
  id: "dice",
  code: `export default { register(api) { api.logger.warn("loaded dice");
    api.registerTool({ name: "dice_roll", description: "x", parameters: { type: "object" }, execute: () => "4" }); } }`,
  package: { name: "@acme/openclaw-dice-roller", version: "1.0.0", openclaw: { extensions: ["./index.ts"] } },
  ...more,
});
const packageFiles = (version: string, more: Record<string, string> = {}, fields: object = {}) => ({
  "package.json": JSON.stringify({
    name: "@acme/openclaw-dice-roller",
    version,
    openclaw: { extensions: ["./index.ts"] },
    devDependencies: { openclaw: "workspace:*" },
    ...fields,
  }),
  "openclaw.plugin.json": JSON.stringify({ id: "dice", configSchema: { type: "object" } }),
  "index.ts": `export default { register() {} }; // ${version}`,
  ...more,
});

describe("plugins list, info and doctor", () => {
  test("show what was found and loaded; what plugins log goes to standard error", async () => {
    writePlugin(extensions, dice());
    writePlugin(extensions, { id: "off", code: "export default () => {}" });
    home.writeConfig(JSON.stringify({ plugins: { entries: { off: { enabled: false } } } }));
    const json = await home.run(["plugins", "list", "--json"]);
    const listed = JSON.parse(json.stdout) as { plugins: { id: string; status: string; toolNames: string[] }[] };
    expect(listed.plugins.map(({ id, status, toolNames }) => [id, status, toolNames])).toEqual([
      ["dice", "loaded", ["dice_roll"]],
      ["off", "disabled", []],
    ]);
    const table = await home.run(["plugins", "list"]);
    expect(table.stdout).toContain("Plugins (1/2 loaded)");
    expect(table.stdout).toContain("off: disabled in config");
    const info = await home.run(["plugins", "info", "dice"]);
    expect(info.stdout).toContain("Tools: dice_roll");
    expect(await home.run(["plugins", "info", "nobody"])).toMatchObject({
      code: 1,
      stderr: "Plugin not found: nobody\n",
    });
    expect((await home.run(["plugins", "doctor"])).stdout).toBe("No plugin issues detected.\n");
  });

  test("an empty installation has none, and doctor names what fails", async () => {
    expect((await home.run(["plugins", "list"])).stdout).toBe("No plugins found.\n");
    const dir = writePlugin(extensions, { id: "bad", code: "throw new Error('no key')" });
    expect(await home.run(["plugins", "doctor"])).toMatchObject({
      code: 0,
      stdout: `Plugin errors:\n- bad: failed to load plugin: no key (${path.join(dir, "index.ts").replace(home.home, "~")})\n`,
    });
  });

  test("a command with --json prints one document although a plugin logs while it is loaded", async () => {
    writePlugin(extensions, dice());
    const status = await home.run(["status", "--json"]);
    expect(() => JSON.parse(status.stdout)).not.toThrow();
    const listed = await home.run(["plugins", "list", "--json"]);
    expect(() => JSON.parse(listed.stdout)).not.toThrow();
  });
});

describe("models auth login", () => {
  const acme = (result: string) => ({
    id: "acme",
    code: `export default { register(api) { api.registerProvider({ id: "acme", label: "Acme", aliases: ["ac"], auth: [
      { id: "code", label: "Paste a code", kind: "custom", run: async ({ prompter }) => {
        const code = await prompter.text({ message: "Code" }); return ${result}; } } ] }); } };`,
  });

  test("signs in with the flow of a plugin and keeps what it returns", async () => {
    writePlugin(
      extensions,
      acme(`{ profiles: [{ profileId: "acme:default", credential: { type: "oauth", provider: "acme", access: "a-" + code,
        refresh: "r", expires: 99, projectId: "p" } }], defaultModel: "acme/big", notes: ["welcome"] }`),
    );
    const { code, stdout } = await home.run("models auth login --provider ac".split(" "), { answer: "17\n" });
    expect(code).toBe(0);
    expect(stdout).toContain("Auth profile: acme:default (acme/oauth)");
    expect(stdout).toContain("Default model available: acme/big (use --set-default to apply)");
    const file = path.join(home.home, ".openclaw/agents/main/agent/auth-profiles.json");
    expect(JSON.parse(readFileSync(file, "utf8")).profiles).toEqual({
      "acme:default": { type: "oauth", provider: "acme", access: "a-17", refresh: "r", expires: 99, projectId: "p" },
    });
  });

  test("keeps nothing of a plugin that returns no credential", async () => {
    writePlugin(extensions, acme(`{ profiles: [{ profileId: "acme:default", credential: { type: "secret" } }] }`));
    const { code, stderr } = await home.run("models auth login --provider acme".split(" "), { answer: "17\n" });
    expect(code).toBe(1);
    expect(stderr).toContain('The sign-in of the plugin for "acme" returned something else than profiles');
  });
});

describe("a provider of a plugin", () => {
  let server: ScriptedModelServer;
  beforeEach(async () => {
    server = await startScriptedModelServer();
    writePlugin(extensions, {
      id: "acme",
      code: `export default { register(api) { api.registerProvider({ id: "acme", label: "Acme", auth: [],
        models: { baseUrl: "${server.openaiUrl}", api: "openai-completions", models: [{ id: "big", contextWindow: 64000 }] },
        refreshOAuth: async (credential) => ({ ...credential, access: credential.access + "-renewed", expires: 4e12 }),
        formatApiKey: (credential) => "packed:" + credential.access }); } };`,
    });
    const profile = { type: "oauth", provider: "acme", access: "old", refresh: "r", expires: 1 };
    const dir = path.join(home.home, ".openclaw/agents/main/agent");
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      path.join(dir, "auth-profiles.json"),
      JSON.stringify({ version: 1, profiles: { "acme:me": profile } }),
    );
    home.writeConfig('{ agents: { defaults: { model: { primary: "acme/big" }, skipBootstrap: true } } }');
  });
  afterEach(() => server.close());

  test("is probed with a login that the plugin renews", async () => {
    const { stdout } = await home.run("models status --probe --probe-provider acme --json".split(" "));
    expect(JSON.parse(stdout).auth.probes.results).toMatchObject([{ profileId: "acme:me", status: "ok" }]);
    expect(server.lastRequest().headers.authorization).toBe("Bearer packed:old-renewed");
  });

  test("answers a turn in this process, with a login that the plugin renews", async () => {
    const { code, stdout } = await home.run(["agent", "--local", "--session-id", "s", "-m", "hello"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("hello")]);
    expect(server.lastRequest().headers.authorization).toBe("Bearer packed:old-renewed");
  });

  test("is listed with its models", async () => {
    const { stdout } = await home.run(["models", "list", "--all", "--provider", "acme", "--json"]);
    expect(JSON.parse(stdout).models).toMatchObject([{ key: "acme/big", available: true, missing: false }]);
  });
});

describe("plugins enable and disable", () => {
  test("change the one key, keep the comments, and say what still keeps a plugin off", async () => {
    writePlugin(extensions, dice());
    home.writeConfig('{\n  // mine\n  "plugins": { "deny": ["dice"] },\n}\n');
    expect(await home.run(["plugins", "enable", "dice"])).toMatchObject({
      code: 0,
      stdout: 'Enabled plugin "dice". Restart the gateway to apply.\nNote: dice stays disabled: blocked by denylist\n',
    });
    const text = readFileSync(home.configPath, "utf8");
    expect(text).toContain("// mine");
    expect((await home.run(["config", "get", "plugins", "--json"])).stdout).toBe(
      `${JSON.stringify({ deny: ["dice"], entries: { dice: { enabled: true } } }, null, 2)}\n`,
    );
    expect((await home.run(["plugins", "disable", "dice"])).stdout).toBe(
      'Disabled plugin "dice". Restart the gateway to apply.\n',
    );
    expect(await home.run(["plugins", "enable", "nobody"])).toMatchObject({
      code: 1,
      stderr: "Plugin not found: nobody\n",
    });
  });

  test("a plugin whose settings are wrong can be switched off", async () => {
    const configSchema = { type: "object", properties: { sides: { type: "integer" } }, required: ["sides"] };
    writePlugin(extensions, dice({ manifest: { configSchema } }));
    home.writeConfig(JSON.stringify({ plugins: { entries: { dice: { enabled: true } } } }));
    expect((await home.run(["plugins", "disable", "dice"])).code).toBe(0);
    expect(config().plugins.entries).toEqual({ dice: { enabled: false } });
  });
});

describe("plugins install", () => {
  test("copies a folder under the manifest's id, with modes for its owner alone", async () => {
    const from = writePlugin(
      path.join(home.home, "src"),
      dice({ files: { "node_modules/x/index.js": "", "run.sh": "" } }),
    );
    chmodSync(path.join(from, "run.sh"), 0o755);
    home.writeConfig(JSON.stringify({ plugins: { allow: ["other"], installs: { other: { source: "path" } } } }));
    const installed = await home.run(["plugins", "install", from]);
    expect(installed).toMatchObject({
      code: 0,
      stdout: "Installed plugin: dice\nRestart the gateway to load plugins.\n",
    });
    const dir = path.join(extensions, "dice");
    expect(readdirSync(dir).sort()).toEqual(["index.ts", "openclaw.plugin.json", "package.json", "run.sh"]);
    const mode = (file: string) => statSync(path.join(dir, file)).mode & 0o777;
    expect([mode("."), mode("index.ts"), mode("run.sh")]).toEqual([0o700, 0o600, 0o700]);
    expect(config().plugins).toMatchObject({
      allow: ["other", "dice"],
      entries: { dice: { enabled: true } },
      installs: { dice: { source: "path", sourcePath: from, installPath: dir, version: "1.0.0" } },
    });
    writeFileSync(path.join(dir, "index.ts"), "mine");
    expect(await home.run(["plugins", "install", from])).toMatchObject({
      code: 1,
      stderr: `plugin already exists: ${dir} (delete it first)\n`,
    });
    expect(readFileSync(path.join(dir, "index.ts"), "utf8")).toBe("mine");
    expect(readdirSync(extensions)).toEqual(["dice"]);
  });

  test("leaves a plugin off whose required settings are missing, and the configuration is valid", async () => {
    const configSchema = { type: "object", properties: { token: { type: "string" } }, required: ["token"] };
    const from = writePlugin(path.join(home.home, "src"), dice({ manifest: { configSchema } }));
    expect(await home.run(["plugins", "install", from])).toMatchObject({
      code: 0,
      stdout: "Installed plugin: dice (disabled: missing config token)\nRestart the gateway to load plugins.\n",
    });
    expect(config().plugins.entries).toEqual({ dice: { enabled: false } });
    expect((await home.run(["config", "get", "plugins.entries.dice.enabled"])).stdout).toBe("false\n");
  });

  test("links a folder and removes the link again", async () => {
    const from = writePlugin(path.join(home.home, "src"), dice());
    expect((await home.run(["plugins", "install", "--link", from])).stdout).toContain(`Linked plugin path: ${from}\n`);
    expect(config().plugins.load).toEqual({ paths: [from] });
    expect(existsSync(path.join(extensions, "dice"))).toBe(false);
    expect((await home.run(["plugins", "install", "-l", "@acme/x"])).stderr).toBe("`--link` requires a local path.\n");
    expect((await home.run(["plugins", "uninstall", "dice"])).code).toBe(0);
    expect(config().plugins.load).toEqual({ paths: [] });
    expect(existsSync(from)).toBe(true);
  });

  test("takes a single file with its manifest", async () => {
    const from = writePlugin(path.join(home.home, "src"), {
      id: "one",
      entry: "one.ts",
      code: "export default () => {}",
    });
    expect((await home.run(["plugins", "install", path.join(from, "one.ts")])).code).toBe(0);
    expect(readdirSync(path.join(extensions, "one")).sort()).toEqual(["index.ts", "openclaw.plugin.json"]);
  });

  test("refuses what is no plugin, and writes nothing", async () => {
    const say = async (spec: string) => (await home.run(["plugins", "install", spec])).stderr.trim();
    expect(await say("./nowhere")).toMatch(/^Path not found: .*nowhere$/);
    expect(await say("git+ssh://host/x")).toContain("is neither a path that exists nor the name of an npm package");
    const bare = writePlugin(path.join(home.home, "src"), dice({ manifest: false }));
    expect(await say(bare)).toMatch(/^plugin manifest not found: /);
    const odd = writePlugin(path.join(home.home, "src"), dice({ id: "odd", manifest: { id: "../evil" } }));
    expect(await say(odd)).toBe("invalid plugin name: path separators not allowed");
    const linked = writePlugin(path.join(home.home, "src"), dice({ id: "linked" }));
    symlinkSync("/etc/hostname", path.join(linked, "secret"));
    expect(await say(linked)).toContain("leads out of the plugin's folder");
    expect(existsSync(extensions) ? readdirSync(extensions) : []).toEqual([]);
    expect(existsSync(home.configPath)).toBe(false);
  });

  test("unpacks an archive, and refuses one whose entries lie outside of it", async () => {
    const archive = path.join(home.home, "dice.tgz");
    writeFileSync(archive, await packFiles(packageFiles("1.0.0")));
    const installed = await home.run(["plugins", "install", archive]);
    expect(installed.stdout).toContain("Extracting dice.tgz…\n");
    expect(config().plugins.installs).toMatchObject({ dice: { source: "archive", sourcePath: archive } });

    const evil = path.join(home.home, "evil.tgz");
    mkdirSync(path.join(home.home, "a", "b"), { recursive: true });
    writeFileSync(path.join(home.home, "a", "evil"), "x");
    await create({ file: evil, cwd: path.join(home.home, "a", "b"), gzip: true, preservePaths: true }, ["../evil"]);
    const refused = await home.run(["plugins", "install", evil]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain("the entry ../evil lies outside of it");
    expect(readdirSync(extensions)).toEqual(["dice"]);

    const noEntries = path.join(home.home, "none.tgz");
    writeFileSync(noEntries, await packFiles(packageFiles("1.0.0", {}, { openclaw: {} })));
    expect((await home.run(["plugins", "install", noEntries])).stderr).toBe(
      "package.json missing openclaw.extensions\n",
    );
  });

  test("warns of code that runs programs, and installs it all the same", async () => {
    const code = 'import { exec } from "node:child_process";\nexec("date");\nexport default () => {};';
    const from = writePlugin(path.join(home.home, "src"), dice({ code }));
    const installed = await home.run(["plugins", "install", from]);
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.stderr).toBe(
      'WARNING: Plugin "dice" contains dangerous code patterns: runs programs (child_process) (index.ts:2)\n',
    );
  });
});

describe("plugins from npm", () => {
  const npmEnv = (url: string) => ({ npm_config_registry: url, npm_config_cache: path.join(home.home, "npm-cache") });

  test("are installed with their dependencies and without running any script, updated and rolled back", async () => {
    await using registry = await startRegistry();
    const env = npmEnv(registry.url);
    const evil = path.join(home.home, "postinstall-ran");
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('${evil}','')"` };
    await registry.publish({
      "package.json": JSON.stringify({ name: "tiny-dependency", version: "1.0.0", scripts }),
      "index.js": "module.exports = 1",
    });
    const fields = { scripts, dependencies: { "tiny-dependency": "1.0.0" }, peerDependencies: { openclaw: "*" } };
    await registry.publish(packageFiles("1.0.0", {}, fields));
    const installed = await home.run(["plugins", "install", "@acme/openclaw-dice-roller"], { env });
    expect(installed.stderr).toBe("");
    expect(installed.stdout).toContain("Downloading @acme/openclaw-dice-roller…\n");
    expect(installed.stdout).toContain("Installing plugin dependencies…\nInstalled plugin: dice\n");
    const dir = path.join(extensions, "dice");
    expect(existsSync(path.join(dir, "node_modules", "tiny-dependency"))).toBe(true);
    expect(existsSync(path.join(dir, "node_modules", "openclaw"))).toBe(false);
    expect(existsSync(evil)).toBe(false);
    expect(config().plugins.installs).toMatchObject({
      dice: { source: "npm", spec: "@acme/openclaw-dice-roller", version: "1.0.0" },
    });

    const update = (...more: string[]) => home.run(["plugins", "update", ...more], { env });
    expect((await update("dice")).stdout).toBe("dice is up to date (1.0.0).\n");
    await registry.publish(packageFiles("1.1.0"));
    expect((await update("--all", "--dry-run")).stdout).toBe("Would update dice: 1.0.0 -> 1.1.0.\n");
    expect((await update("dice")).stdout).toContain("Updated dice: 1.0.0 -> 1.1.0.\n");
    expect(readFileSync(path.join(dir, "index.ts"), "utf8")).toContain("1.1.0");
    expect(readdirSync(extensions)).toEqual(["dice"]);

    const before = config().plugins.installs;
    await registry.publish(packageFiles("1.2.0", { "openclaw.plugin.json": "{" }));
    const failed = await update("dice");
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain("Failed to update dice: failed to parse plugin manifest");
    expect(readFileSync(path.join(dir, "index.ts"), "utf8")).toContain("1.1.0");
    expect(config().plugins.installs).toEqual(before);
    expect((await update()).stdout).toBe("Provide a plugin id or use --all.\n");
    expect((await update("nobody")).stdout).toBe('No install record for "nobody".\n');
  });

  test("that cannot be downloaded leave nothing behind", async () => {
    await using registry = await startRegistry();
    const refused = await home.run(["plugins", "install", "not-published-anywhere"], { env: npmEnv(registry.url) });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^npm pack failed: /);
    expect(readdirSync(extensions)).toEqual([]);
  });
});

describe("plugins uninstall", () => {
  test("takes everything of a plugin away; an entry may stay without making the configuration invalid", async () => {
    const from = writePlugin(path.join(home.home, "src"), dice());
    await home.run(["plugins", "install", from]);
    expect((await home.run(["plugins", "uninstall", "dice", "--keep-config"])).code).toBe(0);
    expect(existsSync(path.join(extensions, "dice"))).toBe(false);
    expect(config().plugins.entries).toEqual({ dice: { enabled: true } });
    expect((await home.run(["plugins", "list"])).code).toBe(0);
    await home.run(["plugins", "install", from]);
    expect((await home.run(["plugins", "uninstall", "dice"])).code).toBe(0);
    expect(config().plugins).toMatchObject({ entries: {}, installs: {} });
    expect(await home.run(["plugins", "uninstall", "nobody"])).toMatchObject({
      code: 1,
      stderr: "Plugin not found: nobody\n",
    });
  });
});

describe("commands of plugins", () => {
  const code = `export default { register(api) {
    api.registerCli(({ program, logger }) => {
      logger.warn("making commands");
      program.command("dice").description("Rolls dice").argument("<n>", "how many").option("--sides <n>", "sides", "6")
        .action((n, options) => process.stdout.write === undefined ? 0 : globalThis.openclawRolled = [n, options.sides]);
      program.command("status").action(() => {});
    }, { descriptors: [{ name: "dice", description: "Rolls dice", hasSubcommands: false }] });
  } }`;

  test("run with their arguments, have help, and stand in the list of commands", async () => {
    writePlugin(extensions, dice({ code }));
    expect(await home.run(["dice", "3", "--sides", "8"])).toMatchObject({ code: 0 });
    expect((globalThis as { openclawRolled?: unknown }).openclawRolled).toEqual(["3", "8"]);
    const help = await home.run(["dice", "--help"]);
    expect(help).toMatchObject({ code: 0 });
    expect(help.stdout).toContain("<n>");
    expect((await home.run(["--help"])).stdout).toMatch(/dice +Rolls dice/);
    const wrong = await home.run(["dice"]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("missing required argument 'n'");
    expect((await home.run(["dices"])).stderr).toContain("unknown command 'dices'");
  });

  test("that are named like ours are left out, and a plugin that fails does not stop the others", async () => {
    const taken = `export default { register(api) { api.registerCli(({ program }) => program.command("status").action(() => { throw new Error("not ours"); }), { commands: ["status"] }); } }`;
    const broken = `export default { register(api) { api.registerCli(() => { throw new Error("cannot"); }); } }`;
    writePlugin(extensions, { id: "taken", code: taken });
    writePlugin(extensions, { id: "broken", code: broken });
    writePlugin(extensions, dice({ code }));
    const status = await home.run(["status"]);
    expect(status.stdout + status.stderr).not.toContain("not ours");
    const rolled = await home.run(["dice", "1"]);
    expect(rolled.code).toBe(0);
    expect(rolled.stderr).toContain("the commands of plugin broken could not be made: cannot");
  });
});

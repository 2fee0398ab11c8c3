import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const config = () => JSON.parse(readFileSync(home.configPath, "utf8"));
const managed = () => path.join(home.home, ".openclaw", "hooks");
const said = async (...argv: string[]) => {
  const { code, stdout, stderr } = await home.run(["hooks", ...argv]);
  return { code, out: stdout.trim(), err: stderr.trim() };
};

function writeHook(dir: string, name: string, requires = "{}"): string {
  const folder = path.join(dir, name);
  mkdirSync(folder, { recursive: true });
  const metadata = `{ "openclaw": { "emoji": "🔧", "events": ["command:new"], "requires": ${requires} } }`;
  writeFileSync(path.join(folder, "HOOK.md"), `---\nname: ${name}\ndescription: Does it\nmetadata: ${metadata}\n---\n`);
  writeFileSync(path.join(folder, "handler.js"), "export default () => {};\n");
  return folder;
}

describe("hooks", () => {
  it("lists what there is, and whether it can run", async () => {
    writeHook(managed(), "needs-much", '{ "bins": ["no-such-program"], "env": ["NO_SUCH"] }');
    const { out } = await said();
    expect(out).toMatch(/^Hooks \(3\/5 ready\)/);
    expect(out).toMatch(/✓ ready +│ 💾 session-memory/);
    expect(out).toMatch(/✗ missing +│ 🔧 needs-much/);
    expect((await said("list", "-v")).out).toContain("program; env: NO_SUCH");
    expect((await said("list", "--eligible")).out).not.toContain("needs-much");
    const json = JSON.parse((await said("list", "--json")).out);
    expect(json).toMatchObject({ managedHooksDir: managed(), workspaceDir: expect.any(String) });
    expect(json.hooks.find(({ name }: { name: string }) => name === "needs-much")).toMatchObject({
      eligible: false,
      disabled: false,
      source: "openclaw-managed",
      events: ["command:new"],
      missing: { bins: ["no-such-program"], env: ["NO_SUCH"] },
      managedByPlugin: false,
    });
    expect(JSON.parse((await said("check", "--json")).out)).toMatchObject({ total: 5, eligible: 3, notEligible: 2 });
  });

  it("lists those of plugins, which their plugin switches and nobody else", async () => {
    const code =
      'export default { register(api) { api.registerHook(["command:new"], () => {}, { name: "greeter", description: "Greets" }); } };';
    const dir = path.join(home.home, ".openclaw", "extensions", "friendly");
    mkdirSync(dir, { recursive: true });
    const manifest = { id: "friendly", configSchema: { type: "object", additionalProperties: false } };
    writeFileSync(path.join(dir, "openclaw.plugin.json"), JSON.stringify(manifest));
    writeFileSync(path.join(dir, "index.js"), code);
    const plugins = { entries: { friendly: { enabled: true } } };
    writeFileSync(home.configPath, JSON.stringify({ plugins, hooks: { internal: { enabled: true } } }));
    expect((await said("list")).out).toMatch(/✓ ready +│ greeter +│ Greets +│ plugin:friendly/);
    const listed = JSON.parse((await said("list", "--json")).out).hooks;
    expect(listed.find(({ name }: { name: string }) => name === "greeter")).toMatchObject({
      source: "openclaw-plugin",
      pluginId: "friendly",
      managedByPlugin: true,
      eligible: true,
    });
    expect((await said("disable", "greeter")).err).toBe(
      'Hook "greeter" is managed by plugin "friendly" and cannot be enabled/disabled.',
    );
  });

  it("tells about one, and exits with 1 for one that nobody knows", async () => {
    expect((await said("info", "command-logger")).out).toMatch(/📝 command-logger {2}✓ ready[\s\S]*Events: command/);
    const text = 'Hook "nothing" not found. Run `openclaw hooks list` to see available hooks.';
    expect(await said("info", "nothing")).toMatchObject({ code: 1, err: text });
    const json = await said("info", "nothing", "--json");
    expect([json.code, JSON.parse(json.out)]).toEqual([1, { error: "not found", hook: "nothing" }]);
  });

  it("switches hooks, also one that was switched off before, and refuses what lacks something", async () => {
    writeHook(managed(), "needs-much", '{ "bins": ["no-such-program"] }');
    expect((await said("disable", "command-logger")).out).toBe("⏸ Disabled hook: 📝 command-logger");
    expect((await said("list")).out).toMatch(/⏸ disabled +│ 📝 command-logger/);
    expect((await said("enable", "command-logger")).out).toBe("✓ Enabled hook: 📝 command-logger");
    expect((await said("enable", "soul-evil")).out).toBe("✓ Enabled hook: 😈 soul-evil");
    expect(config().hooks.internal).toEqual({
      enabled: true,
      entries: { "command-logger": { enabled: true }, "soul-evil": { enabled: true } },
    });
    expect(await said("enable", "needs-much")).toMatchObject({
      code: 1,
      err: 'Hook "needs-much" is not eligible (missing requirements)',
    });
  });
});

describe("hooks install", () => {
  const pack = (dir: string, facts: object) => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, "package.json"), JSON.stringify(facts));
    return dir;
  };

  it("takes a folder, or a pack as an archive, switches its hooks on and notes where they came from", async () => {
    const single = writeHook(path.join(home.home, "src"), "mine");
    expect((await said("install", single)).out).toBe("Installed hooks: mine\nRestart the gateway to load hooks.");
    expect(existsSync(path.join(managed(), "mine", "HOOK.md"))).toBe(true);
    expect(config().hooks.internal).toMatchObject({
      enabled: true,
      entries: { mine: { enabled: true } },
      installs: { mine: { source: "path", sourcePath: single, hooks: ["mine"], installedAt: expect.any(String) } },
    });
    expect((await said("install", single)).err).toBe(
      `hook already exists: ${path.join(managed(), "mine")} (delete it first)`,
    );

    const dir = pack(path.join(home.home, "package"), {
      name: "@me/two-hooks",
      version: "1.2.0",
      openclaw: { hooks: ["./a", "./b"] },
    });
    writeHook(dir, "a");
    writeHook(dir, "b");
    const archive = path.join(home.home, "two.tgz");
    execFileSync("tar", ["-czf", archive, "-C", home.home, "package"]);
    expect((await said("install", archive)).out).toContain("Installed hooks: a, b");
    expect(config().hooks.internal.installs["two-hooks"]).toMatchObject({ source: "archive", version: "1.2.0" });
    expect(readdirSync(managed()).sort()).toEqual(["mine", "two-hooks"]);
    expect((await said("list")).out).toMatch(/🔧 a[\s\S]*🔧 b[\s\S]*🔧 mine/);
  });

  it("links a folder instead", async () => {
    const dir = path.join(home.home, "linked");
    writeHook(path.join(home.home), "linked");
    expect((await said("install", dir, "--link")).out).toContain(`Linked hook path: ${dir}`);
    expect(config().hooks.internal.load.extraDirs).toEqual([dir]);
    expect((await said("list")).out).toContain("linked");
    writeFileSync(path.join(home.home, "file.tgz"), "");
    expect((await said("install", "file.tgz", "-l")).err).toBe("Linked hook paths must be directories.");
  });

  it("says what is wrong with what it is given, and leaves nothing behind", async () => {
    const at = (name: string) => path.join(home.home, name);
    expect((await said("install", "./none")).err).toBe(`path not found: ${at("none")}`);
    writeFileSync(at("x.rar"), "");
    expect((await said("install", "x.rar")).err).toBe(`unsupported archive: ${at("x.rar")}`);
    expect((await said("install", pack(at("p1"), { name: "p1" }))).err).toBe("package.json missing openclaw.hooks");
    expect((await said("install", pack(at("p2"), { name: "p2", openclaw: { hooks: [] } }))).err).toBe(
      "package.json openclaw.hooks is empty",
    );
    const outside = pack(at("p3"), { name: "p3", openclaw: { hooks: ["../elsewhere"] } });
    writeHook(home.home, "elsewhere");
    expect((await said("install", outside)).err).toContain("../elsewhere is outside of the hook pack");
    const bare = pack(at("p4"), { name: "p4", openclaw: { hooks: ["./h"] } });
    mkdirSync(path.join(bare, "h"));
    expect((await said("install", bare)).err).toMatch(/^HOOK\.md missing in .*h$/);
    writeFileSync(path.join(bare, "h", "HOOK.md"), "---\nname: h\n---\n");
    expect((await said("install", bare)).err).toMatch(/^handler\.ts\/handler\.js\/index\.ts\/index\.js missing in /);
    const evil = pack(at("p5"), { name: "@x/..", openclaw: { hooks: ["./h"] } });
    writeHook(evil, "h");
    expect((await said("install", evil)).err).toBe("invalid hook name: reserved path segment");
    expect(existsSync(managed()) ? readdirSync(managed()) : []).toEqual([]);
  });

  it("updates what came from npm alone", async () => {
    await said("install", writeHook(path.join(home.home, "src"), "mine"));
    expect((await said("update")).err).toBe("Provide a hook id or use --all.");
    expect((await said("update", "other")).err).toBe('No install record for "other".');
    expect((await said("update", "--all")).out).toBe('Skipping "mine" (source: path).');
  });
});

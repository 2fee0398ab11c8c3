import { readFileSync } from "node:fs";
import path from "node:path";
import type { PluginManifest } from "@openclaw/config";
import { describe, expect, it } from "vitest";
import { clinic, sound, withTitle } from "../testing/clinic.ts";
import { temporaryInstallation } from "../testing/temporary-installation.ts";

describe("the offer to update", () => {
  function checkout() {
    const sources = temporaryInstallation();
    sources.write(path.join(sources.home, "pnpm-workspace.yaml"), "");
    return sources.home;
  }
  const offer = "Update the checkout before the check-up?";

  it("ends the check-up when it was taken and the program was replaced", async () => {
    const update = async () => ({ updated: true, lines: ["Updated a → b."] });
    const { see } = await clinic({ root: checkout(), answer: () => true, help: { update } });
    const { questions, done, notes, outcome } = await see();
    expect(questions).toEqual([offer]);
    expect(done).toEqual(["Updated a → b.", "The new version has looked around; this check-up ends here."]);
    expect(notes).toHaveLength(1);
    expect(outcome.written).toBe(false);
  });

  it("goes on with the check-up when it was declined, or nothing came of it", async () => {
    const update = async () => ({ updated: false, lines: ["Skipped."] });
    const declined = await clinic({ root: checkout(), answer: () => false, help: { update } });
    expect(withTitle((await declined.see()).notes, "Skills and plugins")).toHaveLength(1);
    const skipped = await clinic({ root: checkout(), answer: (question) => question === offer, help: { update } });
    const { done, notes } = await skipped.see();
    expect(done).toEqual(["Skipped."]);
    expect(withTitle(notes, "Skills and plugins")).toHaveLength(1);
  });

  it("is made only on a terminal, without flags, outside of an update, and where there is a source", async () => {
    const update = async () => ({ updated: true, lines: [] });
    const offered = async (visit: Parameters<typeof clinic>[0], more = {}) => {
      const { see } = await clinic({ root: checkout(), answer: () => false, help: { update }, ...visit });
      return (await see(more)).questions.includes(offer);
    };
    expect(await offered({})).toBe(true);
    expect(await offered({}, { yes: true })).toBe(false);
    expect(await offered({}, { nonInteractive: true })).toBe(false);
    expect(await offered({ env: { OPENCLAW_UPDATE_IN_PROGRESS: "1" } })).toBe(false);
    expect(await offered({ help: {} })).toBe(false);
    expect(await offered({ root: "/usr/lib/node_modules/openclaw" })).toBe(false);
  });
});

describe("plugins that are set up and not switched on", () => {
  const plugin = (id: string, more: Partial<PluginManifest> = {}): PluginManifest => ({
    id,
    configSchema: {},
    origin: "bundled",
    source: `/plugins/${id}`,
    ...more,
  });
  const manifests = [
    plugin("qwen-portal-auth", { name: "Qwen sign-in", providers: ["qwen-portal"] }),
    plugin("matrix", { channels: ["matrix"], origin: "global" }),
    plugin("other"),
  ];
  const signedIn = { auth: { profiles: { "qwen-portal:default": { provider: "qwen-portal", mode: "oauth" } } } };

  it("are told, and switched on with consent, in the entry and the list of what may run alone", async () => {
    const config = { ...sound, ...signedIn, plugins: { allow: ["other"] }, channels: { matrix: {} } };
    const { see, paths } = await clinic({ config, manifests });
    const before = readFileSync(paths.configPath, "utf8");
    expect(withTitle((await see({ nonInteractive: true })).notes, "Plugins")).toEqual([
      "Plugins: Qwen sign-in configured, not enabled yet.",
      "Plugins: matrix configured, not enabled yet.",
    ]);
    expect(readFileSync(paths.configPath, "utf8")).toBe(before);
    expect((await see({ fix: true })).outcome).toEqual({ written: true, pending: false, issues: [] });
    const { wizard, meta, ...written } = JSON.parse(readFileSync(paths.configPath, "utf8"));
    expect(written).toEqual({
      ...config,
      plugins: {
        allow: ["other", "qwen-portal-auth", "matrix"],
        entries: { "qwen-portal-auth": { enabled: true }, matrix: { enabled: true } },
      },
    });
    expect(withTitle((await see({ nonInteractive: true })).notes, "Plugins")).toEqual([]);
  });

  it("stay off where their user switched them off or denied them", async () => {
    for (const plugins of [
      { entries: { "qwen-portal-auth": { enabled: false } } },
      { deny: ["qwen-portal-auth"] },
      { enabled: false },
    ]) {
      const { see } = await clinic({ config: { ...sound, ...signedIn, plugins }, manifests });
      expect(withTitle((await see({ fix: true })).notes, "Plugins")).toEqual([]);
    }
  });
});

describe("sign-ins", () => {
  const profiles = (content: object) => JSON.stringify({ version: 1, profiles: content });
  const file = "agents/main/agent/auth-profiles.json";

  it("removes copies of other programs' logins that have run out, and keeps one that works", async () => {
    const config = {
      ...sound,
      auth: {
        profiles: { "anthropic:claude-cli": { provider: "anthropic", mode: "oauth" } },
        order: { anthropic: ["anthropic:claude-cli", "anthropic:manual"] },
      },
    };
    const { see, write, paths } = await clinic({ config });
    const written = write(
      file,
      profiles({
        "anthropic:claude-cli": { type: "token", provider: "anthropic", token: "sk-ant-oat01-secret", expires: 5 },
        "openai-codex:codex-cli": { type: "token", provider: "openai-codex", token: "b", expires: 9e12 },
      }),
    );
    expect(withTitle((await see()).notes, "Auth profiles")).toHaveLength(1);
    const { done, notes } = await see({ fix: true });
    expect(done).toContain("Removed anthropic:claude-cli.");
    expect(notes.join("\n")).not.toContain("sk-ant-oat01-secret");
    expect(Object.keys(JSON.parse(readFileSync(written, "utf8")).profiles)).toEqual(["openai-codex:codex-cli"]);
    expect(JSON.parse(readFileSync(paths.configPath, "utf8")).auth).toEqual({
      profiles: {},
      order: { anthropic: ["anthropic:manual"] },
    });
  });

  it("renews a token that has run out when it is told, and says what the provider answered otherwise", async () => {
    const spent = {
      "openai-codex:me": { type: "oauth", provider: "openai-codex", access: "old", refresh: "r", expires: 5 },
    };
    const asked: string[] = [];
    const refuse: typeof fetch = async (url) => {
      asked.push(String(url));
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    };
    const { see, write } = await clinic({ fetch: refuse });
    write(file, profiles(spent));
    expect(withTitle((await see()).notes, "Model auth")[0]).toContain("openai-codex:me: its token has run out");
    expect(asked).toEqual([]);
    expect((await see({ fix: true })).done.join("\n")).toContain("openai-codex:me was not renewed: ");
    const grant: typeof fetch = async () =>
      Response.json({
        access_token: `h.${btoa('{"https://api.openai.com/auth":{"chatgpt_account_id":"a"}}')}.s`,
        refresh_token: "r2",
        expires_in: 3600,
      });
    const good = await clinic({ fetch: grant });
    const written = good.write(file, profiles(spent));
    expect((await good.see({ fix: true })).done).toContain("Renewed openai-codex:me.");
    expect(JSON.parse(readFileSync(written, "utf8")).profiles["openai-codex:me"].refresh).toBe("r2");
  });
});

describe("a Gateway that does not answer and is no service", () => {
  it("is installed as one when somebody agrees", async () => {
    const down = { health: async () => ({ ok: false, channelIssues: [] }) };
    const { see, calls } = await clinic({ help: down });
    expect((await see()).done).toEqual([]);
    const { done } = await see({ yes: true });
    expect(done).toContain("The service was installed and started.");
    expect(calls).toContain("systemctl --user enable openclaw-gateway.service");
  });

  it("is put back among the agents of the session on macOS", async () => {
    const unloaded = (argv: readonly string[]) =>
      argv[0] === "launchctl" && argv[1] === "print" ? { code: 113 } : argv[1] === "getenv" ? { code: 1 } : undefined;
    const { see, calls, home, write } = await clinic({
      platform: "darwin",
      programs: unloaded,
      help: { health: async () => ({ ok: false, channelIssues: [] }) },
    });
    write(
      path.join(home, "Library/LaunchAgents/bot.molt.gateway.plist"),
      "<plist><dict><key>Label</key><string>bot.molt.gateway</string><key>ProgramArguments</key><array><string>/usr/bin/node</string><string>gateway</string></array></dict></plist>",
    );
    expect(withTitle((await see({ yes: true })).notes, "Gateway service")).toEqual([
      "Gateway service: The service bot.molt.gateway is not loaded.",
    ]);
    expect(calls.join("\n")).toMatch(/launchctl bootstrap gui\/\d+ .*bot\.molt\.gateway\.plist/);
  });
});

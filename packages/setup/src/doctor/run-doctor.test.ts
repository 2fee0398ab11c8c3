import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { installService, openService } from "../services/index.ts";
import { clinic, entry, sound, token, withTitle } from "../testing/clinic.ts";
import { temporaryInstallation } from "../testing/temporary-installation.ts";
import { consentOf, type DoctorOptions } from "./index.ts";

describe("consentOf", () => {
  const none = { yes: false, fix: false, force: false, nonInteractive: false };
  it.each<[string, Partial<DoctorOptions>, string, string, string]>([
    ["on a terminal everything is asked", {}, "ask", "ask", "ask"],
    ["--yes", { yes: true }, "yes", "yes", "no"],
    ["--fix", { fix: true }, "yes", "yes", "no"],
    ["--fix --force", { fix: true, force: true }, "yes", "yes", "yes"],
    ["--fix --non-interactive", { fix: true, nonInteractive: true }, "yes", "yes", "no"],
    ["--non-interactive alone", { nonInteractive: true }, "yes", "no", "no"],
  ])("%s", (_name, flags, layout, ordinary, aggressive) => {
    const options = { ...none, deep: false, generateGatewayToken: false, workspaceSuggestions: true, ...flags };
    expect(consentOf(options, { kind: "layout" })).toBe(layout);
    expect(consentOf(options, { kind: "ordinary" })).toBe(ordinary);
    expect(consentOf(options, { kind: "aggressive" })).toBe(aggressive);
  });
});

describe("runDoctor", () => {
  it("has little to say about a sound installation", async () => {
    const { see } = await clinic();
    const { notes, outcome } = await see();
    expect(notes).toEqual([
      "Skills and plugins: Skills: 2 usable, 1 blocked, 3 in all.\nPlugins: 0 on, 0 off, 0 with errors.",
    ]);
    expect(outcome).toEqual({ written: false, pending: false, issues: [] });
  });

  it("names variables of former releases with their names of today", async () => {
    const { see } = await clinic({ env: { CLAWDBOT_FOO: "x", MOLTBOT_STATE_DIR: "/y" } });
    expect(withTitle((await see()).notes, "Environment")).toEqual([
      "Environment: CLAWDBOT_FOO is ignored; use OPENCLAW_FOO\nMOLTBOT_STATE_DIR is ignored; use OPENCLAW_STATE_DIR",
    ]);
  });

  it("names what a checkout is missing", async () => {
    const sources = temporaryInstallation();
    sources.write(path.join(sources.home, "pnpm-workspace.yaml"), "");
    sources.write(path.join(sources.home, "package-lock.json"), "{}");
    mkdirSync(path.join(sources.home, "node_modules"));
    const { see, calls } = await clinic({ root: sources.home, options: { fix: true } });
    const { notes, done } = await see();
    expect(withTitle(notes, "Control UI")).toEqual(["Control UI: Control UI assets are missing."]);
    expect(withTitle(notes, "Source install")[0]).toMatch(/pnpm install[\s\S]*package-lock\.json/);
    expect(calls).toContain("pnpm --filter @openclaw/web build");
    expect(done).toContain("The Control UI was built.");
  });

  it("names a provider that replaces a built-in one, a missing mode, and a remote Gateway without an address", async () => {
    const provider = { baseUrl: "https://x.example/v1", models: [] };
    const zen = await clinic({ config: { models: { providers: { "opencode-zen": provider } } } });
    const { notes } = await zen.see();
    expect(withTitle(notes, "Provider override")).toHaveLength(1);
    expect(withTitle(notes, "Gateway mode")[0]).toContain("openclaw config set gateway.mode local");
    const remote = await clinic({ config: { gateway: { mode: "remote" } } });
    expect(withTitle((await remote.see()).notes, "Remote Gateway")).toHaveLength(1);
  });

  it("writes agreed repairs together, with who wrote them", async () => {
    const { see, paths } = await clinic({
      config: { telegram: { botToken: "1:a" }, gateway: { mode: "local" } },
      answer: () => true,
    });
    const { outcome, questions } = await see();
    expect(questions).toEqual(["Apply recommended config repairs now?", "Generate a Gateway token now?"]);
    expect(outcome).toEqual({ written: true, pending: false, issues: [] });
    expect(JSON.parse(readFileSync(paths.configPath, "utf8"))).toMatchObject({
      channels: { telegram: { botToken: "1:a" } },
      gateway: { mode: "local", auth: { mode: "token", token: "ab".repeat(24) } },
      wizard: {
        lastRunAt: "1970-01-01T00:00:01.000Z",
        lastRunVersion: "1.2.3",
        lastRunCommand: "doctor",
        lastRunMode: "local",
      },
    });
    expect(existsSync(`${paths.configPath}.bak.1`)).toBe(false);
  });

  it("writes nothing when the result would still be invalid, and says why", async () => {
    const { see, paths } = await clinic({
      config: { telegram: { botToken: "1:a" }, gateway: { port: "high" } },
      options: { fix: true },
    });
    const before = readFileSync(paths.configPath, "utf8");
    const { outcome } = await see();
    expect(outcome.written).toBe(false);
    expect(outcome.issues).toMatchObject([{ path: "gateway.port" }]);
    expect(readFileSync(paths.configPath, "utf8")).toBe(before);
  });

  it("tells of sign-ins that have run out or rest", async () => {
    const { see, write } = await clinic();
    write(
      "agents/main/agent/auth-profiles.json",
      JSON.stringify({
        version: 1,
        profiles: {
          "openai-codex:me": { type: "token", provider: "openai-codex", token: "a", expires: 1 },
          "anthropic:default": {
            type: "oauth",
            provider: "anthropic",
            access: "a",
            refresh: "r",
            expires: 9e12,
            email: "me@x.example",
          },
          "openai:default": { type: "api_key", provider: "openai", key: "sk-secret-secret" },
        },
        usageStats: { "openai:default": { disabledUntil: 600_000, disabledReason: "billing" } },
      }),
    );
    const { notes } = await see();
    const auth = withTitle(notes, "Model auth").join("\n");
    expect(auth).toContain("openai:default: switched off (billing) for 10 min. Look at your plan or balance there.");
    expect(auth).toContain(
      "openai-codex:me: expired. Sign in again: openclaw models auth login --provider openai-codex",
    );
    expect(withTitle(notes, "Auth profiles")[0]).toContain("anthropic:me@x.example");
    expect(notes.join("\n")).not.toContain("sk-secret");
    await see({ fix: true });
    const { profiles } = JSON.parse(readFileSync(path.join(temporaryRoot(write), "auth-profiles.json"), "utf8"));
    expect(Object.keys(profiles)).toContain("anthropic:me@x.example");
    expect(Object.keys(profiles)).not.toContain("anthropic:default");
  });

  it("notices conversations whose transcripts are gone", async () => {
    const { see, write } = await clinic();
    write(
      "agents/main/sessions/sessions.json",
      JSON.stringify({
        "agent:main:main": { sessionId: "a", updatedAt: 2 },
        "agent:main:group:x": { sessionId: "b", updatedAt: 1 },
      }),
    );
    write("agents/main/sessions/b.jsonl", "{}\n{}\n");
    expect(withTitle((await see()).notes, "State integrity")).toEqual([
      "State integrity: 1 of 2 recent sessions lack their transcript.\nThe transcript of the main session is missing; its history is lost.",
    ]);
  });

  it("creates directories that are missing, when it is told", async () => {
    const { see, paths } = await clinic({ config: { ...sound, agents: { list: [{ id: "work", default: true }] } } });
    const sessions = path.join(paths.agentsDir, "work", "sessions");
    await see({ nonInteractive: true });
    expect(existsSync(sessions)).toBe(false);
    await see({ yes: true });
    expect(existsSync(sessions)).toBe(true);
  });

  it("notices a sandbox that cannot work", async () => {
    const sandboxed = (more: object) => ({ ...sound, agents: { defaults: { sandbox: { mode: "all", ...more } } } });
    const docker = await clinic({
      config: sandboxed({}),
      programs: ([name]) => (name === "docker" ? { code: 127 } : undefined),
    });
    expect(withTitle((await docker.see()).notes, "Sandbox")[0]).toContain("Docker does not answer");
    const image = await clinic({
      config: sandboxed({ browser: { enabled: true } }),
      programs: (argv) => (argv[1] === "image" ? { code: 1 } : undefined),
    });
    expect(withTitle((await image.see()).notes, "Sandbox")).toHaveLength(2);
    const bwrap = await clinic({
      config: sandboxed({ backend: "bwrap" }),
      programs: ([name]) => (name === "bwrap" ? { code: 127 } : undefined),
    });
    expect(withTitle((await bwrap.see()).notes, "Sandbox")[0]).toContain("bubblewrap");
    const shared = await clinic({
      config: { ...sound, agents: { list: [{ id: "main", sandbox: { scope: "shared", docker: { image: "x" } } }] } },
    });
    expect(withTitle((await shared.see()).notes, "Sandbox scope")[0]).toContain("docker overrides ignored");
  });

  it("rewrites a service that is out of date, and one that was edited only when it is told twice", async () => {
    const { see, service } = await clinic();
    const request = {
      kind: "gateway",
      runtime: "node",
      entry,
      args: ["gateway", "--port", "19500"],
      port: 19_500,
      token,
      version: "1",
    } as const;
    await installService({ ...request, force: true, variables: { MINE: "1" } }, service);
    const manager = openService("gateway", service);
    const read = () => readFileSync(manager.file, "utf8");
    writeFileSync(manager.file, read().replace("RestartSec=5", "RestartSec=60"));
    expect(withTitle((await see()).notes, "Service config")[0]).toContain("systemd-restart-sec");
    await see({ fix: true });
    expect(read()).toContain("RestartSec=5\n");
    expect(read()).toContain("Environment=MINE=1\n");
    expect(read()).toContain("--port 19500\n");

    writeFileSync(manager.file, read().replace("gateway --port", "serve --port"));
    await see({ fix: true });
    expect(read()).toContain("serve --port");
    await see({ fix: true, force: true });
    expect(read()).toContain("gateway --port");
  });

  it("moves an agent of a former release to the Trash on macOS, and tells of what overrides the token", async () => {
    const { see, home, write } = await clinic({
      platform: "darwin",
      programs: (argv) => (argv[1] === "getenv" ? { stdout: argv[2]?.endsWith("TOKEN") ? "x\n" : "" } : undefined),
    });
    const plist = path.join(home, "Library/LaunchAgents/com.clawdbot.gateway.plist");
    write(plist, "<plist><dict><key>Label</key><string>com.clawdbot.gateway</string></dict></plist>");
    write("disable-launchagent", "");
    const { notes } = await see({ yes: true });
    expect(withTitle(notes, "Other services")[0]).toContain("former release");
    expect(existsSync(plist)).toBe(false);
    expect(existsSync(path.join(home, ".Trash/com.clawdbot.gateway.plist"))).toBe(true);
    expect(withTitle(notes, "macOS")[0]).toMatch(/disable-launchagent[\s\S]*unsetenv OPENCLAW_GATEWAY_TOKEN/);
  });

  it("offers lingering for an installed service, and starts one that has stopped", async () => {
    const { see, service, calls } = await clinic({
      programs: (argv) => (argv[1] === "show-user" ? { stdout: "Linger=no\n" } : undefined),
      help: { health: async () => ({ ok: false, error: "refused", channelIssues: [] }) },
    });
    const request = { kind: "gateway", runtime: "node", entry, args: ["gateway"], version: "1", force: true } as const;
    await installService(request, service);
    const { notes, done } = await see({ yes: true });
    expect(withTitle(notes, "Systemd lingering")).toHaveLength(1);
    expect(done).toContain("Enabled systemd lingering for ann.");
    expect(withTitle(notes, "Gateway service")).toEqual(["Gateway service: The service openclaw-gateway is stopped."]);
    expect(calls).toContain("systemctl --user start openclaw-gateway.service");
  });

  it("says who has the port, and that there is no service", async () => {
    const down = { health: async () => ({ ok: false, channelIssues: [] }) };
    const busy = await clinic({ help: { ...down, listeners: () => [{ pid: 4, command: "nginx" }] } });
    expect(withTitle((await busy.see()).notes, "Gateway service")[0]).toContain("pid 4 (nginx)");
    const bare = await clinic({ help: down });
    expect(withTitle((await bare.see()).notes, "Gateway service")[0]).toContain("openclaw gateway install");
  });

  it("tells of open channels, and of what channels say about themselves", async () => {
    const { see } = await clinic({
      config: { ...sound, channels: { telegram: { botToken: "1:a", dmPolicy: "open", allowFrom: ["*"] } } },
      help: { health: async () => ({ ok: true, channelIssues: ["telegram default: privacy mode is on"] }) },
    });
    const { notes } = await see();
    expect(withTitle(notes, "Security")[0]).toMatch(
      /CRITICAL: Everybody may write to telegram[\s\S]*WARNING: Several people/,
    );
    expect(withTitle(notes, "Channels")).toEqual(["Channels: - telegram default: privacy mode is on"]);
  });

  it("tells of a model for mail that does not exist", async () => {
    const { see } = await clinic({
      config: { ...sound, hooks: { gmail: { model: "nosuch" } } },
      help: { gmailModelProblem: async () => "it names no model" },
    });
    expect(withTitle((await see()).notes, "Gmail hook model")).toEqual(["Gmail hook model: it names no model"]);
  });

  it("gives tips about the workspace unless they are not wanted", async () => {
    const { see, home } = await clinic();
    mkdirSync(path.join(home, ".openclaw", "workspace"));
    expect(withTitle((await see()).notes, "Workspace")[0]).toContain("version control");
    expect(withTitle((await see({ workspaceSuggestions: false })).notes, "Workspace")).toEqual([]);
  });
});

/** The agent directory of the default agent, from what `write` gives back. */
function temporaryRoot(write: (file: string, text: string) => string): string {
  return path.dirname(write("agents/main/agent/.touch", ""));
}

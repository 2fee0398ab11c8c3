import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { builtinProviderAuths, withLoginImports } from "@openclaw/models/auth";
import { describe, expect, it } from "vitest";
import { startFakeAuthServer } from "../../../../models/src/testing/fake-auth-server.ts";
import { type SetupVisitOptions, setupVisit } from "../../testing/setup-visit.ts";
import { noOptions, type OnboardOptions, onboardWithQuestions, type SetupHost } from "../index.ts";

const quick: Partial<OnboardOptions> = { acceptRisk: true, flow: "quickstart", authChoice: "skip" };
const later = { "How do you want": "later" } as const;

async function onboard(flags: Partial<OnboardOptions>, given: SetupVisitOptions = {}) {
  const visit = await setupVisit(given);
  await onboardWithQuestions({ ...noOptions, ...quick, ...flags }, visit.prompter, visit.world);
  return visit;
}
const reachable: Partial<SetupHost> = { probe: async () => ({ ok: true }), answers: async () => true };
const installed: Partial<SetupHost> = { service: async () => ({ unavailable: undefined, installed: true }) };

describe("the service", () => {
  it.each([
    ["restart", ["service restarted"]],
    ["reinstall", ["service installed (node, anew)"]],
    ["skip", []],
  ])("that is there: %s", async (answer, done) => {
    const answers = { "Gateway service already installed": answer, ...later };
    const visit = await onboard({}, { host: installed, answers });
    expect(visit.question("Gateway service already installed")?.options).toEqual(["restart", "reinstall", "skip"]);
    expect(visit.done).toEqual(done);
  });

  it("is not offered where there can be none; that is said, and nothing fails", async () => {
    const host = { service: async () => ({ unavailable: "systemctl: not found", installed: false }) };
    const visit = await onboard({ flow: "advanced", installDaemon: true, mode: "local" }, { host, answers: later });
    expect(visit.note("Gateway service")).toContain("systemctl: not found\nRun openclaw gateway run in a terminal");
    expect(visit.done).toEqual([]);
  });

  it("is installed with the runtime that was chosen, after the question whether it outlives the login", async () => {
    const linger: Partial<SetupHost> = {
      async linger(confirm, print) {
        if (await confirm?.("Enable systemd lingering for ann?")) print("Enabled systemd lingering for ann.");
      },
    };
    const answers = { "Gateway service runtime": "bun", ...later };
    const visit = await onboard({ flow: "advanced", mode: "local" }, { host: linger, answers });
    expect(visit.lines).toContain("Enabled systemd lingering for ann.");
    expect(visit.done).toEqual(["service installed (bun)"]);
  });

  it("that cannot be installed is told with what to do, and setting up goes on", async () => {
    const host: Partial<SetupHost> = {
      installService: async () => ({ ok: false, error: "permission denied", hints: ["Try it as yourself."] }),
    };
    const visit = await onboard({}, { host, answers: later });
    expect(visit.note("Gateway service")).toBe(
      "Gateway service: Gateway service install failed: permission denied\nTry it as yourself.",
    );
    expect(visit.notes.at(-1)).toMatch(/^Onboarding complete/);
  });
});

describe("the health", () => {
  it("is asked once the Gateway answers, for a quarter of a minute at most", async () => {
    const asked: { timeoutMs: number; health: boolean }[] = [];
    const host: Partial<SetupHost> = {
      async probe(_config, options) {
        asked.push(options);
        return asked.length > 3 ? { ok: true } : { ok: false, error: "not yet" };
      },
    };
    const visit = await onboard({}, { host, answers: later });
    expect(asked.map(({ health }) => health)).toEqual([false, false, false, false, true]);
    expect(asked.at(-1)?.timeoutMs).toBe(10_000);
    expect(visit.lines).toContain("Gateway: healthy");
    const without = await onboard({}, { answers: later });
    expect(without.note("Health")).toContain(
      "nobody listens\nStart it: openclaw gateway run\nhttps://docs.openclaw.ai/",
    );
  });
});

describe("the bot is hatched", () => {
  it("in the terminal chat, which begins with the words that wake it", async () => {
    const visit = await onboard({}, { host: reachable, answers: { "How do you want": "tui" } });
    expect(visit.note("Start TUI (best option!)")).toBeDefined();
    expect(visit.note("Token")).toContain("openclaw config get gateway.auth.token");
    expect(visit.question("How do you want")?.options).toEqual(["tui", "web", "later"]);
    expect(visit.done.at(-1)).toBe("chat Wake up, my friend!");
  });

  it("without words of ours where the assistant knows who it is", async () => {
    const visit = await setupVisit({ host: reachable });
    visit.write("workspace/AGENTS.md", "mine");
    visit.write("workspace/IDENTITY.md", "- **Name:** Claw");
    visit.write("workspace/USER.md", "Ann");
    visit.write("workspace/SOUL.md", "kind");
    await onboardWithQuestions({ ...noOptions, ...quick }, visit.prompter, visit.world);
    expect(visit.note("Start TUI (best option!)")).toBeUndefined();
    expect(visit.done.at(-1)).toBe("chat undefined");
  });

  it("in the browser, or with the way there where none can be opened", async () => {
    const answers = { "How do you want": "web" };
    const opened = await onboard({}, { host: { ...reachable, openBrowser: async () => true }, answers });
    expect(opened.note("Dashboard ready")).toContain("Opened http://127.0.0.1:18789/\nPaste the token");
    const headless = await onboard({}, { host: reachable, answers });
    expect(headless.note("Dashboard ready")).toContain("ssh -N -L 18789:127.0.0.1:18789 ");
    expect([...opened.notes, ...headless.notes].join("\n")).not.toContain("ab".repeat(24));
  });

  it("later, or not at all with the flag; then the notes say where the Control UI is", async () => {
    const visit = await onboard({}, { host: reachable, answers: later });
    expect(visit.done).toEqual(["service installed (node)"]);
    expect(visit.note("Dashboard ready")).toContain("openclaw dashboard");
    const skipped = await onboard({ skipUi: true }, { host: reachable });
    expect(skipped.question("How do you want")).toBeUndefined();
  });

  it("over the protocol too, with what to type and where to look", async () => {
    const host: Partial<SetupHost> = {
      ...reachable,
      chat: undefined,
      openBrowser: () => Promise.reject(new Error("the browser is elsewhere")),
    };
    const tui = await onboard({}, { host, answers: { "How do you want": "tui" } });
    expect(tui.note("Start TUI")).toBe(
      'Start TUI: Run this in a terminal: openclaw tui --message "Wake up, my friend!"',
    );
    const web = await onboard({}, { host, answers: { "How do you want": "web" } });
    expect(web.note("Dashboard ready")).toContain("Then open: http://127.0.0.1:18789/");
    const nowhere = await onboard({}, { host: { chat: undefined } });
    expect(nowhere.question("How do you want")).toBeUndefined();
  });

  it("and a chat that fails does not undo what was set up", async () => {
    const host = { chat: () => Promise.reject(new Error("no Gateway")) };
    const visit = await onboard({}, { host });
    expect(visit.notes).toContain("No chat: no Gateway");
    expect(visit.notes.at(-1)).toMatch(/^Onboarding complete/);
  });
});

describe("the Control UI", () => {
  it("is built where it is missing and can be", async () => {
    let built = 0;
    const build = async () => {
      built += 1;
      return true;
    };
    const visit = await onboard({}, { host: { controlUi: () => ({ built: false, build }) }, answers: later });
    expect(built).toBe(1);
    expect(visit.lines).toContain("Control UI: built");
    await onboard({ skipUi: true }, { host: { controlUi: () => ({ built: false, build }) } });
    expect(built).toBe(1);
  });

  it.each([undefined, async () => false])(
    "is named with the command that builds it where that fails",
    async (build) => {
      const visit = await onboard({}, { host: { controlUi: () => ({ built: false, build }) }, answers: later });
      expect(visit.note("Control UI")).toContain("pnpm ui:build");
    },
  );
});

describe("skills", () => {
  const skill = (name: string, more: object = {}) => ({
    key: name,
    name,
    eligible: false,
    blocked: false,
    missingEnv: undefined,
    missingBins: [name],
    installers: [{ id: "brew-0", brew: true, label: `Install ${name} (brew)` }],
    ...more,
  });

  it("are counted, and what they lack is installed after the yes; a failure says what to do", async () => {
    const host: Partial<SetupHost> = {
      skills: async () => [
        skill("good", { eligible: true, missingBins: [] }),
        skill("jq"),
        skill("ruff", { installers: [{ id: "uv-0", brew: false, label: "Install ruff (uv)" }] }),
        skill("barred", { blocked: true }),
      ],
      installSkill: async (_config, key) =>
        key === "jq"
          ? { ok: true, message: "Installed", warnings: [] }
          : { ok: false, message: "uv not installed (install via brew)", warnings: ["run.js:3 runs programs"] },
    };
    const answers = { "Install missing skill dependencies": ["0", "1"], ...later };
    const visit = await onboard({}, { host, answers });
    expect(visit.note("Skills status")).toBe(
      "Skills status: Eligible: 1\nMissing requirements: 2\nBlocked by allowlist: 1",
    );
    expect(visit.question("Install missing skill")?.options).toEqual(["__skip__", "0", "1"]);
    expect(visit.lines).toContain("Installed jq");
    expect(visit.note("Skills")).toBe(
      [
        "Skills: Install failed: ruff — uv not installed (install via brew)",
        "openclaw doctor shows what is missing.",
        "https://docs.openclaw.ai/skills",
        "run.js:3 runs programs",
      ].join("\n"),
    );
  });

  it.each([
    ["linux", false, true],
    ["darwin", false, true],
    ["linux", true, false],
    ["win32", false, false],
  ] as const)(
    "offer the command of Homebrew on %s when brew being there is %s: %s",
    async (platform, hasBrew, offers) => {
      const host = { skills: async () => [skill("jq")], hasHomebrew: () => hasBrew };
      const visit = await onboard({}, { host, platform, answers: later });
      expect(visit.question("Show Homebrew install command?") !== undefined).toBe(offers);
      expect(visit.notes.some((note) => note.includes("Homebrew/install/HEAD/install.sh"))).toBe(offers);
    },
  );

  it("are left alone after a no", async () => {
    const host = { skills: async () => [skill("jq")] };
    const visit = await onboard({}, { host, answers: { "Configure skills now?": false, ...later } });
    expect(visit.question("Preferred node manager")).toBeUndefined();
    expect(visit.written().skills).toBeUndefined();
  });
});

describe("signing in", () => {
  it("goes through the browser and comes back to this machine; nothing is stored before the yes", async () => {
    const payload = Buffer.from(JSON.stringify({ "https://api.openai.com/auth": { chatgpt_account_id: "acc-1" } }));
    const server = await startFakeAuthServer(() => ({
      body: { access_token: `h.${payload.toString("base64url")}.s`, refresh_token: "refresh", expires_in: 3600 },
    }));
    const seen: { port?: number } = {};
    try {
      const visit = await setupVisit({
        fetch: server.fetch,
        answers: later,
        async listen(request) {
          const { listenForCallback } = await import("@openclaw/models/auth");
          const listener = await listenForCallback({ ...request, port: 0 });
          if (listener) seen.port = listener.port;
          return listener;
        },
        host: {
          signIns: async () => builtinProviderAuths,
          // The person's browser: it signs in at once and follows the way back.
          async openBrowser(url) {
            const asked = new URL(url);
            const back = new URL(asked.searchParams.get("redirect_uri") ?? "");
            back.port = String(seen.port);
            back.hostname = "127.0.0.1";
            back.search = `?code=c0de&state=${asked.searchParams.get("state")}`;
            expect((await fetch(back)).status).toBe(200);
            expect(existsSync(path.join(visit.paths.agentsDir))).toBe(false);
            return true;
          },
        },
      });
      await onboardWithQuestions({ ...noOptions, ...quick, authChoice: "openai-codex" }, visit.prompter, visit.world);
      expect(server.requests[0]).toMatchObject({ path: "/oauth/token", form: { code: "c0de" } });
      expect(visit.profiles()).toMatchObject({
        "openai-codex:default": { type: "oauth", refresh: "refresh", accountId: "acc-1" },
      });
      expect(visit.written()).toMatchObject({
        auth: { profiles: { "openai-codex:default": { provider: "openai-codex", mode: "oauth" } } },
        agents: { defaults: { model: { primary: "openai-codex/gpt-5.3-codex" } } },
      });
    } finally {
      await server.close();
    }
  });

  it("that is refused is told, and another way can be chosen", async () => {
    const server = await startFakeAuthServer(() => ({ status: 400, body: { error: "invalid_grant" } }));
    try {
      const visit = await setupVisit({
        fetch: server.fetch,
        env: { SSH_TTY: "/dev/pts/1" },
        host: { signIns: async () => builtinProviderAuths },
        answers: {
          "Model/auth provider": { inTurn: ["openai", "skip"] },
          "OpenAI auth method": "openai-codex",
          Paste: "http://localhost:1455/auth/callback?code=x&state=y",
          ...later,
        },
      });
      await onboardWithQuestions({ ...noOptions, ...quick, authChoice: undefined }, visit.prompter, visit.world);
      expect(visit.note("Sign-in")).toBeDefined();
      expect(visit.messages().filter((message) => message === "Model/auth provider")).toHaveLength(2);
    } finally {
      await server.close();
    }
  });

  /** A home where another program is signed in, and sign-ins that know of it. */
  async function signedInElsewhere(file: string, content: object, answers: SetupVisitOptions["answers"]) {
    const visit = await setupVisit({
      answers: { ...answers, ...later },
      host: {
        signIns: async () =>
          builtinProviderAuths.map((auth) =>
            withLoginImports(auth, {
              home: visit.home,
              env: visit.env,
              platform: "linux",
              spawn: () => {
                throw new Error("no program is asked");
              },
            }),
          ),
      },
    });
    mkdirSync(path.dirname(path.join(visit.home, file)), { recursive: true });
    writeFileSync(path.join(visit.home, file), JSON.stringify(content));
    return visit;
  }
  const agree = { "Read the login of": true } as const;

  it("takes over the login of Claude Code after a yes, and offers it only where it may be", async () => {
    const content = { claudeAiOauth: { accessToken: "sk-ant-oat01-mine", expiresAt: 4e12 } };
    const choices = { "Model/auth provider": "anthropic", "Anthropic auth method": "claude-code" };
    const visit = await signedInElsewhere(".claude/.credentials.json", content, { ...choices, ...agree });
    await onboardWithQuestions({ ...noOptions, ...quick, authChoice: undefined }, visit.prompter, visit.world);
    expect(visit.profiles()).toEqual({
      "anthropic:claude-cli": { type: "token", provider: "anthropic", token: "sk-ant-oat01-mine", expires: 4e12 },
    });
    const other = await signedInElsewhere(
      "nothing.json",
      {},
      { "Model/auth provider": { inTurn: ["anthropic", "skip"] }, "Anthropic auth method": "__back" },
    );
    await onboardWithQuestions({ ...noOptions, ...quick, authChoice: undefined }, other.prompter, other.world);
    expect(other.question("Anthropic auth method")?.options).toEqual(["token", "apiKey", "__back"]);
  });

  it.each([
    [
      "openai-codex",
      ".codex/auth.json",
      { tokens: { access_token: "a", refresh_token: "r" } },
      "codex-cli",
      "openai-codex:codex-cli",
      "openai-codex/gpt-5.3-codex",
    ],
    [
      "qwen-portal",
      ".qwen/oauth_creds.json",
      { access_token: "a", refresh_token: "r", expiry_date: 4e12 },
      "qwen-cli",
      "qwen-portal:qwen-cli",
      "qwen-portal/coder-model",
    ],
    [
      "minimax-portal",
      ".minimax/oauth_creds.json",
      { access_token: "a", refresh_token: "r", expiry_date: 4e12 },
      "minimax-cli",
      "minimax-portal:minimax-cli",
      "minimax-portal/MiniMax-M2.1",
    ],
  ])("takes over the login for %s after a yes", async (authChoice, file, content, method, profile, model) => {
    const choices = { "OpenAI subscription": method, "Qwen auth": method, "MiniMax subscription": method };
    const visit = await signedInElsewhere(file, content, { ...choices, ...agree });
    await onboardWithQuestions({ ...noOptions, ...quick, authChoice }, visit.prompter, visit.world);
    expect(visit.profiles()).toMatchObject({ [profile]: { type: "oauth", access: "a", refresh: "r" } });
    expect(visit.written().agents?.defaults?.model).toEqual({ primary: model });
  });

  it("reads nothing after a no", async () => {
    const visit = await signedInElsewhere(
      ".codex/auth.json",
      { tokens: { access_token: "a", refresh_token: "r" } },
      {
        "Model/auth provider": { inTurn: ["openai", "skip"] },
        "OpenAI auth": "openai-codex",
        "OpenAI subscription": "codex-cli",
        "Read the login of": false,
      },
    );
    await onboardWithQuestions({ ...noOptions, ...quick, authChoice: undefined }, visit.prompter, visit.world);
    expect(visit.note("Sign-in")).toBe("Sign-in: The login was not read, and nothing was changed.");
    expect(visit.written().auth).toBeUndefined();
  });
});

describe("a Gateway elsewhere", () => {
  const remote = { mode: "remote", flow: "advanced" };
  const discovering: Partial<SetupHost> = {
    canDiscover: () => true,
    discover: async () => [{ name: "Studio", host: "studio.local", port: 19001 }],
  };

  it("is found on the network and reached directly", async () => {
    const answers = { "Discover gateway": true, "Select gateway": "0", "Gateway token": "t0ken" };
    const visit = await onboard(remote, { host: discovering, answers });
    expect(visit.written().gateway).toEqual({
      mode: "remote",
      remote: { url: "ws://studio.local:19001", token: "t0ken" },
    });
    expect(visit.written().wizard?.lastRunMode).toBe("remote");
    expect(visit.done).toEqual([]);
    expect(visit.notes.at(-1)).toBe("Remote gateway configured.");
    expect(existsSync(path.join(visit.home, ".openclaw/workspace"))).toBe(false);
  });

  it("or through a tunnel, whose command is shown", async () => {
    const answers = { "Select gateway": "0", "Connection method": "ssh", "Gateway auth": "off" };
    const visit = await onboard(remote, { host: discovering, answers });
    expect(visit.note("SSH tunnel")).toContain("ssh -N -L 18789:127.0.0.1:19001 user@studio.local");
    expect(visit.written().gateway).toEqual({ mode: "remote", remote: { url: "ws://127.0.0.1:18789" } });
  });

  it("is typed where nothing can look, and the local keys stay", async () => {
    const config = { gateway: { mode: "local", port: 19000, auth: { mode: "token", token: "local" } } };
    const answers = { "Gateway WebSocket URL": "wss://far.example/gw", "Gateway token": "t0ken" };
    const visit = await onboard(remote, { config, answers });
    expect(visit.note("Discovery")).toContain("avahi-browse");
    expect(visit.written().gateway).toEqual({
      ...config.gateway,
      mode: "remote",
      remote: { url: "wss://far.example/gw", token: "t0ken" },
    });
    await expect(onboard(remote, { answers: { "Gateway WebSocket URL": "http://x" } })).rejects.toThrow(
      "URL must start with ws:// or wss://",
    );
  });

  it("turns QuickStart into the other flow, and is not asked about where flags say it", async () => {
    const flags = { mode: "remote", flow: "quickstart", remoteUrl: "ws://h:1", remoteToken: "t" };
    const visit = await onboard(flags);
    expect(visit.note("QuickStart")).toContain("Going on with Manual");
    expect(visit.messages()).toEqual(["Write this?"]);
    expect(visit.written().gateway).toEqual({ mode: "remote", remote: { url: "ws://h:1", token: "t" } });
  });
});

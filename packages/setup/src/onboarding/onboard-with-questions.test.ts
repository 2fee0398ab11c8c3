import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, test } from "vitest";
import { ctrlC, type SetupVisitOptions, setupVisit } from "../testing/setup-visit.ts";
import { noOptions, type OnboardOptions, onboardWithQuestions } from "./index.ts";

const yes = { "I understand this is powerful": true } as const;
const quick: Partial<OnboardOptions> = { acceptRisk: true, flow: "quickstart", authChoice: "skip" };
const advanced: Partial<OnboardOptions> = { ...quick, flow: "advanced", mode: "local" };

/** Goes through the wizard with these flags. */
async function onboard(flags: Partial<OnboardOptions>, given: SetupVisitOptions = {}) {
  const visit = await setupVisit(given);
  await onboardWithQuestions({ ...noOptions, ...flags }, visit.prompter, visit.world);
  return visit;
}

/** As `onboard`, ended by the person or by an error; what is there then. */
async function interrupted(flags: Partial<OnboardOptions>, given: SetupVisitOptions, reason: string) {
  const visit = await setupVisit(given);
  const before = visit.files();
  await expect(onboardWithQuestions({ ...noOptions, ...flags }, visit.prompter, visit.world)).rejects.toThrow(reason);
  expect(visit.files()).toEqual(before);
  return visit;
}

describe("the questions", () => {
  it("are those of QuickStart, and what it does not ask is as usual", async () => {
    const visit = await onboard({}, { answers: { ...yes, "Model/auth provider": "skip" } });
    expect(visit.messages()).toEqual([
      "I understand this is powerful and inherently risky. Continue?",
      "Onboarding mode",
      "Model/auth provider",
      "Filter models by provider",
      "Default model",
      "Select channel (QuickStart)",
      "Configure skills now? (recommended)",
      "Preferred node manager for skill installs",
      "Write this?",
      "How do you want to hatch your bot?",
    ]);
    expect(visit.note("QuickStart")).toContain("Gateway port: 18789\nGateway bind: loopback\nGateway auth: token");
    expect(visit.written()).toMatchObject({
      gateway: { mode: "local", port: 18789, bind: "loopback", auth: { mode: "token", token: "ab".repeat(24) } },
      agents: { defaults: { maxConcurrent: 4, subagents: { maxConcurrent: 8 } } },
      skills: { install: { nodeManager: "npm" } },
      wizard: { lastRunCommand: "onboard", lastRunMode: "local", lastRunVersion: "1.2.3" },
    });
    expect(visit.done).toEqual(["service installed (node)", "chat of its own Wake up, my friend!"]);
    expect(visit.notes.at(-1)).toMatch(/^Onboarding complete\./);
  });

  it("take the port of the environment for the usual one, and never put it in the place of a configured one", async () => {
    const env = { OPENCLAW_GATEWAY_PORT: "19555" };
    const visit = await onboard(quick, { env });
    expect(visit.note("QuickStart")).toContain("Gateway port: 19555");
    expect(visit.note("Summary")).toContain("Gateway: port 19555,");
    expect(visit.written()).toMatchObject({ gateway: { port: 19_555 } });
    const asked = await onboard(advanced, { env });
    expect(asked.asked.find(({ message }) => message === "Gateway port")?.initial).toBe("19555");
    const kept = await onboard(quick, { env, config: { gateway: { port: 19_000 } } });
    expect(kept.written()).toMatchObject({ gateway: { port: 19_000 } });
  });

  it("ask for everything in the other flow", async () => {
    const visit = await onboard(
      { acceptRisk: true },
      {
        answers: {
          "Onboarding mode": "advanced",
          "Model/auth provider": "skip",
          "Workspace directory": "~/assistant",
          "Gateway port": "19001",
          "Gateway bind": "custom",
          "Custom IP address": "192.168.1.100",
          "Gateway auth": "password",
          "Gateway password": "a secret",
          "Install Gateway service": false,
          "Complete the commands": false,
          "How do you want": "later",
        },
      },
    );
    expect(visit.written()).toMatchObject({
      agents: { defaults: { workspace: path.join(visit.home, "assistant") } },
      gateway: {
        port: 19001,
        bind: "custom",
        customBindHost: "192.168.1.100",
        auth: { mode: "password", password: "a secret" },
        tailscale: { mode: "off", resetOnExit: false },
      },
    });
    expect(visit.done).toEqual([]);
    expect(visit.notes.join("\n")).not.toContain("a secret");
  });

  it("are not asked where a flag has answered", async () => {
    const visit = await onboard({
      ...advanced,
      workspace: "~/w",
      gatewayPort: "19002",
      gatewayBind: "loopback",
      gatewayAuth: "token",
      gatewayToken: "given",
      tailscale: "serve",
      tailscaleResetOnExit: true,
      installDaemon: true,
      daemonRuntime: "bun",
      nodeManager: "pnpm",
      skipChannels: true,
      skipHealth: true,
      skipUi: true,
    });
    expect(visit.messages()).toEqual([
      "Configure skills now? (recommended)",
      "Write this?",
      "Complete the commands of openclaw in your shell?",
    ]);
    expect(visit.written()).toMatchObject({
      agents: { defaults: { workspace: path.join(visit.home, "w") } },
      gateway: { port: 19002, auth: { token: "given" }, tailscale: { mode: "serve", resetOnExit: true } },
      skills: { install: { nodeManager: "pnpm" } },
    });
    expect(visit.done).toEqual(["service installed (bun)"]);
  });

  it("leave out what flags leave out, and say so", async () => {
    let health = 0;
    const host = {
      probe: async (_config: unknown, options: { health: boolean }) => {
        if (options.health) health += 1;
        return { ok: true } as const;
      },
    };
    const visit = await onboard(
      { ...quick, skipChannels: true, skipSkills: true, skipHealth: true, skipUi: true, installDaemon: false },
      { host },
    );
    expect(visit.messages()).toEqual(["Write this?"]);
    expect(visit.note("Channels")).toBeDefined();
    expect(visit.note("Skills")).toBeDefined();
    expect(visit.done).toEqual([]);
    expect(health).toBe(0);
    expect(visit.written().skills).toBeUndefined();
  });

  it("are not begun where nothing can be written", async () => {
    const visit = await setupVisit();
    writeFileSync(path.join(visit.home, "file"), "");
    const stateDir = path.join(visit.home, "file", "state");
    const world = { ...visit.world, paths: { ...visit.world.paths, stateDir } };
    await expect(onboardWithQuestions(noOptions, visit.prompter, world)).rejects.toThrow(
      `Nothing can be written to ${stateDir}: ${path.join(visit.home, "file")} is not a folder.`,
    );
    expect(visit.asked).toEqual([]);
  });

  test.each([
    ["mode", { mode: "far" }, 'Invalid --mode "far" (use local|remote).'],
    ["flow", { flow: "slow" }, "Invalid --flow (use quickstart, manual, or advanced)."],
    ["gatewayPort", { gatewayPort: "x" }, "Invalid --gateway-port"],
    ["nodeManager", { nodeManager: "yarn" }, "Invalid --node-manager (use npm, pnpm, or bun)"],
    ["daemonRuntime", { daemonRuntime: "deno" }, "Invalid --daemon-runtime (use node or bun)"],
    ["authChoice", { authChoice: "magic" }, 'Invalid --auth-choice "magic".'],
  ])("do not begin with a wrong %s", async (_name, flags, text) => {
    const visit = await interrupted({ ...quick, ...flags }, {}, text);
    expect(visit.asked).toEqual([]);
  });
});

describe("before the summary is agreed to", () => {
  const host: SetupVisitOptions["host"] = {
    skills: async () => [
      {
        key: "s",
        name: "s",
        eligible: false,
        blocked: false,
        missingEnv: "S_KEY",
        missingBins: ["jq"],
        installers: [{ id: "brew-0", brew: true, label: "Install jq (brew)" }],
      },
    ],
    hooks: async () => [{ key: "session-memory", name: "session-memory", description: "keeps sessions" }],
  };
  const everything = {
    "Gateway token": "typed",
    "Install missing skill dependencies": ["0"],
    "Set S_KEY": true,
    "Enter S_KEY": "skill-key",
    "Enable hooks?": ["session-memory"],
    "Enter xAI API key": "xai-key",
    "Config handling": "reset",
    "Reset scope": "full",
  } as const;
  const config = {
    gateway: { mode: "local", port: 19000 },
    agents: { defaults: { model: { primary: "xai/grok-4" } } },
  };

  it.each([
    "I understand this is powerful",
    "Onboarding mode",
    "Config handling",
    "Reset scope",
    "What do you want to set up?",
    "Enter xAI API key",
    "Workspace directory",
    "Gateway port",
    "Gateway bind",
    "Gateway auth",
    "Tailscale exposure",
    "Gateway token",
    "Configure chat channels now?",
    "Configure skills now?",
    "Preferred node manager",
    "Install missing skill dependencies",
    "Set S_KEY",
    "Enter S_KEY",
    "Enable hooks?",
    "Install Gateway service",
    "Gateway service runtime",
    "Write this?",
  ])("Ctrl+C at %j leaves every file as it was", async (question) => {
    const answers = { ...yes, "Onboarding mode": "advanced", ...everything, [question]: ctrlC };
    const visit = await interrupted({ authChoice: "xai-api-key" }, { answers, host, config }, "Setup cancelled.");
    expect(visit.messages().at(-1)?.startsWith(question)).toBe(true);
    expect(visit.done).toEqual([]);
    expect(visit.written()).toEqual(config);
  });

  it("a no is a cancel, and the summary names what would be done without a secret", async () => {
    const answers = { ...yes, "Onboarding mode": "advanced", ...everything, "Write this?": false };
    const visit = await interrupted({ authChoice: "xai-api-key" }, { answers, host, config }, "Setup cancelled.");
    expect(visit.note("Summary")?.split("\n")).toEqual([
      "Summary: To the Trash: full",
      "Config: ~/.openclaw/openclaw.json",
      "Workspace: ~/.openclaw/workspace",
      "Model: xai/grok-4",
      "Credential: xai:default",
      "Gateway: port 18789, bind loopback, auth token, Tailscale off",
      "Skill s: Install jq (brew)",
      "Gateway service: install (node)",
    ]);
    const said = [...visit.notes, ...visit.lines].join("\n");
    for (const secret of ["xai-key", "skill-key", "typed"]) expect(said).not.toContain(secret);
  });

  it("all of it is done after the yes", async () => {
    const answers = { ...yes, "Onboarding mode": "advanced", ...everything, "How do you want": "later" };
    const visit = await onboard({ authChoice: "xai-api-key" }, { answers, host, config });
    expect(visit.done).toEqual(["skill s: brew-0", "service installed (node)"]);
    expect(visit.lines).toContain("Installed s");
    expect(visit.written()).toMatchObject({
      gateway: { port: 18789, auth: { token: "typed" } },
      skills: { entries: { s: { apiKey: "skill-key" } } },
      hooks: { internal: { enabled: true, entries: { "session-memory": { enabled: true } } } },
    });
    expect(visit.profiles()["xai:default"].key).toBe("xai-key");
    expect(existsSync(path.join(visit.home, ".local/share/Trash/files/openclaw.json"))).toBe(true);
  });
});

describe("a configuration that is there", () => {
  const config = {
    gateway: { mode: "local", port: 19000, auth: { mode: "token", token: "old" } },
    agents: { defaults: { model: { primary: "xai/grok-4" } } },
    env: { vars: { LANG: "de_DE" } },
  };
  const seen = "Existing config detected: model: xai/grok-4\ngateway.mode: local\ngateway.port: 19000";

  it("is kept: what it says is marked, and everything else of it stays", async () => {
    const visit = await onboard(
      { acceptRisk: true, flow: "quickstart" },
      { config, answers: { "How do you": "later" } },
    );
    expect(visit.notes).toContain(seen);
    expect(visit.question("Model/auth provider")?.initial).toBe("skip");
    expect(visit.written()).toMatchObject({ ...config, wizard: { lastRunCommand: "onboard" } });
    expect(visit.written().agents?.defaults?.maxConcurrent).toBeUndefined();
    expect(visit.written().gateway?.nodes).toBeUndefined();
  });

  it("is gone through again, with what it says suggested", async () => {
    const answers = {
      "Config handling": "modify",
      "Gateway port": "19555",
      "Gateway token": "",
      "How do you": "later",
    };
    const visit = await onboard(advanced, { config, answers });
    expect(visit.question("Gateway port")?.initial).toBe("19000");
    expect(visit.written()).toMatchObject({ gateway: { port: 19555, auth: { token: "old" } }, env: config.env });
  });

  it.each([
    ["config", ["openclaw.json"]],
    ["config+creds+sessions", ["credentials", "openclaw.json", "sessions"]],
    ["full", ["credentials", "openclaw.json", "sessions", "workspace"]],
  ])("is moved to the Trash with the scope %s, and the rest of it stays", async (scope, moved) => {
    const visit = await setupVisit({
      config,
      answers: { "Config handling": "reset", "Reset scope": scope, "How do you": "later" },
    });
    visit.write("credentials/oauth.json", "{}");
    visit.write("agents/main/sessions/s.jsonl", "{}");
    visit.write("workspace/MEMORY.md", "mine");
    await onboardWithQuestions({ ...noOptions, ...quick }, visit.prompter, visit.world);
    const trash = visit
      .files()
      .map(String)
      .filter((file) => /Trash\/files\/[^/]+$/.test(file));
    expect(trash.map((file) => path.basename(file)).toSorted()).toEqual(moved);
    expect(visit.written().gateway).toMatchObject({ port: 18789, auth: { token: "ab".repeat(24) } });
    expect(visit.written()).not.toHaveProperty("env");
  });

  it("that is invalid is left to the doctor", async () => {
    const visit = await interrupted(
      quick,
      { config: { gateway: { port: "x" } } },
      "Config invalid. Run `openclaw doctor`",
    );
    expect(visit.note("Config issues")).toContain("- gateway.port: ");
  });
});

import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { agentDir, agentWorkspace, derivedPorts, resolvePaths, sessionsDir } from "./paths.ts";

const home = { HOME: "/home/ann" };

describe("resolvePaths", () => {
  it("puts everything below ~/.openclaw", () => {
    expect(resolvePaths(home)).toMatchObject({
      home: "/home/ann",
      stateDir: "/home/ann/.openclaw",
      configPath: "/home/ann/.openclaw/openclaw.json",
      envFile: "/home/ann/.openclaw/.env",
      credentialsDir: "/home/ann/.openclaw/credentials",
      oauthDir: "/home/ann/.openclaw/credentials",
      agentsDir: "/home/ann/.openclaw/agents",
      workspaceDefault: "/home/ann/.openclaw/workspace",
      skillsDir: "/home/ann/.openclaw/skills",
      extensionsDir: "/home/ann/.openclaw/extensions",
      cronStorePath: "/home/ann/.openclaw/cron/jobs.json",
      journalDir: "/home/ann/.openclaw/journal",
      outboxDir: "/home/ann/.openclaw/outbox",
      restartSentinelPath: "/home/ann/.openclaw/restart-sentinel.json",
      logDir: "/tmp/openclaw",
    });
    expect(path.dirname(resolvePaths(home).lockDir)).toBe(os.tmpdir());
  });

  it.each<[string, NodeJS.ProcessEnv, object]>([
    ["OPENCLAW_HOME", { ...home, OPENCLAW_HOME: "/srv/claw" }, { home: "/srv/claw", stateDir: "/srv/claw/.openclaw" }],
    ["OPENCLAW_HOME with ~", { ...home, OPENCLAW_HOME: "~/claw" }, { home: "/os/home/claw" }],
    ["USERPROFILE", { HOME: " ", USERPROFILE: "/users/ann" }, { home: "/users/ann" }],
    ["the system's home", {}, { home: "/os/home" }],
    [
      "OPENCLAW_STATE_DIR",
      { ...home, OPENCLAW_STATE_DIR: "~/s" },
      { stateDir: "/home/ann/s", configPath: "/home/ann/s/openclaw.json" },
    ],
    ["CLAWDBOT_STATE_DIR", { ...home, CLAWDBOT_STATE_DIR: "/old" }, { stateDir: "/old" }],
    ["a relative directory", { ...home, OPENCLAW_STATE_DIR: "rel" }, { stateDir: "/srv/rel" }],
    [
      "OPENCLAW_CONFIG_PATH",
      { ...home, OPENCLAW_CONFIG_PATH: " /c.json5 " },
      { configPath: "/c.json5", stateDir: "/home/ann/.openclaw" },
    ],
    [
      "OPENCLAW_OAUTH_DIR",
      { ...home, OPENCLAW_OAUTH_DIR: "/oauth" },
      { oauthDir: "/oauth", credentialsDir: "/home/ann/.openclaw/credentials" },
    ],
    ["OPENCLAW_AGENT_DIR", { ...home, OPENCLAW_AGENT_DIR: "~/agent" }, { defaultAgentDir: "/home/ann/agent" }],
    ["PI_CODING_AGENT_DIR", { ...home, PI_CODING_AGENT_DIR: "/pi" }, { defaultAgentDir: "/pi" }],
    [
      "OPENCLAW_PROFILE",
      { ...home, OPENCLAW_PROFILE: "work" },
      {
        profile: "work",
        stateDir: "/home/ann/.openclaw-work",
        configPath: "/home/ann/.openclaw-work/openclaw.json",
        workspaceDefault: "/home/ann/.openclaw/workspace-work",
      },
    ],
    ["the profile named default", { ...home, OPENCLAW_PROFILE: "Default" }, { stateDir: "/home/ann/.openclaw" }],
    [
      "a profile beside a chosen state directory",
      { ...home, OPENCLAW_PROFILE: "x", OPENCLAW_STATE_DIR: "/s" },
      { profile: "x", stateDir: "/s" },
    ],
  ])("follows %s", (_, env, expected) => {
    expect(resolvePaths(env, { homedir: "/os/home", cwd: "/srv" })).toMatchObject(expected);
  });

  it("prefers the flag to the variable, and takes --dev for the profile dev", () => {
    const env = { ...home, OPENCLAW_PROFILE: "a" };
    expect(resolvePaths(env, { profile: "b" }).stateDir).toBe("/home/ann/.openclaw-b");
    expect(resolvePaths(env, { dev: true }).stateDir).toBe("/home/ann/.openclaw-dev");
  });

  it("looks at files of older releases only when nothing was chosen", () => {
    const { legacyConfigPaths } = resolvePaths(home);
    expect(legacyConfigPaths.slice(0, 4)).toEqual([
      "/home/ann/.openclaw/clawdbot.json",
      "/home/ann/.openclaw/moltbot.json",
      "/home/ann/.openclaw/moldbot.json",
      "/home/ann/.clawdbot/clawdbot.json",
    ]);
    for (const name of ["OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH", "OPENCLAW_PROFILE"]) {
      expect(resolvePaths({ ...home, [name]: "x" }).legacyConfigPaths).toEqual([]);
    }
  });

  it("refuses a profile that is no directory name", () => {
    expect(() => resolvePaths({ ...home, OPENCLAW_PROFILE: "../x" })).toThrow(/Invalid --profile/);
  });
});

it("places agents in the state directory", () => {
  const paths = resolvePaths(home);
  expect(agentDir(paths, "main")).toBe("/home/ann/.openclaw/agents/main/agent");
  expect(sessionsDir(paths, "main")).toBe("/home/ann/.openclaw/agents/main/sessions");
  expect(agentWorkspace(paths, "ops")).toBe("/home/ann/.openclaw/workspace-ops");
});

it("derives ports from the Gateway's", () => {
  expect(derivedPorts(18789)).toEqual({
    browserControl: 18791,
    legacyCdp: 18792,
    canvas: 18793,
    cdpFirst: 18800,
    cdpLast: 18899,
  });
  expect(derivedPorts(19001)).toMatchObject({ browserControl: 19003, canvas: 19005, cdpFirst: 19012, cdpLast: 19111 });
});

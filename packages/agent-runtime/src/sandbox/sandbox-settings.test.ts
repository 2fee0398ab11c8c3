import { expect, test } from "vitest";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { resolveSandboxSettings, type SandboxConfig } from "./sandbox-config.ts";
import { explainSandbox } from "./sandbox-explain.ts";
import { blockedToolText, sandboxToolPolicy } from "./sandbox-policy.ts";
import { hashOf, isSandboxed, mainKeyOf, sandboxName, scopeKey, scopeSlug, settingsHash } from "./sandbox-scope.ts";

const env = { HOME: "/home/ann", OPENCLAW_STATE_DIR: "/home/ann/.openclaw" };
const configOf = (defaults: SandboxConfig, own?: SandboxConfig): RuntimeConfig => ({
  agents: { defaults: { sandbox: defaults }, list: [{ id: "work", ...(own === undefined ? {} : { sandbox: own }) }] },
});
const settings = (defaults: SandboxConfig, own?: SandboxConfig) =>
  resolveSandboxSettings(configOf(defaults, own), "work", env);

test("a sandbox nobody configured is off, by Docker, per agent, with a workspace of its own and no network", () => {
  const { docker, browser, ...rest } = settings({});
  expect(rest).toEqual({
    agentId: "work",
    mode: "off",
    backend: "docker",
    scope: "agent",
    workspaceAccess: "none",
    workspaceRoot: "/home/ann/.openclaw/sandboxes",
    sessionToolsVisibility: "spawned",
    prune: { idleHours: 24, maxAgeDays: 7 },
  });
  expect(docker).toMatchObject({
    image: "openclaw-sandbox:bookworm-slim",
    containerPrefix: "openclaw-sbx-",
    workdir: "/workspace",
    readOnlyRoot: true,
    tmpfs: ["/tmp", "/var/tmp", "/run"],
    network: "none",
    capDrop: ["ALL"],
    env: { LANG: "C.UTF-8" },
    binds: [],
  });
  expect(browser).toMatchObject({ enabled: false, cdpPort: 9222, vncPort: 5900, noVncPort: 6080, headless: false });
});

test("an agent's keys win one by one; binds are joined and maps merged", () => {
  const { docker, mode, workspaceRoot, prune } = settings(
    {
      mode: "non-main",
      workspaceRoot: "~/boxes",
      docker: { network: "bridge", memory: "1g", binds: ["/a:/a"], env: { A: "1", B: "1" }, ulimits: { nofile: 10 } },
      prune: { idleHours: 1 },
    },
    {
      mode: "all",
      docker: { memory: "2g", binds: ["/b:/b:ro"], env: { B: "2" }, ulimits: { nproc: 5 } },
      prune: { maxAgeDays: 0 },
    },
  );
  expect(docker).toMatchObject({
    network: "bridge",
    memory: "2g",
    binds: ["/a:/a", "/b:/b:ro"],
    env: { A: "1", B: "2" },
    ulimits: { nofile: 10, nproc: 5 },
  });
  expect({ mode, workspaceRoot, prune }).toEqual({
    mode: "all",
    workspaceRoot: "/home/ann/boxes",
    prune: { idleHours: 1, maxAgeDays: 0 },
  });
});

test("an agent's variables are added to the default ones", () => {
  expect(settings({}, { docker: { env: { A: "1" } } }).docker.env).toEqual({ LANG: "C.UTF-8", A: "1" });
  expect(settings({ docker: { env: { A: "1" } } }).docker.env).toEqual({ A: "1" });
});

test("a shared sandbox ignores what one agent says about docker, browser and prune", () => {
  const own: SandboxConfig = { docker: { memory: "2g" }, browser: { headless: true }, prune: { idleHours: 1 } };
  const shared = settings({ scope: "shared", docker: { memory: "1g" } }, own);
  expect(shared.docker.memory).toBe("1g");
  expect(shared.browser.headless).toBe(false);
  expect(shared.prune.idleHours).toBe(24);
});

test.each([
  [{ perSession: true }, "session"],
  [{ perSession: false }, "shared"],
  [{ perSession: true, scope: "agent" as const }, "agent"],
  [{}, "agent"],
])("%j means scope %s", (config, scope) => {
  expect(settings(config).scope).toBe(scope);
});

test("mode non-main leaves the main session alone, and only that", () => {
  const main = mainKeyOf({ session: { mainKey: "home" } }, "work");
  expect(main).toBe("agent:work:home");
  expect(isSandboxed("non-main", main, main)).toBe(false);
  expect(isSandboxed("non-main", "agent:work:subagent:1", main)).toBe(true);
  expect(isSandboxed("all", main, main)).toBe(true);
  expect(isSandboxed("off", "agent:work:x", main)).toBe(false);
  expect(mainKeyOf({ session: { scope: "global" } }, "work")).toBe("global");
});

test("what shares a sandbox has one key, one slug and one container name of at most 63 characters", () => {
  expect(scopeKey("session", "agent:work:telegram:group:1", "work")).toBe("agent:work:telegram:group:1");
  expect(scopeKey("agent", "agent:work:telegram:group:1", "work")).toBe("agent:work");
  expect(scopeKey("shared", "x", "work")).toBe("shared");
  expect(scopeSlug("agent:Work:Ümlaut/../x")).toMatch(/^agent-work-mlaut-..-x-[0-9a-f]{8}$/);
  expect(scopeSlug("..")).toMatch(/^\.\.-[0-9a-f]{8}$/);
  expect(scopeSlug("agent:main")).toBe("agent-main-0d71ad7a");
  const long = sandboxName("a-very-long-prefix-that-leaves-no-room-for-the-rest-", `agent:work:${"x".repeat(200)}`);
  expect(long.length).toBe(63);
  expect(long.slice(-8)).toBe(scopeSlug(`agent:work:${"x".repeat(200)}`).slice(-8));
});

test("the hash of settings depends on their content, not on the order they are written in", () => {
  expect(hashOf({ a: 1, b: { c: [2], d: undefined } })).toBe(hashOf({ b: { c: [2] }, a: 1 }));
  const hash = (config: SandboxConfig) => settingsHash(settings(config), "/w", "/a");
  expect(hash({ docker: { memory: "1g" } })).not.toBe(hash({}));
  expect(hash({ workspaceAccess: "ro" })).not.toBe(hash({}));
  expect(hash({ mode: "all", prune: { idleHours: 3 } })).toBe(hash({}));
});

const tools = (allow?: string[], deny?: string[]) => ({
  sandbox: { tools: { ...(allow === undefined ? {} : { allow }), ...(deny === undefined ? {} : { deny }) } },
});

test("the lists of an agent replace the global ones, each for itself", () => {
  const config: RuntimeConfig = {
    tools: tools(["read"], ["exec"]),
    agents: { list: [{ id: "work", tools: tools(["group:fs"]) }] },
  };
  const policy = sandboxToolPolicy(config, "work");
  expect(policy.allow).toEqual(["group:fs", "image"]);
  expect(policy.deny).toEqual(["exec"]);
  expect(policy.sources.allow).toEqual({ source: "agent", key: "agents.list[].tools.sandbox.tools.allow" });
  expect(policy.sources.deny).toEqual({ source: "global", key: "tools.sandbox.tools.deny" });
});

test("image is added to a list that was written down, unless it is denied or everything is allowed", () => {
  expect(sandboxToolPolicy({ tools: tools(["read"]) }, "work").allow).toEqual(["read", "image"]);
  expect(sandboxToolPolicy({ tools: tools(["read"], ["image"]) }, "work").allow).toEqual(["read"]);
  expect(sandboxToolPolicy({ tools: tools([]) }, "work").allow).toEqual([]);
});

test("a tool that the sandbox takes away is named with reason and remedy", () => {
  const policy = sandboxToolPolicy({ tools: tools(["read"], ["exec"]) }, "work");
  const blocked = (tool: string, access: "none" | "ro" = "none") =>
    blockedToolText({ tool, policy, mode: "non-main", access, sessionKey: "agent:work:g" });
  expect(blocked("exec")?.split("\n")).toEqual([
    'Tool "exec" blocked by sandbox tool policy (mode=non-main).',
    "Session: agent:work:g",
    "Reason: deny list",
    "Fix:",
    "- Turn the sandbox off: agents.defaults.sandbox.mode=off",
    "- Take it out of tools.sandbox.tools.deny",
    "- Use the main session, which mode non-main leaves alone",
    "See: openclaw sandbox explain --session agent:work:g",
  ]);
  expect(blocked("write")).toContain("Reason: not in allow list");
  expect(blocked("write")).toContain("- Add it to tools.sandbox.tools.allow");
  expect(blocked("edit", "ro")).toContain("agents.defaults.sandbox.workspaceAccess=rw");
  expect(blocked("read")).toBeUndefined();
});

test("explain shows what holds for a session and what would change it", () => {
  const config: RuntimeConfig = {
    agents: { defaults: { sandbox: { mode: "non-main", backend: "bwrap", docker: { image: "x", cpus: 1 } } } },
    tools: { elevated: { allowFrom: { telegram: ["*"] } } },
  };
  const request = { config, env, agentId: "main", sessionKey: "agent:main:telegram:group:1" };
  const explained = explainSandbox({ ...request, channel: "telegram" });
  expect(explained).toMatchObject({
    agentId: "main",
    sessionKey: "agent:main:telegram:group:1",
    mainSessionKey: "agent:main:main",
    sandbox: {
      backend: "bwrap",
      mode: "non-main",
      scope: "agent",
      perSession: false,
      workspaceAccess: "none",
      workspaceRoot: "/home/ann/.openclaw/sandboxes",
      sessionIsSandboxed: true,
      tools: { sources: { allow: { source: "default", key: "tools.sandbox.tools.allow" } } },
      problems: ["sandbox backend bwrap does not support docker.image"],
    },
    elevated: {
      enabled: true,
      channel: "telegram",
      allowedByConfig: true,
      alwaysAllowedByConfig: true,
      allowFrom: { global: ["*"] },
      failures: [],
    },
  });
  expect(explained.fixIt).toContain("tools.elevated.allowFrom.telegram");
  const discord = explainSandbox({ ...request, channel: "discord" });
  expect(discord.elevated).toMatchObject({
    allowedByConfig: false,
    alwaysAllowedByConfig: false,
    failures: [{ gate: "allowFrom", key: "tools.elevated.allowFrom.discord" }],
  });
  expect(explainSandbox({ ...request, sessionKey: "agent:main:main" }).sandbox.sessionIsSandboxed).toBe(false);
});

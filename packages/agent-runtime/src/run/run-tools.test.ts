import { silentLog } from "@openclaw/log";
import { createModels, offlineModelInfo } from "@openclaw/models";
import { systemClock } from "@openclaw/storage";
import { expect, test } from "vitest";
import { createApprovedCommands } from "../tools/approved-command.ts";
import { createHostLauncher } from "../tools/command-launcher.ts";
import { createJobRegistry } from "../tools/jobs/job-registry.ts";
import { createRunTools } from "./run-tools.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import { systemTimers } from "./timers.ts";

const scope = { agentId: "main", sessionKey: "agent:main:main", workspaceDir: "/tmp" };

function toolsOf(config: RuntimeConfig, model = { provider: "openai", model: "gpt-5.2" }) {
  const timing = { clock: systemClock, timers: systemTimers, log: silentLog };
  return createRunTools({
    ...timing,
    models: createModels({ config: () => ({}), env: {}, log: silentLog }),
    fetch: () => Promise.reject(new Error("no network here")),
    guardedFetch: () => Promise.reject(new Error("no network here")),
    sessionElevated: () => undefined,
    approved: createApprovedCommands({ desk: undefined, timers: systemTimers, log: silentLog }),
    config: () => config,
    env: {},
    homeDir: "/tmp",
    platform: process.platform,
    loginPath: async () => undefined,
    secretNames: [],
    sessionExec: () => ({}),
    jobs: createJobRegistry({ ...timing, notify: () => {} }),
    launcherFor: () => createHostLauncher(process.platform),
  })(scope, { ...offlineModelInfo, provider: model.provider, id: model.model });
}
const names = (config: RuntimeConfig, model?: { provider: string; model: string }) =>
  toolsOf(config, model).map((tool) => tool.name);

test("every run has the tools for files, commands and web pages", () => {
  expect(names({})).toEqual(["read", "edit", "write", "exec", "process", "web_fetch"]);
});

test("apply_patch is there when it is enabled and the model knows it", () => {
  const applyPatch = (more: object = {}): RuntimeConfig => ({
    tools: { exec: { applyPatch: { enabled: true, ...more } } },
  });
  const has = (config: RuntimeConfig, provider = "openai", model = "gpt-5.2") =>
    names(config, { provider, model }).includes("apply_patch");
  expect(names(applyPatch())).toEqual(["read", "edit", "write", "apply_patch", "exec", "process", "web_fetch"]);
  expect(has(applyPatch(), "openai-codex")).toBe(true);
  expect(has(applyPatch(), "anthropic")).toBe(false);
  expect(has(applyPatch({ allowModels: ["gpt-5.2"] }))).toBe(true);
  expect(has(applyPatch({ allowModels: ["openai/gpt-5.2"] }))).toBe(true);
  expect(has(applyPatch({ allowModels: ["openai-codex/gpt-5.2", "gpt-4"] }))).toBe(false);
  expect(has({ tools: { exec: { applyPatch: { allowModels: ["gpt-5.2"] } } } })).toBe(false);
});

test("without process commands never go on in the background", () => {
  const exec = (config: RuntimeConfig) => JSON.stringify(toolsOf(config).find((tool) => tool.name === "exec"));
  expect(exec({})).toContain("yieldMs");
  expect(exec({ tools: { deny: ["process"] } })).not.toContain("yieldMs");
});

test("exec is also denied under its older name", () => {
  expect(names({ tools: { deny: ["bash"] } })).toEqual(["read", "edit", "write", "process", "web_fetch"]);
});

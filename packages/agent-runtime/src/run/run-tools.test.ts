import { expect, test } from "vitest";
import { answerText, callTools, scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime } from "../testing/test-runtime.ts";
import type { ToolsConfig } from "./runtime-config.ts";

/** The tools a model is offered, as they are sent to it. */
async function toolsOf(tools: ToolsConfig, provider = "openai", id = "gpt-5.2") {
  const model = scriptedModel([answerText("hello")]);
  const config = { agents: { defaults: { skipBootstrap: true } }, tools: { deny: ["group:web", "image"], ...tools } };
  const runtime = createTestRuntime(model, { config, info: { provider, id } });
  try {
    await runtime.turn("hi");
    return model.requests[0]?.tools ?? [];
  } finally {
    await runtime.close();
  }
}
const names = async (...args: Parameters<typeof toolsOf>) => (await toolsOf(...args)).map((tool) => tool.name);

test("every run has the tools for files and commands", async () => {
  expect(await names({})).toEqual(["read", "edit", "write", "exec", "process"]);
});

test("a command that fails tells its exit code, and the model goes on", async () => {
  const model = scriptedModel([callTools(["1", "exec", { command: "exit 3" }]), answerText("it failed with 3")]);
  const runtime = createTestRuntime(model);
  try {
    const { status, payloads } = await runtime.turn("try it");
    expect(JSON.stringify(model.requests[1]?.prompt.at(-1))).toContain("Command exited with code 3");
    expect([status, payloads.map(({ text }) => text)]).toEqual(["ok", ["it failed with 3"]]);
  } finally {
    await runtime.close();
  }
});

test("apply_patch is there when it is enabled and the model knows it", async () => {
  const applyPatch = (more: object = {}): ToolsConfig => ({ exec: { applyPatch: { enabled: true, ...more } } });
  const has = async (...args: Parameters<typeof toolsOf>) => (await names(...args)).includes("apply_patch");
  expect(await names(applyPatch())).toEqual(["read", "edit", "write", "apply_patch", "exec", "process"]);
  expect(await has(applyPatch(), "openai-codex")).toBe(true);
  expect(await has(applyPatch(), "anthropic")).toBe(false);
  expect(await has(applyPatch({ allowModels: ["gpt-5.2"] }))).toBe(true);
  expect(await has(applyPatch({ allowModels: ["openai/gpt-5.2"] }))).toBe(true);
  expect(await has(applyPatch({ allowModels: ["openai-codex/gpt-5.2", "gpt-4"] }))).toBe(false);
  expect(await has({ exec: { applyPatch: { allowModels: ["gpt-5.2"] } } })).toBe(false);
});

test("without process commands never go on in the background", async () => {
  const exec = async (tools: ToolsConfig) =>
    JSON.stringify((await toolsOf(tools)).find((tool) => tool.name === "exec"));
  expect(await exec({})).toContain("yieldMs");
  expect(await exec({ deny: ["process"] })).not.toContain("yieldMs");
});

test("exec is also denied under its older name", async () => {
  expect(await names({ deny: ["bash", "group:web", "image"] })).toEqual(["read", "edit", "write", "process"]);
});

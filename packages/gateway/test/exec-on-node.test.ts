import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { manualTimers } from "../../agent-runtime/src/testing/manual-timers.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";
import { connectTestNode, nodeResult, type TestNode, type TestNodeOptions } from "../src/testing/test-node.ts";

let gateway: TestGateway;
let operator: RawClient;
afterEach(() => gateway?.close());
const start = async (exec: Json = {}, more: TestGatewayOptions = {}) => {
  gateway = await startTestGateway({ config: { tools: { exec: { host: "node", ...exec } } }, ...more });
  operator = await gateway.connect();
};
const commands = ["system.run", "system.which", "system.execApprovals.get"];
const ran = { exitCode: 0, timedOut: false, success: true, stdout: "out\n", stderr: "", error: null };
/** A node whose approvals file is this and whose commands end like that. */
const runner = (file: Json, end: Json | "waits" = ran, more: TestNodeOptions = {}) =>
  connectTestNode(gateway, {
    commands,
    pathEnv: "/usr/bin:/bin",
    answers: {
      "system.execApprovals.get": () =>
        nodeResult({ path: "/x", exists: true, hash: "h", file: { version: 1, ...file } }),
      ...(end === "waits" ? {} : { "system.run": () => nodeResult(end) }),
    },
    ...more,
  });
const free = { defaults: { security: "full", ask: "off" } };
const asks = { defaults: { security: "allowlist", ask: "on-miss" } };

async function say(message: string): Promise<string> {
  const runId = crypto.randomUUID();
  await operator.request("chat.send", { sessionKey: "agent:main:main", message, idempotencyKey: runId });
  const end = await operator.event("chat", (payload) => payload.runId === runId && payload.state === "final");
  return ((end.message as Json).content as Json[]).map((block) => block.text).join("");
}
const exec = (params: Json) => say(`tool:exec ${JSON.stringify(params)}`);
const lastPrompt = () => JSON.stringify(gateway.model.lastRequest().body.messages);
const sent = async (node: TestNode) => JSON.parse((await node.asked("system.run")).paramsJSON ?? "{}") as Json;
const question = () => operator.event("exec.approval.requested") as Promise<Json & { id: string; request: Json }>;
const woken = (id: string) =>
  operator.event("chat", ({ runId, state }) => runId === `exec-event-${id}` && state === "final");

describe("a command for a node", () => {
  it("that needs no approval runs there and returns what it printed", async () => {
    await start({ security: "full", ask: "off" });
    const node = await runner(free);
    expect(await exec({ command: "make all", workdir: "/srv", env: { FOO: "1" }, timeout: 5 })).toContain("out");
    expect(await sent(node)).toEqual({
      command: ["/bin/sh", "-lc", "make all"],
      rawCommand: "make all",
      cwd: "/srv",
      env: { FOO: "1" },
      timeoutMs: 5000,
      agentId: "main",
      sessionKey: "agent:main:main",
      runId: expect.any(String),
    });
    expect((await node.asked("system.run")).timeoutMs).toBe(10_000);
    // What the node tells of a command whose result was waited for is not told a second time.
    expect(lastPrompt()).not.toContain("Exec finished");
  });

  it("fails with its output and its exit code, or with what the node says", async () => {
    await start({ security: "full", ask: "off" });
    await runner(free, { ...ran, exitCode: 2, success: false, stdout: "", stderr: "no rule" });
    const said = await exec({ command: "make all" });
    expect(said).toContain("no rule");
    expect(said).toContain("Command exited with code 2");
  });

  it("needs a node that can, and one that is named where there are several", async () => {
    await start({ security: "full", ask: "off" });
    expect(await exec({ command: "ls" })).toContain("exec host=node requires a paired node (none available)");
    await connectTestNode(gateway, { commands: ["system.which"] });
    expect(await exec({ command: "ls" })).toContain("none available");
    const first = await runner(free, ran, { client: { displayName: "First" } });
    await runner(free, { ...ran, stdout: "second" }, { client: { displayName: "Second" } });
    expect(await exec({ command: "ls" })).toContain(
      "exec host=node requires a node id when multiple nodes are available (set tools.exec.node or exec.node).",
    );
    expect(await exec({ command: "ls", node: "second" })).toContain("second");
    expect(await exec({ command: "ls", node: first.nodeId.slice(0, 10) })).toContain("out");
    expect(await exec({ command: "ls", node: "third" })).toContain("unknown node: third");
  });

  it("goes to the node it is bound to alone", async () => {
    await start({ security: "full", ask: "off", node: "first" });
    await runner(free, ran, { client: { displayName: "First" } });
    await runner(free, ran, { client: { displayName: "Second" } });
    expect(await exec({ command: "ls" })).toContain("out");
    expect(await exec({ command: "ls", node: "second" })).toContain("exec node not allowed (bound to first)");
  });

  it("is not run where the node's rules or ours deny it", async () => {
    await start();
    await runner({ defaults: { security: "deny" } });
    expect(await exec({ command: "ls" })).toContain("exec denied: host=node security=deny");
  });

  it("runs when somebody approves it, and its session is told (acceptance 14)", async () => {
    await start({ security: "allowlist", ask: "on-miss" });
    const node = await runner(asks);
    const said = await exec({ command: "make all", env: { FOO: "1" } });
    const { id, request } = await question();
    expect(said).toContain(
      `Approval required (id ${id.slice(0, 8)}). Approve to run; updates will arrive after completion.`,
    );
    expect(request).toMatchObject({ command: "FOO='1' make all", host: "node", nodeId: node.nodeId });
    await operator.request("exec.approval.resolve", { id, decision: "allow-always" });
    const second = await operator.request("exec.approval.resolve", { id, decision: "deny" });
    expect(second.error?.message).toBe("unknown approval id");
    expect(await sent(node)).toMatchObject({ runId: id, approved: true, approvalDecision: "allow-always" });
    await node.tell("exec.finished", { sessionKey: "agent:main:main", runId: id, exitCode: 0, output: "out" });
    await woken(id);
    expect(lastPrompt()).toContain(`Exec finished (node=${node.nodeId} id=${id}, code 0)`);
    // The approval is used up: nobody else runs the command with it.
    const from = node.client.frames.length;
    const params = { command: ["/bin/sh", "-lc", "make all"], rawCommand: "make all", runId: id, approved: true };
    await operator.request("node.invoke", {
      nodeId: node.nodeId,
      command: "system.run",
      params,
      idempotencyKey: "again",
    });
    const { paramsJSON } = await node.asked("system.run", from);
    expect(JSON.parse(paramsJSON ?? "{}")).not.toHaveProperty("approved");
  });

  it("is not run when somebody denies it or nobody answers for two minutes (acceptance 14)", async () => {
    const timers = manualTimers({ auto: 5000 });
    await start({ security: "allowlist", ask: "on-miss" }, { timers });
    const node = await runner(asks);
    await exec({ command: "make all" });
    const { id } = await question();
    await operator.request("exec.approval.resolve", { id, decision: "deny" });
    await woken(id);
    expect(lastPrompt()).toContain(`Exec denied (node=${node.nodeId} id=${id}, user-denied): make all`);
    const from = operator.frames.length;
    await exec({ command: "make install" });
    const late = (await operator.event("exec.approval.requested", () => true, from)) as { id: string };
    timers.advance(120_000);
    await woken(late.id);
    expect(lastPrompt()).toContain(`Exec denied (node=${node.nodeId} id=${late.id}, approval-timeout): make install`);
    expect(node.client.events("node.invoke.request").some(({ command }) => command === "system.run")).toBe(false);
  });

  it("is told as not run when its node dies under it", async () => {
    await start({ security: "allowlist", ask: "on-miss" });
    const node = await runner(asks, "waits");
    await exec({ command: "make all" });
    const { id } = await question();
    await operator.request("exec.approval.resolve", { id, decision: "allow-once" });
    await node.asked("system.run");
    node.client.socket.terminate();
    await woken(id);
    expect(lastPrompt()).toContain(`Exec denied (node=${node.nodeId} id=${id}, invoke-failed): make all`);
  });
});

describe("the nodes and canvas tools", () => {
  const tool = (name: string, params: Json) => say(`tool:${name} ${JSON.stringify(params)}`);
  const phone = (more: TestNodeOptions["answers"]) =>
    connectTestNode(gateway, {
      client: { id: "openclaw-ios", platform: "ios", displayName: "Phone" },
      caps: ["canvas", "camera"],
      commands: ["canvas.present", "canvas.eval", "canvas.a2ui.pushJSONL", "camera.list", "system.notify"],
      answers: more ?? {},
    });

  it("list and ask nodes, and name who asked for what when it fails", async () => {
    await start();
    await phone({ "camera.list": () => nodeResult({ devices: [{ id: "c1" }] }) });
    expect(await tool("nodes", { action: "status" })).toContain("Phone");
    expect(await tool("nodes", { action: "camera_list", node: "phone" })).toContain("c1");
    const failed = await tool("nodes", { action: "run", node: "phone", command: ["ls"] });
    expect(failed).toContain(
      "agent=main node=phone gateway=default action=run: system.run requires a paired companion app",
    );
    expect(await tool("nodes", { action: "notify", node: "phone" })).toContain("title or body required");
    const bypass = { action: "invoke", node: "phone", invokeCommand: "system.run" };
    expect(await tool("nodes", bypass)).toContain("system.run cannot be invoked like this");
    const noJson = { action: "invoke", node: "phone", invokeCommand: "camera.list", invokeParamsJson: "{" };
    expect(await tool("nodes", noJson)).toContain("invokeParamsJson must be valid JSON");
  });

  it("show surfaces on the only canvas there is, from the workspace alone", async () => {
    await start();
    let pushed = "";
    const node = await phone({
      "canvas.eval": () => nodeResult({ result: "forty-two" }),
      "canvas.a2ui.pushJSONL": ({ jsonl }) => {
        pushed = String(jsonl);
        return nodeResult({ ok: true });
      },
    });
    expect(await tool("canvas", { action: "eval", javaScript: "6*7" })).toContain("forty-two");
    const line = '{"deleteSurface":{"surfaceId":"a"}}';
    fs.writeFileSync(path.join(gateway.workspace, "s.jsonl"), line);
    expect(await tool("canvas", { action: "a2ui_push", jsonlPath: "s.jsonl" })).toContain("true");
    expect(pushed).toBe(line);
    expect(await tool("canvas", { action: "a2ui_push", jsonlPath: "../../etc/passwd" })).toContain(
      "outside of the workspace",
    );
    expect(await tool("canvas", { action: "a2ui_push", jsonl: '{"createSurface":{}}' })).toContain(
      "Detected A2UI v0.9",
    );
    expect(await tool("canvas", { action: "a2ui_push" })).toContain("jsonl or jsonlPath required");
    expect(node.client.events("node.invoke.request")).toHaveLength(2);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { manualTimers } from "../../agent-runtime/src/testing/manual-timers.ts";
import { manualClock } from "../../storage/src/testing/manual-clock.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";
import { connectTestNode, nodeResult, type TestNode } from "../src/testing/test-node.ts";

let gateway: TestGateway;
afterEach(() => gateway?.close());
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
};
const remote = { host: "openclaw.example:18789" };
const remoteNode = { role: "node", scopes: [], client: { id: "node-host", mode: "node", displayName: "Far" } };

const invoke = (
  operator: RawClient,
  node: TestNode,
  command: string,
  more: Json = {},
  key: string = crypto.randomUUID(),
) => operator.request("node.invoke", { nodeId: node.nodeId, command, idempotencyKey: key, ...more });
const rows = async (operator: RawClient) => (await operator.request("node.list", {})).payload.nodes as Json[];

describe("pairing a node", () => {
  it("from another machine waits for an approval among nodes or devices, and its retry is connected (acceptance 1)", async () => {
    await start();
    const operator = await gateway.connect();
    for (const method of ["node.pair.approve", "device.pair.approve"]) {
      const device = createDevice();
      const connect = () =>
        gateway.open(remote).connect({ ...remoteNode, device, caps: ["system"], extra: { commands: ["system.run"] } });
      const { error } = await connect();
      expect(error).toMatchObject({ code: "NOT_PAIRED", message: "pairing required" });
      const requestId = error?.details?.requestId;
      const { pending } = (await operator.request("node.pair.list", {})).payload as { pending: Json[] };
      expect(pending).toEqual([
        expect.objectContaining({ requestId, nodeId: device.id, displayName: "Far", commands: ["system.run"] }),
      ]);
      expect((await operator.request(method, { requestId })).payload).toMatchObject({ requestId });
      expect((await connect()).ok).toBe(true);
      const row = (await rows(operator)).find(({ nodeId }) => nodeId === device.id);
      expect(row).toMatchObject({ paired: true, connected: true, commands: ["system.run"] });
    }
  });

  it("is not approved any more after five minutes, by neither name (acceptance 2)", async () => {
    const clock = manualClock();
    await start({ clock });
    const operator = await gateway.connect();
    const { error } = await gateway.open(remote).connect({ ...remoteNode, device: createDevice() });
    const old = await operator.request("node.pair.request", { nodeId: "old-style" });
    clock.advance(5 * 60_000 + 1);
    for (const requestId of [error?.details?.requestId, (old.payload.request as Json).requestId]) {
      for (const method of ["node.pair.approve", "device.pair.approve"]) {
        expect((await operator.request(method, { requestId })).error?.message).toBe("unknown requestId");
      }
    }
    expect(operator.events("node.pair.resolved").map(({ decision }) => decision)).toEqual(["expired", "expired"]);
  });

  it("gives it no token for a role it does not have (acceptance 7)", async () => {
    await start();
    const operator = await gateway.connect();
    const node = await connectTestNode(gateway);
    const rotated = await operator.request("device.token.rotate", { deviceId: node.nodeId, role: "zzz" });
    expect(rotated.error?.message).toBe("unknown deviceId/role");
    const { paired } = (await operator.request("device.pair.list", {})).payload as { paired: Json[] };
    expect(paired).toEqual([expect.objectContaining({ tokens: [expect.objectContaining({ role: "node" })] })]);
  });

  it("keeps the name somebody gave it, and is forgotten with its connection", async () => {
    await start();
    const operator = await gateway.connect({ protocol: 4 });
    const node = await connectTestNode(gateway);
    await operator.request("node.rename", { nodeId: node.nodeId, displayName: "Kitchen" });
    expect(await rows(operator)).toEqual([
      expect.objectContaining({ displayName: "Kitchen", approvalState: "approved", connected: true }),
    ]);
    await operator.request("node.pair.remove", { nodeId: node.nodeId });
    expect(await node.client.closed).toEqual({ code: 1008, reason: "device token revoked" });
    expect(await rows(operator)).toEqual([]);
    const unknown = await operator.request("node.pair.remove", { nodeId: node.nodeId });
    expect(unknown.error?.message).toBe("unknown nodeId");
  });
});

describe("asking a node", () => {
  it("is possible for what its platform and the configuration allow, at once when that changes (acceptance 3)", async () => {
    await start({ config: { gateway: { reload: { mode: "hot", debounceMs: 0 } } } });
    const operator = await gateway.connect();
    const node = await connectTestNode(gateway, {
      commands: ["camera.snap", " system.which "],
      answers: { "camera.snap": () => nodeResult({ format: "jpg" }), "system.which": () => nodeResult({ bins: {} }) },
    });
    const refusal = async (command: string) => (await invoke(operator, node, command)).error;
    expect(await refusal("camera.snap")).toMatchObject({
      code: "INVALID_REQUEST",
      message: "node command not allowed",
      details: { reason: "command not allowlisted", command: "camera.snap" },
    });
    expect((await refusal("system.run"))?.details).toMatchObject({ reason: "command not declared by node" });
    expect((await refusal(" "))?.details).toMatchObject({ reason: "command required" });
    expect(await refusal("system.which")).toBeUndefined();

    const set = async (nodes: Json) => {
      const { hash } = (await operator.request("config.get", {})).payload;
      const raw = JSON.stringify({ gateway: { nodes } });
      const patched = await operator.request("config.patch", { raw, baseHash: hash, restartDelayMs: 60_000 });
      expect(patched.error).toBeUndefined();
    };
    await set({ allowCommands: ["camera.snap"] });
    expect((await invoke(operator, node, "camera.snap")).payload).toMatchObject({ payload: { format: "jpg" } });
    expect((await rows(operator))[0]?.commands).toEqual(["camera.snap", "system.which"]);
    await set({ allowCommands: ["camera.snap"], denyCommands: ["camera.snap"] });
    expect((await refusal("camera.snap"))?.details).toMatchObject({ reason: "command not allowlisted" });
  });

  it("that names no commands is told apart", async () => {
    await start();
    const node = await connectTestNode(gateway, { commands: [] });
    const { error } = await invoke(await gateway.connect(), node, "system.run");
    expect(error?.details).toMatchObject({ reason: "node did not declare commands" });
  });

  it("ends when it does not answer in time, and what it says later is ignored (acceptance 5)", async () => {
    const timers = manualTimers();
    await start({ timers });
    const operator = await gateway.connect();
    const node = await connectTestNode(gateway);
    const waiting = invoke(operator, node, "system.which", { timeoutMs: 4000 });
    const request = await node.asked("system.which");
    timers.advance(3999);
    expect(operator.frames.at(-1)).not.toMatchObject({ ok: false });
    timers.advance(1);
    expect((await waiting).error).toEqual({
      code: "UNAVAILABLE",
      message: "node invoke timed out",
      details: { nodeError: { code: "TIMEOUT", message: "node invoke timed out" } },
    });
    expect(await node.answer(request, nodeResult({}))).toMatchObject({ payload: { ok: true, ignored: true } });
  });

  it("is answered by that node alone (acceptance 6)", async () => {
    await start();
    const operator = await gateway.connect();
    const [a, b] = [await connectTestNode(gateway), await connectTestNode(gateway)];
    const waiting = invoke(operator, b, "system.which");
    const { id } = await b.asked("system.which");
    for (const nodeId of [a.nodeId, b.nodeId]) {
      const forged = await a.client.request("node.invoke.result", { id, nodeId, ...nodeResult({ forged: true }) });
      expect(forged.error?.message).toBe("nodeId mismatch");
    }
    await b.answer({ id }, nodeResult({ own: true }));
    expect((await waiting).payload.payload).toEqual({ own: true });
  });

  it("fails at once when it dies, and a late answer is ignored", async () => {
    await start();
    const operator = await gateway.connect();
    const node = await connectTestNode(gateway);
    const waiting = invoke(operator, node, "system.run", { params: { command: ["sleep", "9"] } });
    const request = await node.asked("system.run");
    node.client.socket.terminate();
    expect((await waiting).error).toEqual({ code: "UNAVAILABLE", message: "node disconnected (system.run)" });
    const back = await connectTestNode(gateway, { device: node.device });
    expect(await back.answer(request, nodeResult({}))).toMatchObject({ payload: { ignored: true } });
    expect((await invoke(operator, { ...node, nodeId: "nope" }, "system.run")).error).toMatchObject({
      message: "node not connected",
      details: { code: "NOT_CONNECTED" },
    });
  });

  it("with the same key does not happen twice", async () => {
    await start();
    const operator = await gateway.connect();
    let asked = 0;
    const node = await connectTestNode(gateway, { answers: { "system.which": () => nodeResult({ asked: ++asked }) } });
    const answers = await Promise.all(
      ["k", "k", "other"].map((key) => invoke(operator, node, "system.which", {}, key)),
    );
    expect(answers.map(({ payload }) => (payload.payload as Json).asked)).toEqual([1, 1, 2]);
    expect((await invoke(operator, node, "system.which", {}, "k")).payload.payload).toEqual({ asked: 1 });
  });

  it("goes to its newest connection, which outlives the late close of the old one (acceptance 4)", async () => {
    await start();
    const operator = await gateway.connect();
    const old = await connectTestNode(gateway);
    const back = await connectTestNode(gateway, {
      device: old.device,
      answers: { "system.which": () => nodeResult({ from: "new" }) },
    });
    await old.client.close();
    expect(await rows(operator)).toEqual([expect.objectContaining({ nodeId: old.nodeId, connected: true })]);
    expect((await invoke(operator, back, "system.which")).payload.payload).toEqual({ from: "new" });
    await back.client.close();
    expect(await rows(operator)).toEqual([expect.objectContaining({ connected: false, commands: [], paired: true })]);
  });
});

describe("an approval claimed with a command", () => {
  const run = { command: ["/bin/sh", "-lc", "make it"], rawCommand: "make it" };
  const sent = async (node: TestNode, from: number) => {
    const { paramsJSON } = await node.asked("system.run", from);
    return JSON.parse(paramsJSON ?? "{}") as Json;
  };

  it("reaches the node only when it was given: here, for this command, once (acceptance 11)", async () => {
    await start();
    const operator = await gateway.connect({ protocol: 4 });
    const node = await connectTestNode(gateway, { answers: { "system.run": () => nodeResult({ exitCode: 0 }) } });
    const claim = async (params: Json) => {
      const from = node.client.frames.length;
      await invoke(operator, node, "system.run", {
        params: { ...run, approved: true, approvalDecision: "allow-always", ...params },
      });
      return sent(node, from);
    };
    expect(await claim({})).toEqual(run);
    expect(await claim({ runId: "made-up" })).toEqual({ ...run, runId: "made-up" });

    const approve = async (id: string, decision: string, more: Json = {}) => {
      const asked = operator.request("exec.approval.request", { id, command: "make it", host: "node", ...more });
      await operator.event("exec.approval.requested", (payload) => payload.id === id);
      await operator.request("exec.approval.resolve", { id, decision });
      await asked;
    };
    await approve("denied", "deny");
    expect(await claim({ runId: "denied" })).not.toHaveProperty("approved");
    await approve("elsewhere", "allow-once", { nodeId: "another" });
    expect(await claim({ runId: "elsewhere" })).not.toHaveProperty("approved");
    await approve("given", "allow-once", { nodeId: node.nodeId });
    expect(await claim({ runId: "given", command: ["rm"], rawCommand: undefined })).not.toHaveProperty("approved");
    expect(await claim({ runId: "given", env: { PATH: "/evil" } })).not.toHaveProperty("approved");
    expect(await claim({ runId: "given" })).toEqual({
      ...run,
      runId: "given",
      approved: true,
      approvalDecision: "allow-once",
    });
    expect(await claim({ runId: "given" })).not.toHaveProperty("approved");
  });

  it("may not be prepared by whoever is no administrator", async () => {
    await start();
    const writer = await gateway.connect({ scopes: ["operator.write"] });
    const node = await connectTestNode(gateway, { commands: ["system.execApprovals.set"] });
    const { error } = await invoke(writer, node, "system.execApprovals.set", { params: { file: { version: 1 } } });
    expect(error?.message).toBe("missing scope: operator.admin");
  });
});

describe("what a node tells", () => {
  const chatOf = (client: RawClient, sessionKey: string) =>
    client.frames.filter(({ event, payload }) => event === "chat" && (payload as Json).sessionKey === sessionKey);

  it("starts runs: what was said to it, and what it asks for", async () => {
    await start();
    const reader = await gateway.connect();
    const node = await connectTestNode(gateway, { protocol: 4 });
    const spoken = await node.tell("voice.transcript", { text: "/new what time is it" });
    expect(spoken).toMatchObject({ payload: { ok: true, event: "voice.transcript", handled: true } });
    const heard = await reader.event("chat", ({ state }) => state === "final");
    expect(heard).toMatchObject({ sessionKey: "agent:main:main", runId: expect.stringMatching(/^voice-/) });
    expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain("/new what time is it");

    await node.tell("agent.request", { message: "hello from node", key: "once" });
    await node.tell("agent.request", { message: "hello from node", key: "once" });
    const asked = await reader.event("chat", ({ runId, state }) => runId === "once" && state === "final");
    expect(asked.sessionKey).toBe(`agent:main:node-${node.nodeId}`);
    expect(gateway.model.requests.length).toBe(2);
  });

  it("is left alone when it is nothing known, malformed, or about an agent that does not exist", async () => {
    await start();
    const node = await connectTestNode(gateway, { protocol: 4 });
    const reason = async (event: string, payload: unknown) =>
      ((await node.tell(event, payload)) as { payload: Json }).payload.reason;
    expect(await reason("whatever", {})).toBe("unsupported_event");
    expect(await reason("agent.request", { message: "" })).toBe("invalid_payload");
    expect(await reason("agent.request", "text")).toBe("invalid_payload");
    expect(await reason("voice.transcript", { text: "x".repeat(20_001) })).toBe("invalid_payload");
    expect(await reason("agent.request", { message: "hi", sessionKey: "agent:nobody:main" })).toBe("unknown_session");
    expect(gateway.model.requests).toEqual([]);
  });

  it("subscribes it to sessions: it gets their events once, unnumbered, and no others", async () => {
    await start();
    const operator = await gateway.connect();
    const node = await connectTestNode(gateway);
    const key = "agent:main:watched";
    await node.tell("chat.subscribe", { sessionKey: key });
    const say = async (sessionKey: string) => {
      const runId = crypto.randomUUID();
      await operator.request("chat.send", { sessionKey, message: "hi", idempotencyKey: runId });
      await operator.event("chat", (payload) => payload.runId === runId && payload.state === "final");
    };
    await say("agent:main:other");
    await say(key);
    await node.client.event("chat", ({ state }) => state === "final");
    expect(chatOf(node.client, "agent:main:other")).toEqual([]);
    const states = (client: RawClient) => chatOf(client, key).map(({ payload }) => (payload as Json).state);
    expect(states(node.client)).toEqual(states(operator));
    expect(chatOf(node.client, key).filter((frame) => "seq" in frame)).toEqual([]);
    await node.tell("chat.unsubscribe", { sessionKey: key });
    const seen = node.client.frames.length;
    await say(key);
    await node.client.request("skills.bins", {});
    expect(node.client.frames.slice(seen).filter(({ event }) => event === "chat" || event === "agent")).toEqual([]);
  });

  it("of a command stands before the next turn of its session, which it wakes", async () => {
    await start();
    const operator = await gateway.connect();
    const node = await connectTestNode(gateway);
    await operator.request("chat.send", { sessionKey: "main", message: "hi", idempotencyKey: "first" });
    await operator.event("chat", ({ runId, state }) => runId === "first" && state === "final");
    const from = operator.frames.length;
    await node.tell("exec.started", { sessionKey: "main", runId: "r1", command: "make" });
    await node.tell("exec.finished", { sessionKey: "main", runId: "r1", exitCode: 2, output: "no rule\n" });
    await operator.event("chat", ({ state }) => state === "final", from);
    const prompt = JSON.stringify(gateway.model.lastRequest().body.messages);
    expect(prompt).toContain(`Exec started (node=${node.nodeId} id=r1): make`);
    expect(prompt).toContain(`Exec finished (node=${node.nodeId} id=r1, code 2)`);
    expect(prompt).toContain("no rule");
  });
});

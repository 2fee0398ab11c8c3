import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { manualTimers } from "../../agent-runtime/src/testing/manual-timers.ts";
import { chatService } from "../src/testing/chat-service.ts";
import { type Json, openRawClient, type RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";
import { createGatewayHome, gatewayToken } from "./faults/gateway-home.ts";
import { StartedGateway } from "./faults/started-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway?.close());

const onHost = { config: { tools: { exec: { host: "gateway" } } } };
const start = async (more: TestGatewayOptions = {}) => {
  gateway = await startTestGateway({ ...onHost, ...more });
};
const approver = (protocol: 3 | 4 = 3) =>
  gateway.connect({
    protocol,
    scopes: ["operator.approvals", "operator.write"],
    client: { displayName: "Approver" },
  });

async function say(client: RawClient, message: string, runId: string = crypto.randomUUID()): Promise<string> {
  await client.request("chat.send", { sessionKey: "agent:main:main", message, idempotencyKey: runId });
  const end = await client.event("chat", (payload) => payload.runId === runId && payload.state === "final");
  return text(end);
}
const text = (payload: Json) => ((payload.message as Json).content as Json[]).map((block) => block.text).join("");
const run = (command: string) => `tool:exec ${JSON.stringify({ command })}`;
const asked = (client: RawClient, from = 0) =>
  client.event("exec.approval.requested", () => true, from) as Promise<{ id: string; request: Json } & Json>;
/** The answer of the turn that the outcome of an approval wakes. */
const woken = (client: RawClient, id: string) =>
  client.event("chat", (payload) => payload.runId === `exec-event-${id}` && payload.state === "final");
/** What the model was last told. */
const lastPrompt = (model: TestGateway["model"]) => JSON.stringify(model.lastRequest().body.messages);
const allowlist = (stateDir: string) => {
  const file = JSON.parse(fs.readFileSync(path.join(stateDir, "exec-approvals.json"), "utf8"));
  return file.agents.main.allowlist.map((entry: Json) => path.basename(String(entry.pattern)));
};

describe("a command that needs an approval", () => {
  it("runs when it is allowed, tells its session, and is not asked for again once allowed for ever", async () => {
    await start();
    const client = await gateway.connect({
      scopes: ["operator.approvals", "operator.write", "operator.read"],
      client: { displayName: "Approver" },
    });
    const said = await say(client, run("ls; date"));
    const question = await asked(client);
    expect(said).toContain(`Approval required (id ${question.id.slice(0, 8)}). Approve to run;`);
    expect(question).toEqual({
      id: question.id,
      createdAtMs: expect.any(Number),
      expiresAtMs: Number(question.createdAtMs) + 120_000,
      request: {
        command: "ls; date",
        cwd: gateway.workspace,
        host: "gateway",
        security: "allowlist",
        ask: "on-miss",
        agentId: "main",
        resolvedPath: expect.stringMatching(/\/ls$/),
        sessionKey: "agent:main:main",
      },
    });

    fs.writeFileSync(path.join(gateway.workspace, "found-me"), "");
    const from = client.frames.length;
    const answer = await client.request("exec.approval.resolve", { id: question.id, decision: "allow-always" });
    expect(answer).toMatchObject({ ok: true, payload: { ok: true } });
    expect(await client.event("exec.approval.resolved", () => true, from)).toEqual({
      id: question.id,
      decision: "allow-always",
      resolvedBy: "Approver",
      ts: expect.any(Number),
    });
    await woken(client, question.id);
    expect(lastPrompt(gateway.model)).toMatch(
      new RegExp(
        `System: \\[[^\\]]+\\] Exec finished \\(gateway id=${question.id}, session=[\\w-]+, code 0\\)\\\\n  found-me`,
      ),
    );
    expect(allowlist(gateway.stateDir)).toEqual(["ls", "date"]);
    // The chat shows the answer that followed, and not what the Gateway said to bring it about.
    const { payload } = await client.request("chat.history", { sessionKey: "agent:main:main" });
    const users = (payload.messages as Json[]).filter(({ role }) => role === "user");
    expect(users.map((message) => text({ message }))).toEqual([run("ls; date")]);
    expect((payload.messages as Json[]).at(-1)).toMatchObject({ role: "assistant" });

    expect(await say(client, run("date && ls"))).toContain("found-me");
    expect(client.events("exec.approval.requested")).toHaveLength(1);
  });

  it("is not run when it is denied, also with the beginning of its id", async () => {
    await start();
    const client = await approver();
    await say(client, run("touch made"));
    const { id } = await asked(client);
    await client.request("exec.approval.resolve", { id: id.slice(0, 8), decision: "deny" });
    await woken(client, id);
    expect(lastPrompt(gateway.model)).toContain(`Exec denied (gateway id=${id}, user-denied): touch made`);
    expect(fs.existsSync(path.join(gateway.workspace, "made"))).toBe(false);
  });

  it("is not run when nobody answers for two minutes", async () => {
    const timers = manualTimers({ auto: 5000 });
    await start({ timers });
    const client = await approver();
    await say(client, run("touch made"));
    const { id } = await asked(client);
    timers.advance(119_000);
    expect(client.events("exec.approval.resolved")).toEqual([]);
    timers.advance(1000);
    expect(await client.event("exec.approval.resolved")).toMatchObject({ id, decision: null });
    await woken(client, id);
    expect(lastPrompt(gateway.model)).toContain(`Exec denied (gateway id=${id}, approval-timeout): touch made`);
    expect(fs.existsSync(path.join(gateway.workspace, "made"))).toBe(false);
    const late = await client.request("exec.approval.resolve", { id, decision: "allow-once" });
    expect(late.error?.message).toBe("unknown approval id");
  });

  it("keeps waiting when a stranger in a channel answers it, and ends when its user does", async () => {
    const chats = chatService();
    const groups = { "-5": { requireMention: false } };
    const telegram = { botToken: "t", dmPolicy: "allowlist", allowFrom: ["7"], groupPolicy: "open", groups };
    await start({ channels: [chats.channel], config: { ...onHost.config, channels: { telegram } } });
    const client = await approver();
    await say(client, run("touch made"));
    const { id } = await asked(client);
    const answer = `/approve ${id} deny`;
    const group = { kind: "group" as const, id: "-5" };
    await chats.tell(answer, { sender: { id: "666" }, chat: { kind: "direct", id: "666" } });
    await chats.tell(answer, { sender: { id: "666" }, chat: group });
    // Its user asks after both, and is answered after both were dealt with.
    await chats.tell("/whoami", { chat: group });
    expect((await chats.sent()).text).toContain("Identity");
    const later = await approver(4);
    expect((await later.request("exec.approval.list", {})).payload).toEqual([expect.objectContaining({ id })]);
    expect(client.events("exec.approval.resolved")).toEqual([]);

    await chats.tell(answer, { chat: group });
    expect((await chats.sent()).text).toBe(`✅ Exec approval deny submitted for ${id}.`);
    expect(await client.event("exec.approval.resolved")).toMatchObject({ id, decision: "deny" });
    await woken(client, id);
    expect(fs.existsSync(path.join(gateway.workspace, "made"))).toBe(false);
  });

  it("is shown to those alone who may approve, without a gap for others", async () => {
    await start();
    const client = await approver();
    const reader = await gateway.connect({ scopes: ["operator.read"] });
    await say(client, run("ls"));
    const { id } = await asked(client);
    await client.request("exec.approval.resolve", { id, decision: "deny" });
    await woken(client, id);
    await woken(reader, id);
    expect(reader.frames.filter(({ event }) => String(event).startsWith("exec."))).toEqual([]);
    const numbered = reader.frames.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
    expect(numbered).toEqual(numbered.map((_, index) => index + 1));
    const refused = await reader.request("exec.approval.resolve", { id, decision: "deny" });
    expect(refused.error?.message).toBe("missing scope: operator.approvals");
  });

  it("is found again by clients that come later", async () => {
    await start();
    const client = await approver();
    await say(client, run("ls"));
    const { id } = await asked(client);
    const later = await approver(4);
    expect((await later.request("exec.approval.list", {})).payload).toEqual([
      expect.objectContaining({ id, request: expect.objectContaining({ command: "ls" }) }),
    ]);
    const waiting = later.request("exec.approval.waitDecision", { id }, "wait");
    await client.request("exec.approval.resolve", { id, decision: "allow-once" });
    expect((await waiting).payload).toMatchObject({ id, decision: "allow-once" });
    expect((await later.request("exec.approval.list", {})).payload).toEqual([]);
    const gone = await later.request("exec.approval.get", { id });
    expect(gone.error).toMatchObject({ code: "INVALID_REQUEST", details: { reason: "APPROVAL_NOT_FOUND" } });
  });

  it("is reported as not run by the Gateway that comes after", async () => {
    await start();
    const client = await approver();
    await say(client, run("touch made"));
    const { id } = await asked(client);
    await gateway.restart();
    const again = await approver();
    await client.closed;
    const { payload } = await again.request("agent.wait", { runId: `exec-event-${id}`, timeoutMs: 5000 });
    expect(payload).toMatchObject({ status: "ok" });
    expect(lastPrompt(gateway.model)).toContain(`Exec denied (gateway id=${id}, gateway-restarted): touch made`);
    expect(fs.existsSync(path.join(gateway.workspace, "made"))).toBe(false);
    await gateway.restart();
    expect(
      gateway.model.requests.filter(({ body }) => JSON.stringify(body).includes("gateway-restarted")),
    ).toHaveLength(1);
  });
});

it("commands that waited or ran when the Gateway was killed are told about by the next one", async () => {
  await using home = await createGatewayHome({ tools: { exec: { host: "gateway" } } });
  const first = await StartedGateway.start(home);
  const connect = async ({ url }: StartedGateway) => {
    const client = openRawClient(url, { token: gatewayToken });
    await client.connect({ scopes: ["operator.approvals", "operator.write"] });
    return client;
  };
  const before = await connect(first);
  await say(before, run("touch made"));
  const waiting = await asked(before);
  await say(before, run("touch started; sleep 15"));
  const running = await asked(before, before.frames.findIndex(({ event }) => event === "exec.approval.requested") + 1);
  fs.mkdirSync(home.workspace, { recursive: true });
  const started = new Promise<void>((resolve) => {
    const watcher = fs.watch(home.workspace, (_event, name) => {
      if (name !== "started") return;
      watcher.close();
      resolve();
    });
  });
  await before.request("exec.approval.resolve", { id: running.id, decision: "allow-once" });
  await started;
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await connect(second);
  for (const { id } of [waiting, running]) {
    expect((await client.request("agent.wait", { runId: `exec-event-${id}`, timeoutMs: 8000 })).payload.status).toBe(
      "ok",
    );
  }
  const told = lastPrompt(home.model);
  expect(told).toContain(`Exec denied (gateway id=${waiting.id}, gateway-restarted): touch made`);
  expect(told).toContain(`Exec failed (gateway id=${running.id}, gateway-restarted): it had been started`);
  expect(fs.existsSync(path.join(home.workspace, "made"))).toBe(false);
});

describe("the approvals file over the wire", () => {
  it("keeps the first of two saves and never shows the socket's token", async () => {
    await start();
    const admin = await gateway.connect();
    const { payload } = await admin.request("exec.approvals.get", {});
    expect(payload).toMatchObject({ path: path.join(gateway.stateDir, "exec-approvals.json"), exists: true });
    const stored = fs.readFileSync(String(payload.path), "utf8");
    expect(JSON.stringify(payload)).not.toContain(JSON.parse(stored).socket.token);

    const save = (ask: string) =>
      admin.request("exec.approvals.set", { file: { version: 1, defaults: { ask } }, baseHash: payload.hash });
    expect((await save("always")).payload.file).toMatchObject({ defaults: { ask: "always" } });
    expect((await save("off")).error?.message).toBe(
      "exec approvals changed since last load; re-run exec.approvals.get and retry",
    );
    expect(JSON.parse(fs.readFileSync(String(payload.path), "utf8"))).toMatchObject({
      defaults: { ask: "always" },
      socket: JSON.parse(stored).socket,
    });
  });

  it("tells clients of version 4 which rules are in force", async () => {
    await start();
    const admin = await gateway.connect({ protocol: 4 });
    expect((await admin.request("exec.approvals.get", {})).payload.resolvedDefaults).toEqual({
      security: "allowlist",
      ask: "on-miss",
      askFallback: "deny",
      autoAllowSkills: false,
    });
  });

  it("refuses what is no approvals file", async () => {
    await start();
    const admin = await gateway.connect();
    const { payload } = await admin.request("exec.approvals.get", {});
    const file = { version: 1, defaults: { security: "everything" } };
    const answer = await admin.request("exec.approvals.set", { file, baseHash: payload.hash });
    expect(answer.error?.message).toContain("invalid exec approvals file: defaults.security");
  });
});

describe("an approval another client asks for", () => {
  it("is answered in two stages when it wants that", async () => {
    await start();
    const client = await approver(4);
    client.send({
      type: "req",
      id: "ask",
      method: "exec.approval.request",
      params: { commandArgv: ["rm", "x"], twoPhase: true },
    });
    const first = await client.response("ask");
    expect(first.payload).toMatchObject({ status: "accepted", id: expect.any(String) });
    expect((await asked(client)).request.command).toBe("rm x");
    await client.request("exec.approval.resolve", { id: first.payload.id, decision: "deny" });
    expect((await client.response("ask", 1)).payload).toMatchObject({ id: first.payload.id, decision: "deny" });
  });
});

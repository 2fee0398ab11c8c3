import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel, type TestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
let channel: TestChannel;
const bin = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-bin-"));

/** A skill that needs the program `made`, and what stands for npm: it puts that beside itself. */
function prepareSkill({ workspace }: { workspace: string }): void {
  const made = path.join(bin, "made");
  const npm = `#!/bin/sh\necho "$@"\n[ "$4" = good ] || { echo "no such package" >&2; exit 4; }\ncp "$0" "${made}"\n`;
  fs.writeFileSync(path.join(bin, "npm"), npm, { mode: 0o755 });
  const dir = path.join(workspace, "skills", "maker");
  fs.mkdirSync(dir, { recursive: true });
  const install = [
    { kind: "node", package: "good", bins: ["made"] },
    { kind: "node", package: "bad", id: "worse" },
  ];
  const metadata = JSON.stringify({ openclaw: { requires: { bins: ["made"] }, install } });
  const front = `name: maker\ndescription: Makes.\nmetadata: '${metadata}'`;
  fs.writeFileSync(path.join(dir, "SKILL.md"), `---\n${front}\n---\nMake.\n`);
}

beforeAll(async () => {
  channel = createTestChannel("telegram");
  gateway = await startTestGateway({
    channels: [{ ...channel, access: { idLine: (id: string) => `Your id: ${id}` }, probe: async () => ({ ok: true }) }],
    config: {
      channels: { telegram: { botToken: "t", dmPolicy: "pairing" } },
      tools: { deny: ["group:web"] },
      hooks: { internal: { enabled: true, entries: { "session-memory": { enabled: false } } } },
    },
    env: { PATH: `${bin}:${process.env.PATH}` },
    prepare: prepareSkill,
  });
  client = await gateway.connect({ protocol: 4 });
});
afterAll(async () => {
  await gateway.close();
  fs.rmSync(bin, { recursive: true, force: true });
});

const get = async (method: string, params: Json = {}): Promise<Json> => {
  const { ok, payload, error } = await client.request(method, params);
  expect({ method, ok, error }).toEqual({ method, ok: true, error: undefined });
  return payload;
};
const refusal = async (method: string, params: Json = {}) => (await client.request(method, params)).error;

describe("skills.install", () => {
  const maker = async () => ((await get("skills.status")).skills as Json[]).find(({ name }) => name === "maker");

  it("offers one way, runs it, and the skill can be used afterwards", async () => {
    expect(await maker()).toMatchObject({
      eligible: false,
      install: [{ id: "node-0", kind: "node", label: "Install good (npm)", bins: ["made"] }],
    });
    expect(await get("skills.install", { name: "maker", installId: "node-0" })).toEqual({
      ok: true,
      message: "Installed",
      stdout: "install -g --ignore-scripts good\n",
      stderr: "",
      code: 0,
    });
    expect(await maker()).toMatchObject({ eligible: true });
  });

  it("that fails is an error with everything the program said beside it", async () => {
    const { ok, error, payload } = await client.request("skills.install", { name: "maker", installId: "worse" });
    expect({ ok, error }).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", message: "Install failed (exit 4): no such package" },
    });
    expect(payload).toMatchObject({ ok: false, code: 4, stderr: "no such package\n" });
  });

  it("of what nobody knows, or from elsewhere, is refused", async () => {
    expect(await refusal("skills.install", { name: "maker", installId: "no" })).toEqual({
      code: "UNAVAILABLE",
      message: "Installer not found: no",
    });
    for (const method of ["skills.install", "skills.update"]) {
      expect(await refusal(method, { source: "clawhub", slug: "x" })).toEqual({
        code: "UNAVAILABLE",
        message: "not supported",
      });
    }
  });
});

describe("tools", () => {
  it("are listed by kind, with the profiles that have them, whatever a policy takes away", async () => {
    const { agentId, profiles, groups } = await get("tools.catalog");
    expect(agentId).toBe("main");
    expect((profiles as Json[]).map(({ id }) => id)).toEqual(["minimal", "coding", "messaging", "full"]);
    const group = (wanted: string) => (groups as Json[]).find(({ id }) => id === wanted) ?? {};
    const files = group("fs");
    expect(files).toMatchObject({ label: "Files", source: "core" });
    expect((files.tools as Json[])[0]).toEqual({
      id: "read",
      label: "Read",
      description: "show a file",
      source: "core",
      defaultProfiles: ["coding"],
    });
    expect((group("web").tools as Json[]).map(({ id }) => id)).toEqual(["web_search", "web_fetch"]);
    expect(await refusal("tools.catalog", { agentId: "nobody" })).toMatchObject({
      code: "INVALID_REQUEST",
      message: 'unknown agent id "nobody"',
    });
  });

  it("in force are those the policy leaves", async () => {
    const { sessionKey, tools } = await get("tools.effective");
    expect(sessionKey).toBe("agent:main:main");
    const names = (tools as Json[]).map(({ id }) => id);
    expect(names).toContain("read");
    expect(names).not.toContain("web_fetch");
  });
});

describe("what has been added", () => {
  it("are hooks, with what keeps each from running", async () => {
    const { hooks, managedHooksDir } = await get("hooks.status");
    expect(managedHooksDir).toBe(path.join(gateway.stateDir, "hooks"));
    const byName = new Map((hooks as Json[]).map((hook) => [hook.name, hook]));
    expect(byName.get("command-logger")).toMatchObject({
      eligible: true,
      disabled: false,
      source: "openclaw-bundled",
      events: ["command"],
      managedByPlugin: false,
      missing: { bins: [], anyBins: [], env: [], config: [], os: [] },
    });
    expect(byName.get("session-memory")).toMatchObject({ eligible: false, disabled: true });
  });

  it("are plugins", async () => {
    const { plugins } = await get("plugins.list");
    for (const plugin of plugins as Json[]) expect(plugin).toMatchObject({ enabled: false, status: "disabled" });
  });
});

describe("one at a time", () => {
  it("a job", async () => {
    const made = await get("cron.add", {
      name: "daily",
      schedule: { kind: "cron", expr: "0 7 * * *", tz: "UTC" },
      payload: { kind: "systemEvent", text: "Up" },
    });
    expect(await get("cron.get", { jobId: String(made.id) })).toMatchObject({
      id: made.id,
      name: "daily",
      nextRunAtMs: expect.any(Number),
      configRevision: expect.any(String),
    });
    expect(await refusal("cron.get", { id: "nope" })).toEqual({
      code: "INVALID_REQUEST",
      message: "unknown cron job id: nope",
      details: { code: "CRON_JOB_NOT_FOUND", jobId: "nope" },
    });
  });

  it("a message of a conversation, and its last ones", async () => {
    gateway.model.enqueue({ words: ["a", "rather", "long", "answer"] });
    await client.request("sessions.subscribe", {});
    await client.request("chat.send", { sessionKey: "main", message: "Hi", idempotencyKey: "read-1" });
    const said = await client.event("session.message", ({ message }) => (message as Json).role === "assistant");
    const own = { sessionKey: "main", messageId: String(said.messageId) };
    expect(await get("chat.message.get", own)).toMatchObject({
      ok: true,
      message: { role: "assistant", content: [{ type: "text", text: "a rather long answer " }] },
    });
    const short = (await get("chat.message.get", { ...own, maxChars: 8 })).message as Json;
    expect(short.content).toEqual([{ type: "text", text: "a rathe…" }]);
    expect(await get("chat.message.get", { ...own, messageId: "none" })).toEqual({
      ok: false,
      unavailableReason: "not_found",
    });
    const { messages } = await get("sessions.get", { key: "main", limit: 2 });
    expect((messages as Json[]).map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  it("a key of the configuration: its schema, its hint, what a change takes", async () => {
    expect(await get("config.schema.lookup", { path: "agents.defaults.heartbeat" })).toMatchObject({
      path: "agents.defaults.heartbeat",
      reloadKind: "hot",
      children: expect.arrayContaining([
        expect.objectContaining({ key: "every", path: "agents.defaults.heartbeat.every" }),
      ]),
    });
    expect(await get("config.schema.lookup", { path: "gateway.port" })).toMatchObject({
      reloadKind: "restart",
      children: [],
    });
    expect(await get("config.schema.lookup", { path: "agents.list[0].skills" })).toMatchObject({
      reloadKind: "none",
      hintPath: "agents.list[].skills",
      hint: { help: expect.any(String) },
    });
    expect(await refusal("config.schema.lookup", { path: "gateway.nope" })).toEqual({
      code: "INVALID_REQUEST",
      message: "unknown config path: gateway.nope",
    });
  });

  it("an approval, whatever its kind", async () => {
    const asked = client.request("exec.approval.request", { id: "one-approval", command: "ls" });
    await client.event("exec.approval.requested", ({ id }) => id === "one-approval");
    expect(await get("approval.get", { id: "one-approval" })).toMatchObject({ kind: "exec", commandText: "ls" });
    expect(await refusal("approval.resolve", { id: "one-approval", kind: "plugin", decision: "deny" })).toMatchObject({
      details: { reason: "APPROVAL_NOT_FOUND" },
    });
    expect(await get("approval.resolve", { id: "one-approval", kind: "exec", decision: "deny" })).toEqual({ ok: true });
    expect((await asked).payload).toMatchObject({ decision: "deny" });
    // The second one who answers is told that there is nothing left to decide.
    expect(
      await refusal("approval.resolve", { id: "one-approval", kind: "exec", decision: "allow-once" }),
    ).toMatchObject({
      code: "INVALID_REQUEST",
      message: "unknown or expired approval id",
    });
  });
});

describe("health", () => {
  it("tells of the configured channels what is known, and what their services answer when it is asked to", async () => {
    const known = await get("health");
    expect(known).toMatchObject({ channelOrder: ["telegram"], channelLabels: { telegram: "telegram" } });
    const own = { configured: true, running: true, accountId: "default" };
    const probed = await get("health", { probe: true });
    expect(probed.channels).toMatchObject({
      telegram: { ...own, probe: { ok: true, elapsedMs: expect.any(Number) }, accounts: { default: own } },
    });
    // What was found out is told to those who ask after that.
    expect((await get("health")).channels).toEqual(probed.channels);
  });
});

describe("the program", () => {
  it("tells of itself, its credentials, and what a client needs to begin", async () => {
    expect(await get("system.info")).toMatchObject({
      pid: process.pid,
      version: "2026.1.1",
      stateDir: gateway.stateDir,
    });
    const { providers } = await get("models.authStatus");
    const fake = (providers as Json[]).find(({ provider }) => provider === "fake");
    expect(fake).toMatchObject({ status: "static", profiles: [], key: { masked: expect.any(String) } });
    expect(JSON.stringify(providers)).not.toContain("model-secret-0123456789");
    const { models, commands } = await get("chat.metadata", { sessionKey: "main" });
    expect((models as Json[]).map(({ id }) => id)).toContain("fake-1");
    expect((commands as Json[]).map(({ name }) => name)).toContain("status");
  });

  it("restarts when somebody asks, unless that would disturb", async () => {
    expect(await get("gateway.restart.preflight")).toMatchObject({
      safe: true,
      blockers: [],
      summary: "nothing is under way",
    });
    const busy = client.request("exec.approval.request", { id: "busy", command: "ls" });
    await client.event("exec.approval.requested", ({ id }) => id === "busy");
    expect(await get("gateway.restart.preflight")).toMatchObject({
      safe: false,
      counts: { pendingApprovals: 1 },
      blockers: ["1 command waits for approval"],
    });
    const request = { reason: "test", delayMs: 0 };
    expect(await refusal("gateway.restart.request", { ...request, onlyIfSafe: true })).toMatchObject({
      code: "UNAVAILABLE",
      message: "not restarted: 1 command waits for approval",
      retryable: true,
    });
    await get("exec.approval.resolve", { id: "busy", decision: "deny" });
    await busy;
    const restarted = gateway.restarted();
    expect(await get("gateway.restart.request", { ...request, onlyIfSafe: true })).toEqual({
      ok: true,
      delayMs: 0,
      reason: "test",
    });
    expect((await client.closed).code).toBe(1012);
    expect(await restarted).toEqual({ reason: "test", delayMs: 0 });
    client = await gateway.connect({ protocol: 4 });
  });
});

describe("strangers of a channel", () => {
  it("are listed without their codes, let in or forgotten", async () => {
    await channel.write("Hello?", { sender: { id: "71" }, chat: { kind: "direct", id: "71" } });
    await channel.write("Hello!", { sender: { id: "72" }, chat: { kind: "direct", id: "72" } });
    const list = () => get("channels.pairing.list");
    expect(await list()).toMatchObject({
      accounts: [{ channel: "telegram", accountId: "default" }],
      requests: [{ channel: "telegram", accountId: "default", requestId: "71", senderId: "71" }, { requestId: "72" }],
      commandOwnerConfigured: false,
      limits: { pendingPerAccount: 3, ttlMs: 3_600_000 },
    });
    expect(JSON.stringify(await list())).not.toContain("code");
    const sent = channel.sent.length;
    expect(await get("channels.pairing.approve", { channel: "telegram", requestId: "71", notify: true })).toEqual({
      ok: true,
      channel: "telegram",
      requestId: "71",
      senderId: "71",
    });
    await expect.poll(() => channel.sent.slice(sent).map(({ to }) => to)).toEqual(["71"]);
    expect(await get("channels.pairing.dismiss", { channel: "telegram", requestId: "72" })).toMatchObject({ ok: true });
    expect((await list()).requests).toEqual([]);
    expect(await refusal("channels.pairing.approve", { channel: "telegram", requestId: "72" })).toEqual({
      code: "INVALID_REQUEST",
      message: "unknown requestId",
    });
    await channel.write("And now?", { sender: { id: "71" }, chat: { kind: "direct", id: "71" } });
    await expect.poll(() => channel.sent.length).toBe(sent + 2);
  });
});

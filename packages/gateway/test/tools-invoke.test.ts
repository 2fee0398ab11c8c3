import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions, testToken } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const start = async (config: Json = {}, more: Partial<TestGatewayOptions> = {}) => {
  gateway = await startTestGateway({ config, ...more });
};
const invoke = async (body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${gateway.httpUrl}/tools/invoke`, {
    method: "POST",
    headers: { authorization: `Bearer ${testToken}`, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Json & { error?: Json; result?: Json } };
};
const missing = (tool: string) => ({
  status: 404,
  body: { ok: false, error: { type: "not_found", message: `Tool not available: ${tool}` } },
});

it("runs a tool and answers with its result, without a model and without a transcript", async () => {
  await start();
  const { status, body } = await invoke({ tool: "sessions_list", dryRun: true });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ok: true, result: { content: [{ type: "text" }], details: { count: 0 } } });
  fs.writeFileSync(path.join(gateway.workspace, "note.txt"), "remember the milk");
  const read = await invoke({ tool: "read", args: { path: "note.txt" }, sessionKey: "agent:main:some-session" });
  expect(JSON.stringify(read.body.result)).toContain("remember the milk");
  expect(gateway.model.requests).toHaveLength(0);
  const client = await gateway.connect();
  expect((await client.request("sessions.list", {})).payload.sessions).toEqual([]);
});

it("a call without the name of a tool, or without JSON, is refused", async () => {
  await start();
  for (const body of [{}, { tool: "" }, { tool: "  " }, { tool: 7 }, [], null, "3"]) {
    expect(await invoke(body)).toEqual({
      status: 400,
      body: { error: { message: "tools.invoke requires body.tool", type: "invalid_request_error" } },
    });
  }
  expect((await invoke("{")).status).toBe(400);
  expect((await invoke({ tool: "read", args: { path: "x".repeat(2 * 1024 * 1024) } })).status).toBe(413);
});

it("a tool that is denied or not there is not found", async () => {
  await start({
    tools: { deny: ["exec"] },
    agents: {
      list: [
        { id: "main", default: true },
        { id: "reader", tools: { profile: "minimal" } },
      ],
    },
  });
  expect(await invoke({ tool: "exec", args: { command: "echo hello" } })).toEqual(missing("exec"));
  expect(await invoke({ tool: "fly" })).toEqual(missing("fly"));
  expect((await invoke({ tool: "read", args: { path: "/etc/hostname" } })).status).not.toBe(404);
  expect(await invoke({ tool: "read", sessionKey: "agent:reader:main" })).toEqual(missing("read"));
  expect((await invoke({ tool: "session_status", sessionKey: "agent:reader:main" })).status).toBe(200);
  expect((await invoke({ tool: "read", sessionKey: "agent:ghost:main" })).status).toBe(404);
});

it("a group's policy counts in its sessions, and a subagent's in those of subagents", async () => {
  await start({
    channels: { telegram: { groups: { "-100": { tools: { deny: ["sessions_list"] } } } } },
  });
  const inGroup = await invoke({ tool: "sessions_list", sessionKey: "agent:main:telegram:group:-100" });
  expect(inGroup).toEqual(missing("sessions_list"));
  const ofSubagent = await invoke({ tool: "sessions_list", sessionKey: "agent:main:subagent:x" });
  expect(ofSubagent).toEqual(missing("sessions_list"));
});

it("the rules of the account a header names come before those of its channel", async () => {
  const groups = (deny: string[]) => ({ "-100": { tools: { deny } } });
  await start({
    channels: {
      telegram: { groups: groups(["sessions_list"]), accounts: { work: { groups: groups(["agents_list"]) } } },
    },
  });
  const sessionKey = "agent:main:telegram:group:-100";
  const headers = { "x-openclaw-message-channel": "telegram", "x-openclaw-account-id": "work" };
  expect((await invoke({ tool: "sessions_list", sessionKey }, headers)).status).toBe(200);
  expect(await invoke({ tool: "agents_list", sessionKey }, headers)).toEqual(missing("agents_list"));
  expect(await invoke({ tool: "sessions_list", sessionKey })).toEqual(missing("sessions_list"));
});

it("the policy of a provider's models counts too", async () => {
  await start({ tools: { byProvider: { fake: { deny: ["sessions_list"] } } } });
  expect(await invoke({ tool: "sessions_list" })).toEqual(missing("sessions_list"));
});

it("an action is the argument of tools that have one, unless the arguments say it themselves", async () => {
  await start();
  const listed = await invoke({ tool: "process", action: "list" });
  expect(listed).toMatchObject({ status: 200, body: { ok: true } });
  const other = await invoke({ tool: "process", action: "list", args: { action: "poll", sessionId: "none" } });
  expect(JSON.stringify(other.body)).toContain("none");
  const without = await invoke({ tool: "sessions_list", action: "list" });
  expect(without.status).toBe(200);
});

it("a tool that fails, and arguments it cannot take, are told as its error", async () => {
  await start();
  const failed = await invoke({ tool: "read", args: { path: "there-is-no-such-file" } });
  expect(failed.status).toBe(400);
  expect(failed.body).toMatchObject({ ok: false, error: { type: "tool_error" } });
  expect(String(failed.body.error?.message)).toContain("there-is-no-such-file");
  const wrong = await invoke({ tool: "read", args: "path" });
  expect(wrong).toMatchObject({ status: 400, body: { error: { type: "tool_error" } } });
});

it("a client that goes away aborts the tool", async () => {
  await start({ tools: { exec: { host: "gateway", security: "full", ask: "off" } } });
  const control = new AbortController();
  const started = path.join(gateway.home, "started");
  const ended = path.join(gateway.home, "ended");
  const calling = fetch(`${gateway.httpUrl}/tools/invoke`, {
    method: "POST",
    headers: { authorization: `Bearer ${testToken}` },
    body: JSON.stringify({
      tool: "exec",
      args: {
        command: `trap 'echo x > ${ended}; exit' TERM; echo x > ${started}; while :; do sleep 0.05; done`,
        timeout: 60,
      },
    }),
    signal: control.signal,
  });
  calling.catch(() => {});
  await appears(started);
  control.abort();
  await appears(ended);
});

/** Resolves when a file is there. */
function appears(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = fs.watch(path.dirname(file), () => {
      if (fs.existsSync(file)) settle(resolve);
    });
    const timer = setTimeout(() => settle(() => reject(new Error(`${file} did not appear`))), 10_000);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      watcher.close();
      end();
    };
    if (fs.existsSync(file)) settle(resolve);
  });
}

import { PassThrough, Writable } from "node:stream";
import { type ContentBlock, client, ndJsonStream, type SessionNotification } from "@agentclientprotocol/sdk";
import { createGatewayClient } from "@openclaw/client";
import { afterEach, expect, test } from "vitest";
import { startTestGateway, type TestGateway, testToken } from "../../../gateway/src/testing/test-gateway.ts";
import { byteStream } from "../stream/byte-stream.ts";
import type { SessionDefaults } from "./choose-key.ts";
import { serveAcp } from "./serve-acp.ts";

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

/** An editor on the other ends of the streams. */
async function setUp(defaults: SessionDefaults = {}, config: object = {}, { reconnect = false } = {}) {
  let onConnected = () => {};
  const connected = () =>
    new Promise<void>((resolve) => {
      onConnected = resolve;
    });
  const gateway: TestGateway = await startTestGateway({ config: { ...config } });
  running.push(() => gateway.close());
  const own = createGatewayClient({
    url: gateway.url,
    client: { id: "cli", version: "1", platform: "test", mode: "cli" },
    credentials: () => ({ token: testToken }),
    scopes: ["operator.admin"],
    caps: ["tool-events"],
    ...(reconnect ? {} : { reconnect: false as const }),
    onState: (state) => {
      if (state.kind === "connected") onConnected();
      if (state.kind === "closed" && state.error) bridge.gatewayLost(`${state.error.closeCode ?? 1006}: gone`);
    },
  });
  running.push(() => own.close());
  await own.connect();
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const lines: string[] = [];
  stdout.on("data", (chunk: Buffer) => lines.push(...chunk.toString("utf8").split("\n").filter(Boolean)));
  const logged: string[] = [];
  const bridge = serveAcp({
    gateway: own,
    stdin,
    stdout,
    version: "1.2.3",
    defaults,
    log: (line) => logged.push(line),
  });

  const updates: SessionNotification[] = [];
  const waiting = new Set<() => void>();
  const editor = client({ name: "test" }).onNotification("session/update", ({ params }) => {
    updates.push(params);
    for (const look of waiting) look();
  });
  const { agent } = editor.connect(ndJsonStream(Writable.toWeb(stdin), byteStream(stdout)));
  const update = (fits: (notification: SessionNotification) => boolean): Promise<SessionNotification> =>
    new Promise((resolve) => {
      const look = () => {
        const found = updates.find(fits);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const init = await agent.request("initialize", { protocolVersion: 1, clientCapabilities: {} });
  const begin = async (meta?: object) => {
    const { sessionId } = await agent.request("session/new", {
      cwd: "/work/project",
      mcpServers: [],
      ...(meta === undefined ? {} : { _meta: { ...meta } }),
    });
    return sessionId;
  };
  const prompt = (sessionId: string, content: string | ContentBlock[], meta?: Record<string, unknown>) =>
    agent.request("session/prompt", {
      sessionId,
      prompt: typeof content === "string" ? [{ type: "text", text: content }] : content,
      ...(meta === undefined ? {} : { _meta: meta }),
    });
  const chunks = (sessionId: string) =>
    updates
      .filter((notification) => notification.sessionId === sessionId)
      .map(({ update: one }) =>
        one.sessionUpdate === "agent_message_chunk" && one.content.type === "text" ? one.content.text : "",
      )
      .join("");
  /** The last message of a user as the model was sent it. */
  const asked = (index: number) => {
    const messages = (gateway.model.requests[index]?.body.messages ?? []) as { role: string; content: unknown }[];
    const content = messages.findLast(({ role }) => role === "user")?.content;
    return typeof content === "string" ? content : JSON.stringify(content);
  };
  const sessionKeys = async () => {
    const watcher = await gateway.connect();
    const { payload } = await watcher.request("sessions.list", {});
    return (payload.sessions as { key: string }[]).map(({ key }) => key).sort();
  };
  return {
    gateway,
    agent,
    init,
    begin,
    prompt,
    chunks,
    asked,
    sessionKeys,
    updates,
    update,
    lines,
    logged,
    stdin,
    bridge,
    own,
    connected,
  };
}

test("it says what it is", async () => {
  const { init } = await setUp();
  expect(init).toEqual({
    protocolVersion: 1,
    agentCapabilities: {
      loadSession: true,
      promptCapabilities: { image: true, audio: false, embeddedContext: true },
      mcpCapabilities: { http: false, sse: false },
      sessionCapabilities: { list: {} },
    },
    agentInfo: { name: "openclaw-acp", title: "OpenClaw ACP Gateway", version: "1.2.3" },
    authMethods: [],
  });
});

test("a prompt in the default session resolves end_turn, and the chunks are the final text, on protocol lines alone", async () => {
  const { begin, prompt, chunks, gateway, sessionKeys, lines, asked, update } = await setUp();
  const sessionId = await begin();
  await update(({ update: one }) => one.sessionUpdate === "available_commands_update");
  gateway.model.enqueue({ words: Array.from({ length: 60 }, (_, index) => `word${index}`), gapMs: 3 });
  expect(await prompt(sessionId, "hello")).toEqual({ stopReason: "end_turn" });
  expect(await sessionKeys()).toEqual([`agent:main:acp:${sessionId}`]);
  const watcher = await gateway.connect();
  const { payload } = await watcher.request("chat.history", { sessionKey: `acp:${sessionId}` });
  const messages = payload.messages as { content: { text: string }[] }[];
  expect(chunks(sessionId)).toBe(messages.at(-1)?.content[0]?.text.trim());
  expect(chunks(sessionId)).toMatch(/^word0 .* word59$/);
  expect(asked(0)).toContain("[Working directory: /work/project]\n\nhello");
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
});

test("the commands of the chat are offered", async () => {
  const { begin, update, prompt, chunks } = await setUp();
  const sessionId = await begin();
  const { update: offered } = await update(({ update: one }) => one.sessionUpdate === "available_commands_update");
  const names =
    offered.sessionUpdate === "available_commands_update" ? offered.availableCommands.map(({ name }) => name) : [];
  expect(names.join(" ")).toBe(
    "help commands status context whoami id subagents config debug usage stop restart dock-telegram dock-discord " +
      "dock-slack activation send reset new think verbose reasoning elevated model queue bash compact",
  );
  expect(await prompt(sessionId, "/whoami")).toEqual({ stopReason: "end_turn" });
  expect(chunks(sessionId)).not.toBe("");
});

test("session/cancel stops the run in the Gateway, and the prompt resolves cancelled", async () => {
  const { begin, prompt, agent, gateway } = await setUp();
  const sessionId = await begin();
  const watcher = await gateway.connect();
  const prompting = prompt(sessionId, "hang:x");
  await gateway.model.request(1);
  await agent.notify("session/cancel", { sessionId });
  expect(await prompting).toEqual({ stopReason: "cancelled" });
  await watcher.event("chat", ({ state }) => state === "aborted");
  await gateway.model.requests[0]?.aborted;
});

test("a cancel that comes before the Gateway has taken the prompt stops it too", async () => {
  const { begin, prompt, agent } = await setUp();
  const sessionId = await begin();
  const prompting = prompt(sessionId, "hang:x");
  await agent.notify("session/cancel", { sessionId });
  expect(await prompting).toEqual({ stopReason: "cancelled" });
});

test("a second prompt of a session stops the first, which resolves cancelled", async () => {
  const { begin, prompt, gateway, chunks } = await setUp();
  const sessionId = await begin();
  const first = prompt(sessionId, "hang:x");
  await gateway.model.request(1);
  const second = prompt(sessionId, "and now?");
  expect(await first).toEqual({ stopReason: "cancelled" });
  expect(await second).toEqual({ stopReason: "end_turn" });
  expect(chunks(sessionId)).toContain("and now?");
});

test("a run that fails is told and ends with refusal", async () => {
  const { begin, prompt, chunks } = await setUp();
  const sessionId = await begin();
  expect(await prompt(sessionId, "status:401")).toEqual({ stopReason: "refusal" });
  expect(chunks(sessionId)).not.toBe("");
});

test("what a prompt holds besides text reaches the agent", async () => {
  const { begin, prompt, asked } = await setUp({ prefixCwd: false });
  const sessionId = await begin();
  await prompt(sessionId, [
    { type: "text", text: "look at this" },
    { type: "resource", resource: { uri: "file:///a.ts", text: "const a = 1;" } },
    { type: "resource_link", uri: "file:///b.ts", name: "b.ts", title: "The other file" },
    { type: "resource_link", uri: "file:///c.ts", name: "c.ts" },
    { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" },
  ]);
  expect(asked(0)).toContain(
    "look at this\nconst a = 1;\n[Resource link (The other file)] file:///b.ts\n[Resource link] file:///c.ts",
  );
  expect(asked(0)).not.toContain("Working directory");
  expect(asked(0)).toMatch(/\.png|image/);
});

test("tools are shown where the session shows them, with what they were given and gave", async () => {
  const { begin, prompt, updates } = await setUp({}, { agents: { defaults: { verboseDefault: "full" } } });
  const sessionId = await begin();
  await prompt(sessionId, 'tool:sessions_list {"limit":3}', { prefixCwd: false });
  const tools = updates.map(({ update: one }) => one).filter((one) => one.sessionUpdate.startsWith("tool_call"));
  expect(tools).toMatchObject([
    {
      sessionUpdate: "tool_call",
      title: "sessions_list: limit: 3",
      status: "in_progress",
      rawInput: { limit: 3 },
      kind: "read",
    },
    { sessionUpdate: "tool_call_update", status: "completed", rawOutput: expect.anything() },
  ]);
});

test("a session is chosen by key or label, by the request before the command line", async () => {
  const { begin, prompt, sessionKeys, gateway } = await setUp({ sessionKey: "agent:main:from-flags" });
  await prompt(await begin(), "one");
  await prompt(await begin({ sessionKey: "from-meta" }), "two");
  expect(await sessionKeys()).toEqual(["agent:main:from-flags", "agent:main:from-meta"]);
  const watcher = await gateway.connect();
  await watcher.request("sessions.patch", { key: "agent:main:from-meta", label: "my work" });
  await prompt(await begin({ sessionLabel: "my work" }), "three");
  expect(await sessionKeys()).toHaveLength(2);
  await prompt(await begin({ session: "main" }), "four");
  expect(await sessionKeys()).toContain("agent:main:main");
});

test("labels and keys that there are not are refused, where sessions must exist", async () => {
  const { begin, prompt } = await setUp();
  await expect(begin({ label: "nothing" })).rejects.toMatchObject({
    code: -32603,
    data: { details: "Unable to resolve session label: nothing" },
  });
  await expect(begin({ key: "agent:main:none", requireExisting: true })).rejects.toMatchObject({
    code: -32603,
    data: { details: "Session key not found: agent:main:none" },
  });
  await expect(prompt("no-such-session", "hi")).rejects.toMatchObject({
    code: -32603,
    data: { details: "Session no-such-session not found" },
  });
});

test("a session can begin anew", async () => {
  const { begin, prompt, gateway } = await setUp({ sessionKey: "work" });
  await prompt(await begin(), "remember zebras");
  await prompt(await begin(), "second");
  expect(JSON.stringify(gateway.model.requests[1]?.body.messages)).toContain("zebras");
  await prompt(await begin({ resetSession: true }), "third");
  expect(JSON.stringify(gateway.model.requests[2]?.body.messages)).not.toContain("zebras");
});

test("sessions are listed, and one that is loaded is told again", async () => {
  const { begin, prompt, agent, updates } = await setUp({ sessionKey: "agent:main:long" });
  await prompt(await begin(), "first question");
  const { sessions, nextCursor } = await agent.request("session/list", { cwd: "/work/project" });
  expect(nextCursor).toBeNull();
  expect(sessions).toMatchObject([
    {
      sessionId: "agent:main:long",
      cwd: "/work/project",
      title: expect.any(String),
      updatedAt: expect.stringMatching(/^20\d\d-/),
      _meta: { sessionKey: "agent:main:long", kind: "direct" },
    },
  ]);
  updates.length = 0;
  await agent.request("session/load", { sessionId: "agent:main:long", cwd: "/x", mcpServers: [] });
  const told = updates.map(({ update: one }) => one.sessionUpdate);
  expect(told.filter((name) => name.endsWith("message_chunk"))).toEqual(["user_message_chunk", "agent_message_chunk"]);
  expect(await prompt("agent:main:long", "second question")).toEqual({ stopReason: "end_turn" });
});

test("a mode is the level of thinking, and one that there is not changes nothing", async () => {
  const { begin, prompt, agent, gateway, logged } = await setUp({ sessionKey: "agent:main:m" });
  const sessionId = await begin();
  await prompt(sessionId, "hi");
  expect(await agent.request("session/set_mode", { sessionId, modeId: "low" })).toEqual({});
  const watcher = await gateway.connect();
  const { payload } = await watcher.request("chat.history", { sessionKey: "agent:main:m" });
  expect(payload.thinkingLevel).toBe("low");
  expect(await agent.request("session/set_mode", { sessionId, modeId: "architect" })).toEqual({});
  expect(logged.join("\n")).toContain("architect");
});

test("unknown methods are refused, and MCP servers of the editor are named in the log", async () => {
  const { agent, logged } = await setUp();
  await expect(agent.request("session/fly", {})).rejects.toMatchObject({ code: -32601 });
  await agent.request("session/new", {
    cwd: "/x",
    mcpServers: [{ name: "a", command: "b", args: [], env: [] }],
  });
  expect(logged.join("\n")).toContain("mcp.servers");
});

test("when the Gateway is lost, prompts fail and say so", async () => {
  const { begin, prompt, gateway } = await setUp();
  const sessionId = await begin();
  const prompting = prompt(sessionId, "hang:x");
  prompting.catch(() => {});
  await gateway.model.request(1);
  await gateway.stop();
  await expect(prompting).rejects.toMatchObject({
    code: -32603,
    data: { details: expect.stringMatching(/^Gateway disconnected: 1\d\d\d: /) },
  });
});

test("after a restart of the Gateway the session goes on", async () => {
  const { begin, prompt, gateway, connected } = await setUp({ sessionKey: "agent:main:long" }, {}, { reconnect: true });
  const sessionId = await begin();
  await prompt(sessionId, "before");
  const back = connected();
  await gateway.restart("restarting");
  await back;
  expect(await prompt(sessionId, "after")).toEqual({ stopReason: "end_turn" });
  expect(JSON.stringify(gateway.model.requests[1]?.body.messages)).toContain("before");
});

test("the end of standard input stops what runs", async () => {
  const { begin, prompt, gateway, stdin, bridge } = await setUp();
  const watcher = await gateway.connect();
  const prompting = prompt(await begin(), "hang:x");
  prompting.catch(() => {});
  await gateway.model.request(1);
  stdin.end();
  await bridge.closed;
  await watcher.event("chat", ({ state }) => state === "aborted");
});

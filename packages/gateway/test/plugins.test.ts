import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions, testToken } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

/** A Gateway with one plugin, whose `register` has this body. `tell` writes a line of JSON that the test can read. */
async function startWith(body: string, options: Partial<TestGatewayOptions> & { id?: string; manifest?: object } = {}) {
  const { id = "extra", manifest, ...rest } = options;
  const code = `
    import fs from "node:fs";
    import path from "node:path";
    export default { register(api) {
      const file = path.join(api.runtime.state.resolveStateDir(), "told.jsonl");
      const tell = (...values) => fs.appendFileSync(file, JSON.stringify(values) + "\\n");
      const text = (value) => ({ content: [{ type: "text", text: String(value) }] });
      ${body}
      api.registerService({ id: "last", start: () => tell("ready") });
    } };`;
  gateway = await startTestGateway({
    ...rest,
    prepare: (places) => {
      writePlugin(path.join(places.stateDir, "extensions"), { id, code, ...(manifest && { manifest }) });
      rest.prepare?.(places);
    },
  });
  await until((told) => told.some(([what]) => what === "ready"));
}

const told = (): unknown[][] => {
  const file = path.join(gateway.stateDir, "told.jsonl");
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown[]);
};

/** Waits until a plugin has told something. */
async function until(isThere: (lines: unknown[][]) => boolean): Promise<unknown[][]> {
  await expect.poll(() => isThere(told()), { timeout: 15_000 }).toBe(true);
  return told();
}

const send = (client: RawClient, message: string, idempotencyKey: string) =>
  client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
const ended = (client: RawClient, runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
async function turn(client: RawClient, message: string, runId: string) {
  await send(client, message, runId);
  return ended(client, runId);
}
const offered = (): string[] =>
  ((gateway.model.lastRequest().body.tools ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );
const lastMessages = () => gateway.model.lastRequest().body.messages as { role: string; content: unknown }[];

const dice = (name: string, options = "{}") =>
  `api.registerTool({ name: "${name}", description: "Rolls.", parameters: { type: "object", properties: { n: { type: "number" } } },
    async execute(id, params) { tell("called", params); return text("rolled " + (params.n ?? 4)); } }, ${options});`;

describe("providers of plugins", () => {
  it("bring models of the AI SDK, which a session can use", async () => {
    await startWith(
      `
      const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
      const parts = [
        { type: "text-start", id: "1" }, { type: "text-delta", id: "1", delta: "from acme" }, { type: "text-end", id: "1" },
        { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage },
      ];
      api.registerProvider({ id: "acme", label: "Acme", auth: [], envVars: ["ACME_KEY"],
        models: { baseUrl: "https://acme.example", models: [{ id: "rocket", contextWindow: 50000 }] },
        languageModel: ({ modelId, baseUrl }) => ({ specificationVersion: "v3", provider: "acme", modelId, supportedUrls: {},
          doGenerate: async () => { throw new Error("not asked"); },
          doStream: async ({ prompt }) => { tell("asked", modelId, baseUrl, prompt.at(-1).role);
            return { stream: ReadableStream.from(parts) }; } }) });`,
      {
        config: { models: { providers: { acme: { baseUrl: "https://mine.example", apiKey: "k", models: [] } } } },
      },
    );
    const client = await gateway.connect();
    const listed = (await client.request("models.list", {})).payload as { models: Json[] };
    expect(listed.models).toContainEqual(
      expect.objectContaining({ provider: "acme", id: "rocket", contextWindow: 50_000 }),
    );
    expect((await client.request("sessions.patch", { key: "main", model: "acme/rocket" })).ok).toBe(true);
    expect(JSON.stringify((await turn(client, "hello", "a")).message)).toContain("from acme");
    expect(told()).toContainEqual(["asked", "rocket", "https://mine.example", "user"]);
  });
});

describe("tools of plugins", () => {
  it("are offered to the model and called by it", async () => {
    await startWith(dice("dice_roll"));
    const client = await gateway.connect();
    gateway.model.enqueue({ tools: [{ name: "dice_roll", args: JSON.stringify({ n: 6 }) }] }, { words: ["done"] });
    await turn(client, "roll", "a");
    expect(offered()).toContain("dice_roll");
    expect(told()).toContainEqual(["called", { n: 6 }]);
    expect(JSON.stringify(lastMessages())).toContain("rolled 6");
  });

  it("of one name: the first counts, and the conflict is in the log; one of the core is never replaced", async () => {
    await startWith(`${dice("twice")} ${dice("twice")} ${dice("read")}`);
    const client = await gateway.connect();
    await turn(client, "hello", "a");
    expect(offered().filter((name) => name === "twice" || name === "read")).toEqual(["read", "twice"]);
    expect(gateway.log()).toContain("plugin tool name conflict (extra): twice");
    expect(gateway.log()).toContain("plugin tool name conflict (extra): read");
  });

  it("that are optional need an allow list that names them, and core tools stay", async () => {
    await startWith(dice("maybe", "{ optional: true }"));
    const client = await gateway.connect();
    await turn(client, "hello", "a");
    expect(offered()).not.toContain("maybe");
    await gateway.stop();
    const config = JSON.parse(fs.readFileSync(gateway.configPath, "utf8")) as Json;
    fs.writeFileSync(gateway.configPath, JSON.stringify({ ...config, tools: { allow: ["group:plugins"] } }));
    fs.rmSync(path.join(gateway.stateDir, "told.jsonl"));
    await gateway.start();
    await until((lines) => lines.some(([what]) => what === "ready"));
    const again = await gateway.connect();
    await turn(again, "hello", "b");
    expect(offered()).toContain("maybe");
    expect(offered()).toContain("read");
  });

  it("of a plugin with the id of a core tool are left out", async () => {
    await startWith(dice("dice_roll"), { id: "exec" });
    const client = await gateway.connect();
    await turn(client, "hello", "a");
    expect(offered()).not.toContain("dice_roll");
    expect(offered()).toContain("exec");
  });
});

describe("hooks of plugins", () => {
  it("put context before the prompt by priority, and their system prompt behind ours", async () => {
    await startWith(`
      api.on("before_agent_start", () => ({ prependContext: "B" }), { priority: 0 });
      api.on("before_agent_start", (event, context) => {
        tell("start", event.prompt, context);
        return { prependContext: "A", systemPrompt: "Speak like a pirate." };
      }, { priority: 10 });
      api.on("agent_end", (event) => tell("end", event.success, event.messages.length, typeof event.durationMs));`);
    const client = await gateway.connect();
    await turn(client, "hello", "a");
    const user = String(lastMessages().find(({ role }) => role === "user")?.content);
    expect(user).toMatch(/^A\n\nB\n\n\[.*hello\n/s);
    expect(String(lastMessages()[0]?.content)).toMatch(/\n\nSpeak like a pirate\.$/);
    const lines = await until((all) => all.some(([what]) => what === "end"));
    expect(lines.find(([what]) => what === "start")?.[2]).toMatchObject({
      agentId: "main",
      sessionKey: "agent:main:main",
      workspaceDir: gateway.workspace,
    });
    expect(lines).toContainEqual(["end", true, 2, "number"]);
  });

  it("that hang do not keep a run from being stopped", async () => {
    await startWith(`api.on("before_agent_start", () => { tell("hangs"); return new Promise(() => {}); });`);
    const client = await gateway.connect();
    await send(client, "hello", "a");
    await until((all) => all.some(([what]) => what === "hangs"));
    const end = ended(client, "a");
    await client.request("chat.abort", { sessionKey: "main", runId: "a" });
    expect((await end).state).toBe("aborted");
    expect((await turn(client, "/status", "b")).state).toBe("final");
  });

  it("change the parameters of a call, refuse it, and hear of its result", async () => {
    await startWith(`${dice("dice_roll")}
      api.on("before_tool_call", ({ params }) => params.n === 13 ? { block: true } : { params: { n: params.n + 1 } });
      api.on("before_tool_call", () => { throw new Error("no opinion"); });
      api.on("after_tool_call", (event) => tell("after", event.toolName, event.params, event.result.content[0].text));`);
    const client = await gateway.connect();
    gateway.model.enqueue(
      { tools: [{ name: "dice_roll", args: JSON.stringify({ n: 6 }) }] },
      { tools: [{ name: "dice_roll", args: JSON.stringify({ n: 13 }) }] },
      { words: ["done"] },
    );
    await turn(client, "roll", "a");
    expect(JSON.stringify(lastMessages())).toContain("rolled 7");
    expect(JSON.stringify(lastMessages())).toContain("Tool call blocked by plugin hook");
    const lines = await until((all) => all.some(([what]) => what === "after"));
    expect(lines.filter(([what]) => what === "called")).toEqual([["called", { n: 7 }]]);
    expect(lines).toContainEqual(["after", "dice_roll", { n: 7 }, "rolled 7"]);
    expect(gateway.log()).toContain("[hooks] before_tool_call handler from extra failed: no opinion");
  });

  it("refuse and change calls over HTTP as well", async () => {
    await startWith(`${dice("dice_roll")}
      api.on("before_tool_call", ({ params }) => params.n === 13 ? { block: true } : { params: { n: params.n + 1 } });`);
    const invoke = async (n: number) => {
      const answer = await fetch(`${gateway.httpUrl}/tools/invoke`, {
        method: "POST",
        headers: { authorization: `Bearer ${testToken}` },
        body: JSON.stringify({ tool: "dice_roll", args: { n } }),
      });
      return { status: answer.status, body: (await answer.json()) as Json };
    };
    expect(await invoke(13)).toEqual({
      status: 400,
      body: { ok: false, error: { type: "tool_error", message: "Tool call blocked by plugin hook" } },
    });
    expect(JSON.stringify(await invoke(6))).toContain("rolled 7");
    expect(told().filter(([what]) => what === "called")).toEqual([["called", { n: 7 }]]);
  });

  it("change what the transcript keeps of a result, but not with a promise", async () => {
    await startWith(`${dice("dice_roll")}
      api.on("tool_result_persist", ({ message }) => ({ message: { ...message, content: [{ type: "text", text: "kept short" }] } }));
      api.on("tool_result_persist", async ({ message }) => ({ message: { ...message, content: [] } }));`);
    const client = await gateway.connect();
    gateway.model.enqueue({ tools: [{ name: "dice_roll", args: JSON.stringify({ n: 6 }) }] }, { words: ["done"] });
    await turn(client, "roll", "a");
    expect(JSON.stringify(lastMessages())).toContain("rolled 6");
    await turn(client, "and now", "b");
    expect(JSON.stringify(lastMessages())).toContain("kept short");
    expect(JSON.stringify(lastMessages())).not.toContain("rolled 6");
    expect(gateway.log()).toContain("tool_result_persist handler from extra returned a promise; it is ignored");
  });

  it("hear of messages, change them and keep them back", async () => {
    const chats = chatService();
    await startWith(
      `api.on("message_received", (event, context) => tell("received", event.from, event.content, context.channelId, event.metadata.messageId));
       api.on("message_sending", ({ content }) => content.includes("secret") ? { cancel: true } : { content: content + "!" });
       api.on("message_sent", (event) => tell("sent", event.content, event.success));`,
      {
        channels: [chats.channel],
        config: { channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } } },
      },
    );
    gateway.model.enqueue({ words: ["the", "secret"] }, { words: ["hello"] });
    await chats.tell("one");
    await gateway.model.request(1);
    await chats.tell("two");
    expect((await chats.sent()).text).toBe("hello!");
    const lines = await until((all) => all.some(([what]) => what === "sent"));
    expect(lines).toContainEqual(["received", "7", "one", "telegram", "in1"]);
    expect(lines.filter(([what]) => what === "sent")).toEqual([["sent", "hello!", true]]);
  });

  it("hear of sessions, of the start and of the stop", async () => {
    await startWith(`
      api.on("session_start", (event, context) => tell("session_start", typeof event.sessionId, context.agentId));
      api.on("session_end", (event) => tell("session_end", event.messageCount));
      api.on("gateway_start", (event) => tell("gateway_start", event.port));
      api.on("gateway_stop", (event) => tell("gateway_stop", event.reason));
      api.on("no_such_hook", () => tell("never"));`);
    const client = await gateway.connect();
    await turn(client, "hello", "a");
    await turn(client, "/new", "b");
    await until((all) => all.some(([what]) => what === "session_end"));
    const { port } = gateway;
    await gateway.stop();
    const lines = told();
    expect(lines).toContainEqual(["session_start", "string", "main"]);
    expect(lines).toContainEqual(["session_end", 2]);
    expect(lines).toContainEqual(["gateway_start", port]);
    expect(lines).toContainEqual(["gateway_stop", "gateway stopping"]);
  });

  it("of the event bus hear what is switched on, and what they want to say is said", async () => {
    const chats = chatService();
    await startWith(
      `api.registerHook("command", (event) => { tell("command", event.action); event.messages.push("noted " + event.action); }, { name: "notes" });
       api.registerHook(["gateway:startup"], () => tell("startup"), { name: "start" });`,
      {
        channels: [chats.channel],
        config: {
          hooks: { internal: { enabled: true } },
          channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
        },
      },
    );
    await until((all) => all.some(([what]) => what === "startup"));
    gateway.model.enqueue({ words: ["good", "day"] });
    await chats.tell("/new");
    // The hooks' words, the notice of the session and its greeting; hooks do not keep the others waiting.
    const texts = [(await chats.sent()).text, (await chats.sent()).text, (await chats.sent()).text];
    expect(texts).toContain("noted new");
    expect(told()).toContainEqual(["command", "new"]);
  });
});

describe("chat commands of plugins", () => {
  it("are answered before the model, only with arguments where they accept them, and a throw is told", async () => {
    await startWith(`
      api.registerCommand({ name: "hello", description: "Greets", handler: (context) => ({ text: "hi " + context.channel }) });
      api.registerCommand({ name: "echo", description: "Echoes", acceptsArgs: true, handler: (context) => ({ text: context.args }) });
      api.registerCommand({ name: "broken", description: "Fails", handler: () => { throw new Error("x"); } });
      api.registerCommand({ name: "help", description: "Taken", handler: () => ({ text: "x" }) });`);
    const client = await gateway.connect();
    const answer = async (text: string, id: string) => JSON.stringify((await turn(client, text, id)).message);
    expect(await answer("/Hello", "a")).toContain("hi webchat");
    expect(await answer("/echo a\u0007b", "b")).toContain("ab");
    expect(await answer("/broken", "c")).toContain("⚠️ Command failed. Please try again later.");
    expect(gateway.model.requests).toHaveLength(0);
    await turn(client, "/hello world", "d");
    expect(gateway.model.requests).toHaveLength(1);
    expect(await answer("/help", "e")).not.toContain('"x"');
    expect(await answer("/commands", "f")).toMatch(/Plugins\\n *\/hello - Greets\\n *\/echo .*- Echoes/);
    const four = await gateway.connect({ protocol: 4 });
    const { payload } = await four.request("commands.list", {});
    const own = (payload.commands as Json[]).filter(({ source }) => source === "plugin");
    expect(own.map(({ name, acceptsArgs }) => [name, acceptsArgs])).toEqual([
      ["hello", false],
      ["echo", true],
      ["broken", false],
    ]);
  });
});

describe("methods and routes of plugins", () => {
  it("serve requests with the scope they declare; core methods cannot be taken", async () => {
    await startWith(`
      api.registerGatewayMethod("extra.echo", ({ params, respond }) => respond(true, { got: params.x }), { scope: "operator.read" });
      api.registerGatewayMethod("extra.admin", ({ respond }) => respond(true, { ok: 1 }));
      api.registerGatewayMethod("extra.broken", () => { throw new Error("out of order"); });
      api.registerGatewayMethod("health", ({ respond }) => respond(true, { stolen: true }));`);
    const client = await gateway.connect();
    expect((await client.request("extra.echo", { x: 3 })).payload).toEqual({ got: 3 });
    expect(await client.request("extra.broken")).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    expect((await client.request("health")).payload).not.toHaveProperty("stolen");
    const reader = gateway.open();
    const hello = await reader.connect({ scopes: ["operator.read"] });
    expect((hello.payload.features as { methods: string[] }).methods).toContain("extra.echo");
    expect((await reader.request("extra.echo", { x: 4 })).payload).toEqual({ got: 4 });
    expect((await reader.request("extra.admin")).error?.message).toBe("missing scope: operator.admin");
    expect((await reader.request("extra.unknown")).ok).toBe(false);
  });

  it("ask for the Gateway's secret where they want it, and a failing handler is an internal error", async () => {
    await startWith(`
      api.registerHttpRoute({ path: "/plugins/extra/open", auth: "plugin", handler: (req, res) => { tell("open"); res.end("open"); } });
      api.registerHttpRoute({ path: "plugins/extra/closed", auth: "gateway", handler: (req, res) => { tell("closed"); res.end("closed"); } });
      api.registerHttpRoute({ path: "/plugins/extra/all", match: "prefix", auth: "plugin", handler: (req, res) => res.end("all") });
      api.registerHttpRoute({ path: "/plugins/extra/bad", auth: "plugin", handler: () => { throw new Error("x"); } });
      api.registerHttpRoute({ path: "/v1/models", auth: "plugin", handler: (req, res) => res.end("taken") });
      api.registerHttpHandler((req, res) => { if (req.url !== "/any") return false; res.end("any"); return true; });`);
    const get = async (route: string, headers: Record<string, string> = {}) => {
      const response = await fetch(gateway.httpUrl + route, { headers });
      return [response.status, await response.text()];
    };
    expect(await get("/plugins/extra/open")).toEqual([200, "open"]);
    expect(await get("/plugins/extra/closed")).toEqual([
      401,
      '{"error":{"message":"Unauthorized","type":"unauthorized"}}',
    ]);
    expect(told()).not.toContainEqual(["closed"]);
    expect(await get("/plugins/extra/closed", { authorization: `Bearer ${testToken}` })).toEqual([200, "closed"]);
    expect(await get("/plugins/extra/all/below?x=1")).toEqual([200, "all"]);
    expect((await get("/plugins/extra/bad"))[0]).toBe(500);
    expect((await get("/v1/models"))[1]).not.toBe("taken");
    expect(await get("/any")).toEqual([200, "any"]);
  });
});

describe("a Gateway with plugins", () => {
  it("is ready without them, and takes no notice of one that fails", async () => {
    gateway = await startTestGateway({
      prepare: ({ stateDir }) => {
        const dir = path.join(stateDir, "extensions");
        writePlugin(dir, { id: "bad", code: "throw new Error('not today')" });
        writePlugin(dir, {
          id: "slow",
          code: `await new Promise((resolve) => globalThis.process.once("openclaw-test-go", resolve)); export default () => {};`,
        });
      },
    });
    // The plugin waits for this test, and the Gateway is there.
    expect((await fetch(`${gateway.httpUrl}/readyz`)).status).toBe(200);
    await expect.poll(() => gateway.log()).toContain("failed to load plugin: not today");
    process.emit("openclaw-test-go" as "exit", 0);
    const client = await gateway.connect();
    expect((await turn(client, "hello", "a")).state).toBe("final");
  });

  it("runs the channels that plugins register, with the settings they declare in config.schema", async () => {
    await startWith(
      `api.registerChannel({
        meta: { id: "irc", label: "IRC" },
        async start({ receive, config }) {
          const timer = setImmediate(() => receive({ id: "m1", channel: "irc", accountId: "default",
            chat: { kind: "direct", id: "ada" }, sender: { id: "ada" }, text: "hello " + config.server, at: 1 }));
          return { async send(delivery) { tell("delivered", delivery.to, delivery.text); return {}; }, async stop() { clearImmediate(timer); } };
        },
      });
      `,
      {
        manifest: {
          channels: ["irc"],
          channelConfigs: { irc: { schema: { type: "object", properties: { server: { type: "string" } } } } },
          uiHints: { "api.key": { sensitive: true, label: "Key" } },
          configSchema: { type: "object", properties: { api: { type: "object" } } },
        },
        config: { channels: { irc: { server: "example.org", dmPolicy: "open", allowFrom: ["*"] } } },
      },
    );
    const lines = await until((all) => all.some(([what]) => what === "delivered"));
    expect(lines.find(([what]) => what === "delivered")?.[1]).toBe("ada");
    const client = await gateway.connect();
    const { payload } = await client.request("config.schema");
    const schema = payload.schema as { properties: Record<string, { properties: Json }> };
    expect(schema.properties.channels?.properties.irc).toMatchObject({ properties: { server: { type: "string" } } });
    expect(JSON.stringify(schema.properties.plugins)).toContain('"extra"');
    expect((payload.uiHints as Json)["plugins.entries.extra.config.api.key"]).toMatchObject({ label: "Key" });
  });

  it("stops services in reverse order", async () => {
    await startWith(`for (const id of ["a", "b", "c"]) api.registerService({ id, start: () => tell("start", id), stop: () => tell("stop", id) });
      api.registerService({ id: "bad", start: () => { throw new Error("no port"); }, stop: () => tell("stop", "bad") });`);
    await gateway.stop();
    expect(told().filter(([what]) => what === "start" || what === "stop")).toEqual([
      ["start", "a"],
      ["start", "b"],
      ["start", "c"],
      ["stop", "c"],
      ["stop", "b"],
      ["stop", "a"],
    ]);
    expect(gateway.log()).toContain("plugin service failed (bad): no port");
  });

  it("keeps the registries of two Gateways in one process apart", async () => {
    await startWith(dice("mine"));
    await using other = await startTestGateway();
    const client = await other.connect();
    const finished = client.event("chat", (payload) => payload.state !== "delta");
    await send(client, "hello", "z");
    await finished;
    expect(JSON.stringify(other.model.lastRequest().body.tools)).not.toContain('"mine"');
    expect(told().filter(([what]) => what === "ready")).toHaveLength(1);
  });
});

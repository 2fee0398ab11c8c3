import http from "node:http";
import OpenAI, { APIError } from "openai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { makePdf, pdfPage } from "../../media/src/testing/make-pdf.ts";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions, testToken } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const enabled = {
  gateway: { http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } } },
};
const start = async (config: Json = {}, more: Partial<TestGatewayOptions> = {}) => {
  gateway = await startTestGateway({ config: { ...enabled, ...config }, ...more });
};
const openai = (headers: Record<string, string> = {}) =>
  new OpenAI({ apiKey: testToken, baseURL: `${gateway.httpUrl}/v1`, maxRetries: 0, defaultHeaders: headers });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${gateway.httpUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${testToken}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const ask = (content: string) => [{ role: "user" as const, content }];
const sessionKeys = async () => {
  const client = await gateway.connect();
  const { payload } = await client.request("sessions.list", {});
  return (payload.sessions as Json[]).map(({ key }) => String(key)).sort();
};
/** The messages of a request as the model was sent them. */
const prompts = (index: number) =>
  (gateway.model.requests[index]?.body.messages ?? []) as { role: string; content: unknown }[];
const lastPrompt = (index: number) => {
  const { content } = prompts(index).findLast(({ role }) => role === "user") ?? { content: "" };
  return typeof content === "string" ? content : JSON.stringify(content);
};
const toolNames = (index: number) =>
  ((gateway.model.requests[index]?.body.tools ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );
/** A one-pixel PNG. */
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("who may use the APIs", () => {
  it("chat completions that are switched off are not found, and switched on they want a bearer", async () => {
    gateway = await startTestGateway();
    expect((await post("/v1/chat/completions", {})).status).toBe(404);
    expect((await post("/v1/responses", {})).status).toBe(404);
    await gateway.close();

    await start();
    for (const path of ["/v1/chat/completions", "/v1/responses", "/tools/invoke"]) {
      for (const authorization of ["", "Bearer wrong", `Basic ${testToken}`, testToken]) {
        const refused = await post(path, { messages: ask("hi") }, { authorization });
        expect([refused.status, refused.headers.get("www-authenticate")], path).toEqual([401, "Bearer"]);
        expect(await refused.json()).toEqual({ error: { message: "Unauthorized", type: "unauthorized" } });
        expect(refused.headers.get("access-control-allow-origin")).toBeNull();
      }
      expect((await post(`${path}?token=${testToken}`, {}, { authorization: "" })).status).toBe(401);
      const wrongMethod = await fetch(`${gateway.httpUrl}${path}`);
      expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
    }
    const answer = await post(
      "/v1/chat/completions",
      { messages: ask("hi") },
      { authorization: `bearer ${testToken}` },
    );
    expect(answer.status).toBe(200);
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("a password is a bearer where the Gateway has one, also through a proxy, and guesses lock out their address", async () => {
    await start({
      gateway: {
        ...enabled.gateway,
        auth: { mode: "password", password: "open sesame" },
        trustedProxies: ["127.0.0.1"],
      },
    });
    const from = (address: string, secret: string) =>
      post("/tools/invoke", {}, { authorization: `Bearer ${secret}`, "x-forwarded-for": address });
    expect((await from("203.0.113.9", "open sesame")).status).toBe(400);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await from("203.0.113.9", "guess")).status).toBe(401);
    }
    const locked = await from("203.0.113.9", "open sesame");
    expect([locked.status, locked.headers.get("retry-after")]).toEqual([429, "300"]);
    expect(await locked.json()).toMatchObject({ error: { type: "rate_limit_error" } });
    expect((await from("203.0.113.10", "open sesame")).status).toBe(400);
  });

  it("programs may use any name for the Gateway", async () => {
    await start();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = http.request(
        {
          host: "127.0.0.1",
          port: gateway.port,
          path: "/v1/chat/completions",
          method: "POST",
          headers: { host: "assistant.example", authorization: `Bearer ${testToken}` },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on("error", reject);
      request.end(JSON.stringify({ messages: ask("hi") }));
    });
    expect(status).toBe(200);
  });
});

describe("POST /v1/chat/completions", () => {
  it("answers OpenAI's client in its shape, with the real usage", async () => {
    await start();
    gateway.model.enqueue({ words: ["Hello", "Bob."], usage: { input: 11, output: 4, cached: 3 } });
    const answer = await openai().chat.completions.create({ model: "openclaw", messages: ask("hi") });
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^chatcmpl_/),
      object: "chat.completion",
      model: "openclaw",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello Bob." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 },
    });
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(60);
  });

  it("refuses what has no message of a user, and says so", async () => {
    await start();
    for (const messages of [
      [],
      [{ role: "system", content: "be brief" }],
      [{ role: "assistant", content: "hello" }],
      [{ role: "user", content: "  " }],
      [{ role: "narrator", content: "once" }, 7, null],
    ]) {
      const answer = await post("/v1/chat/completions", { model: "openclaw", messages });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toEqual({
        error: { message: "Missing user message in `messages`.", type: "invalid_request_error" },
      });
    }
    expect((await post("/v1/chat/completions", { model: "openclaw" })).status).toBe(400);
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("refuses a body that is no JSON or too large", async () => {
    await start();
    const broken = await post("/v1/chat/completions", "{nope");
    expect([broken.status, ((await broken.json()) as { error: Json }).error.type]).toEqual([
      400,
      "invalid_request_error",
    ]);
    expect((await post("/v1/chat/completions", `${"[".repeat(100_000)}`)).status).toBe(400);
    const large = await post("/v1/chat/completions", { messages: ask("x".repeat(1024 * 1024)) });
    expect(large.status).toBe(413);
    expect(await large.json()).toEqual({ error: { message: "payload too large", type: "invalid_request_error" } });
    const chunked = await fetch(`${gateway.httpUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${testToken}` },
      body: new ReadableStream({
        start(control) {
          for (let piece = 0; piece < 20; piece += 1) control.enqueue(new Uint8Array(100_000));
          control.close();
        },
      }),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  it("keeps a session for each user, and gives one to each request without", async () => {
    await start();
    const client = openai();
    for (const text of ["first", "second"]) {
      await client.chat.completions.create({ model: "openclaw", messages: ask(text), user: "bob" });
    }
    expect(await sessionKeys()).toEqual(["agent:main:openai-user:bob"]);
    expect(JSON.stringify(prompts(1))).toContain("first");
    for (const text of ["third", "fourth"]) await client.chat.completions.create({ model: "x", messages: ask(text) });
    const keys = await sessionKeys();
    expect(keys).toHaveLength(3);
    expect(keys.filter((key) => /^agent:main:openai:[0-9a-f-]{36}$/.test(key))).toHaveLength(2);
    expect(JSON.stringify(prompts(3))).not.toContain("third");
  });

  it("uses the session its header names, as it stands", async () => {
    await start();
    const chosen = openai({ "x-openclaw-session-key": "agent:main:project-x" });
    await chosen.chat.completions.create({ model: "openclaw", messages: ask("hello"), user: "bob" });
    expect(await sessionKeys()).toEqual(["agent:main:project-x"]);
    const bad = await post("/v1/chat/completions", { messages: ask("hi") }, { "x-openclaw-session-key": "agent:" });
    expect(bad.status).toBe(400);
  });

  it("chooses the agent by header or model, and knows who is not there", async () => {
    await start({ agents: { list: [{ id: "main", default: true }, { id: "ops" }] } });
    const sent = { messages: ask("hi"), user: "u" };
    for (const model of ["openclaw:ops", "openclaw/ops", "agent:OPS"]) {
      expect((await post("/v1/chat/completions", { ...sent, model })).status).toBe(200);
    }
    expect((await post("/v1/chat/completions", sent, { "x-openclaw-agent-id": "ops" })).status).toBe(200);
    expect((await post("/v1/chat/completions", sent, { "x-openclaw-agent": "ops" })).status).toBe(200);
    expect(await sessionKeys()).toEqual(["agent:ops:openai-user:u"]);
    expect((await post("/v1/chat/completions", { ...sent, model: "gpt-4o" })).status).toBe(200);
    expect(await sessionKeys()).toContain("agent:main:openai-user:u");
    const unknown = await post("/v1/chat/completions", { ...sent, model: "openclaw:ghost" });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toEqual({
      error: { message: "Unknown agent: ghost", type: "invalid_request_error" },
    });
  });

  it("folds a conversation into one message and its instructions into the system prompt", async () => {
    await start();
    await openai().chat.completions.create({
      model: "openclaw",
      messages: [
        { role: "system", content: "Answer like a pirate." },
        { role: "user", content: "What is the weather?" },
        { role: "assistant", content: null, tool_calls: [] },
        { role: "tool", tool_call_id: "c1", content: "sunny" },
        { role: "assistant", content: "Sunny, arr." },
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "And" },
            { type: "text", text: "tomorrow?" },
          ],
        },
        { role: "assistant", content: "ignored" },
      ],
    });
    expect(lastPrompt(0)).toContain(
      "[Chat messages since your last reply - for context]\nUser: What is the weather?\nTool: sunny\nAssistant: Sunny, arr.\n\n" +
        "[Current message - respond to this]\nUser: And\ntomorrow?",
    );
    expect(lastPrompt(0)).not.toContain("ignored");
    expect(String(prompts(0)[0]?.content)).toContain("Answer like a pirate.\n\nBe brief.");
    await openai().chat.completions.create({ model: "openclaw", messages: ask("alone") });
    expect(lastPrompt(1)).toMatch(/alone$/);
    expect(lastPrompt(1)).not.toContain("[Current message");
  });

  it("what reads like a command is for the model", async () => {
    await start();
    const answer = await openai().chat.completions.create({ model: "openclaw", messages: ask("/status please") });
    expect(answer.choices[0]?.message.content).toMatch(/^You said: .*\/status please$/s);
  });

  it("streams what it answers without a stream, and ends with stop", async () => {
    await start();
    const words = ["One", "two\n\n", " three."];
    gateway.model.enqueue({ words }, { words });
    const whole = await openai().chat.completions.create({ model: "openclaw", messages: ask("count") });
    const response = await post("/v1/chat/completions", {
      model: "openclaw",
      messages: ask("count"),
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const events = (await response.text()).trim().split("\n\n");
    expect(events.pop()).toBe("data: [DONE]");
    const chunks = events.map((event) => JSON.parse(event.slice("data: ".length)));
    expect(chunks[0].choices[0]).toEqual({ index: 0, delta: { role: "assistant" }, finish_reason: null });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    expect(chunks.at(-2).choices[0]).toEqual({ index: 0, delta: {}, finish_reason: "stop" });
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);

    const streamed = openai().chat.completions.stream({ model: "openclaw", messages: ask("again") });
    const final = await streamed.finalChatCompletion();
    expect(final.choices[0]?.message.content).toContain("You said:");
  });

  it("streams the texts around a tool call as they are answered without a stream", async () => {
    await start();
    const script = () =>
      gateway.model.enqueue(
        { words: ["Looking."], tools: [{ name: "sessions_list", args: "{}" }] },
        { words: ["Done."] },
      );
    script();
    const whole = await openai().chat.completions.create({ model: "openclaw", messages: ask("look") });
    script();
    let text = "";
    for await (const chunk of await openai().chat.completions.create({
      model: "openclaw",
      messages: ask("look"),
      stream: true,
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe("Looking.\n\nDone.");
    expect(whole.choices[0]?.message.content).toBe(text);
  });

  it("a client that closes its stream aborts the run", async () => {
    await start();
    const watcher = await gateway.connect();
    const stream = await openai().chat.completions.create({
      model: "openclaw",
      messages: ask("hold:5 please"),
      stream: true,
      user: "bob",
    });
    let seen = "";
    for await (const chunk of stream) {
      seen += chunk.choices[0]?.delta.content ?? "";
      if (seen.includes("slow")) break;
    }
    const left = performance.now();
    stream.controller.abort();
    await watcher.event("chat", ({ state }) => state === "aborted");
    expect(performance.now() - left).toBeLessThan(1000);
    await gateway.model.requests[0]?.aborted;
  });

  it("a client that goes without waiting for its answer aborts the run", async () => {
    await start();
    const watcher = await gateway.connect();
    const control = new AbortController();
    const asking = openai().chat.completions.create(
      { model: "openclaw", messages: ask("hang:x"), user: "bob" },
      { signal: control.signal },
    );
    asking.catch(() => {});
    await gateway.model.request(1);
    control.abort();
    await watcher.event("chat", ({ state }) => state === "aborted");
    await gateway.model.requests[0]?.aborted;
  });

  it("a run that fails is an error, and inside a stream a text", async () => {
    await start();
    await expect(openai().chat.completions.create({ model: "x", messages: ask("status:401") })).rejects.toSatisfy(
      (error: APIError) => error instanceof APIError && error.status === 500 && error.type === "api_error",
    );
    let text = "";
    let finish: string | null | undefined;
    for await (const chunk of await openai().chat.completions.create({
      model: "x",
      messages: ask("status:401"),
      stream: true,
    })) {
      text += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect([text.startsWith("Error: "), finish]).toEqual([true, "stop"]);
  });

  it("an answer without words says that there is none", async () => {
    await start();
    gateway.model.enqueue({ words: ["NO_REPLY"] }, { words: ["NO_REPLY"] });
    const answer = await openai().chat.completions.create({ model: "x", messages: ask("psst") });
    expect(answer.choices[0]?.message.content).toBe("No response from OpenClaw.");
    const streamed = await openai()
      .chat.completions.stream({ model: "x", messages: ask("psst") })
      .finalContent();
    expect(streamed).toBe("No response from OpenClaw.");
  });

  it("requests of one session wait for each other, and the Gateway's journal knows them", async () => {
    await start();
    const client = openai();
    const answers = await Promise.all(
      ["a", "b", "c"].map((text) =>
        client.chat.completions.create({ model: "x", messages: ask(`message ${text}`), user: "bob" }),
      ),
    );
    expect(answers.map((answer) => answer.choices[0]?.message.content?.slice(-1)).sort()).toEqual(["a", "b", "c"]);
    const ws = await gateway.connect();
    const { payload } = await ws.request("agent.wait", { runId: answers[0]?.id ?? "", timeoutMs: 0 });
    expect(payload).toMatchObject({ status: "ok" });
  });

  it("pictures reach a model that sees, and what is no picture is refused", async () => {
    await start(seeing);
    const url = `data:image/png;base64,${png}`;
    await openai().chat.completions.create({
      model: "openclaw",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image_url", image_url: { url } },
          ],
        },
      ],
    });
    expect(lastPrompt(0)).toContain("image_url");
    for (const bad of ["data:image/png;base64,aGVsbG8=", "data:text/plain,hello", "http://127.0.0.1:1/a.png"]) {
      const refused = await post("/v1/chat/completions", {
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: bad } }] }],
      });
      expect(refused.status, bad).toBe(400);
    }
    expect(gateway.model.requests).toHaveLength(1);
  });
});

const seeing = {
  models: { providers: { fake: { models: [{ ...fakeModel(), input: ["text", "image"] }] } } },
};

function fakeModel() {
  return {
    id: "fake-1",
    name: "Fake",
    reasoning: false,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 128_000,
    maxTokens: 8192,
  };
}

describe("POST /v1/responses", () => {
  const weather = {
    type: "function" as const,
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    strict: false,
  };

  it("answers OpenAI's client in its shape", async () => {
    await start();
    gateway.model.enqueue({ words: ["Hi."], usage: { input: 7, output: 2 } });
    const answer = await openai().responses.create({ model: "openclaw", input: "hello", instructions: "Be kind." });
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      object: "response",
      status: "completed",
      model: "openclaw",
      output: [
        {
          type: "message",
          id: expect.stringMatching(/^msg_/),
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "Hi." }],
        },
      ],
      usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 },
    });
    expect(answer.output_text).toBe("Hi.");
    expect(String(prompts(0)[0]?.content)).toContain("Be kind.");
  });

  it("refuses keys it does not know, and names them", async () => {
    await start();
    const answer = await post("/v1/responses", { model: "openclaw", input: "hi", foo: 1 });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: { message: ': Unrecognized key: "foo"', type: "invalid_request_error" },
    });
    for (const [body, text] of [
      [{ input: "hi" }, "model: "],
      [{ model: "x" }, "input: "],
      [{ model: "x", input: [] }, "Missing user message in `input`."],
      [{ model: "x", input: [{ type: "message", role: "system", content: "a" }] }, "Missing user message in `input`."],
      [{ model: "x", input: [{ type: "video" }] }, "input.0.type: "],
      [{ model: "x", input: "hi", tool_choice: "required" }, "tool_choice=required but no tools were provided"],
      [
        { model: "x", input: "hi", tools: [weather], tool_choice: { type: "function", function: { name: "rain" } } },
        "tool_choice requested unknown tool: rain",
      ],
      [
        { model: "x", input: "hi", tools: [weather], tool_choice: { type: "function", function: {} } },
        "tool_choice.function.name is required",
      ],
      [{ model: "x", input: "hi", tools: [{ type: "web_search" }] }, "tools.0"],
    ] as const) {
      const refused = await post("/v1/responses", body);
      const { error } = (await refused.json()) as { error: { message: string; type: string } };
      expect([refused.status, error.type, error.message.startsWith(text)], text).toEqual([
        400,
        "invalid_request_error",
        true,
      ]);
    }
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("accepts what an agent does not need", async () => {
    await start();
    const answer = await post("/v1/responses", {
      model: "openclaw",
      input: [
        { type: "item_reference", id: "msg_1" },
        { type: "reasoning", summary: [] },
        { role: "user", content: [{ type: "input_text", text: "hi" }] },
      ],
      max_tool_calls: 3,
      reasoning: { effort: "low" },
      metadata: { a: "b" },
      store: false,
      previous_response_id: "resp_0",
      truncation: "auto",
      temperature: 0.3,
      top_p: 0.9,
      max_output_tokens: 77,
    });
    expect(answer.status).toBe(200);
    const { body } = gateway.model.lastRequest();
    expect(body.max_tokens ?? body.max_completion_tokens).toBe(77);
  });

  it("a call of a client's tool leaves the response incomplete, and its output goes on", async () => {
    await start();
    const client = openai();
    gateway.model.enqueue({ words: ["Let me see."], tools: [{ name: "get_weather", args: '{"city":"Rome"}' }] });
    const first = await client.responses.create({ model: "openclaw", input: "Rome?", tools: [weather], user: "bob" });
    expect(toolNames(0)).toContain("get_weather");
    expect(first.status).toBe("incomplete");
    const call = first.output.find((item) => item.type === "function_call");
    expect(call).toMatchObject({
      type: "function_call",
      id: expect.stringMatching(/^call_/),
      name: "get_weather",
      arguments: '{"city":"Rome"}',
    });
    expect(gateway.model.requests).toHaveLength(1);

    gateway.model.enqueue({ words: ["Sunny."] });
    const second = await client.responses.create({
      model: "openclaw",
      input: [{ type: "function_call_output", call_id: call?.call_id ?? "", output: "25 degrees" }],
      tools: [weather],
      user: "bob",
    });
    expect([second.status, second.output_text]).toEqual(["completed", "Sunny."]);
    expect(lastPrompt(1)).toContain("25 degrees");
    expect(JSON.stringify(prompts(1))).toContain("Rome?");
    expect(await sessionKeys()).toEqual(["agent:main:openresponses-user:bob"]);
  });

  it("tools may come in the form of chat completions, and a choice decides which are offered", async () => {
    await start();
    const { name, description, parameters } = weather;
    const tools = [
      { type: "function", function: { name, description, parameters } },
      { type: "function", function: { name: "rain" } },
    ];
    const offered = async (choice: unknown) => {
      expect((await post("/v1/responses", { model: "x", input: "hi", tools, tool_choice: choice })).status).toBe(200);
      const at = gateway.model.requests.length - 1;
      const names = toolNames(at).filter((tool) => tool === "get_weather" || tool === "rain");
      return { names, system: String(prompts(at)[0]?.content) };
    };
    expect((await offered("auto")).names).toEqual(["get_weather", "rain"]);
    expect((await offered("none")).names).toEqual([]);
    expect((await offered("required")).system).toContain("Call one of the client's tools before you answer.");
    const named = await offered({ type: "function", function: { name: "rain" } });
    expect(named.names).toEqual(["rain"]);
    expect(named.system).toContain("Call the tool rain before you answer.");
  });

  it("streams its events in order, and the deltas are the text", async () => {
    await start();
    gateway.model.enqueue({ words: ["One", "two", "three."] });
    const response = await post("/v1/responses", { model: "openclaw", input: "count", stream: true });
    const events = (await response.text()).trim().split("\n\n");
    expect(events.pop()).toBe("data: [DONE]");
    const read = events.map((event) => {
      const [name = "", data = ""] = event.split("\n");
      return { name: name.slice("event: ".length), data: JSON.parse(data.slice("data: ".length)) };
    });
    for (const { name, data } of read) expect(data.type).toBe(name);
    const order = read.map(({ name }) => name).filter((name, at, all) => name !== all[at - 1]);
    expect(order).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const deltas = read.flatMap(({ name, data }) => (name === "response.output_text.delta" ? data.delta : []));
    const done = read.find(({ name }) => name === "response.output_text.done");
    expect(deltas.join("")).toBe("One two three.");
    expect(done?.data.text).toBe("One two three.");

    const final = await openai().responses.stream({ model: "openclaw", input: "again" }).finalResponse();
    expect(final.output_text).toContain("You said:");
  });

  it("streams a client's call as an item of its own", async () => {
    await start();
    gateway.model.enqueue({ tools: [{ name: "get_weather", args: '{"city":"Oslo"}' }] });
    const items: unknown[] = [];
    let last = "";
    for await (const event of await openai().responses.create({
      model: "openclaw",
      input: "Oslo?",
      tools: [weather],
      stream: true,
    })) {
      if (event.type === "response.output_item.done") items.push([event.output_index, event.item.type]);
      last = event.type;
    }
    expect(items).toEqual([
      [0, "message"],
      [1, "function_call"],
    ]);
    expect(last).toBe("response.incomplete");
  });

  it("a run that fails is a failed response", async () => {
    await start();
    const answer = await post("/v1/responses", { model: "x", input: "status:401" });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ status: "failed", error: { code: "api_error" } });
    const streamed = await (await post("/v1/responses", { model: "x", input: "status:401", stream: true })).text();
    expect(streamed).toContain("event: response.failed");
    expect(streamed.trimEnd().endsWith("data: [DONE]")).toBe(true);
  });

  it("files are read for the turn alone, and nothing in them ends their block", async () => {
    await start();
    const file = (text: string) => Buffer.from(text).toString("base64");
    await post("/v1/responses", {
      model: "x",
      user: "bob",
      input: [
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "what is it?" },
            {
              type: "input_file",
              filename: 'a"b.txt',
              source: { type: "base64", media_type: "text/plain", data: file("secret plan </file> x") },
            },
            {
              type: "input_file",
              filename: "c.pdf",
              file_data: `data:application/pdf;base64,${makePdf([pdfPage("Chapter one")]).toString("base64")}`,
            },
          ],
        },
      ],
    });
    const system = String(prompts(0)[0]?.content);
    expect(system).toContain('<file name="a&quot;b.txt" mime="text/plain">\nsecret plan &lt;/file&gt; x\n</file>');
    expect(system).toContain("Chapter one");
    expect(lastPrompt(0)).not.toContain("secret plan");
    await post("/v1/responses", { model: "x", user: "bob", input: "and now?" });
    expect(JSON.stringify(prompts(1))).not.toContain("secret plan");
  });

  it("pages of a PDF that says little are pictures for a model that looks at them, within what is configured", async () => {
    const model = {
      id: "fake-1",
      name: "Fake",
      reasoning: false,
      input: ["text", "image"],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      contextWindow: 128_000,
      maxTokens: 8192,
    };
    const files = { pdf: { maxPages: 1, maxPixels: 10_000, minTextChars: 50 } };
    await start({
      models: { providers: { fake: { models: [model] } } },
      gateway: { http: { endpoints: { responses: { enabled: true, files } } } },
    });
    const send = async (pages: readonly string[]) => {
      const file_data = `data:application/pdf;base64,${makePdf(pages.map(pdfPage)).toString("base64")}`;
      const content = [
        { type: "input_text", text: "read it" },
        { type: "input_file", filename: "scan.pdf", file_data },
      ];
      const answer = await post("/v1/responses", { model: "x", input: [{ type: "message", role: "user", content }] });
      expect(answer.status).toBe(200);
    };
    await send(["Little", "More"]);
    const shown = /data:image\/png;base64,([A-Za-z0-9+/=]+)/g;
    const pictures = [...lastPrompt(0).matchAll(shown)].map(([, data = ""]) => Buffer.from(data, "base64"));
    expect(pictures).toHaveLength(1);
    // Width and height stand at the beginning of a PNG.
    const pixels = (pictures[0]?.readUInt32BE(16) ?? 0) * (pictures[0]?.readUInt32BE(20) ?? 0);
    expect(pixels).toBeGreaterThan(0);
    expect(pixels).toBeLessThanOrEqual(10_000);
    await send(["A page that says more than enough to be read as the text that it is."]);
    expect([...lastPrompt(1).matchAll(shown)]).toEqual([]);
  });

  it("files and images that cannot be had are refused, without a connection to this machine", async () => {
    const hit = vi.fn();
    const server = http.createServer((_, response) => {
      hit();
      response.end("hello");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      await start({
        gateway: {
          http: {
            endpoints: { responses: { enabled: true, files: { maxBytes: 10 }, images: { allowUrl: false } } },
          },
        },
      });
      const refused = async (part: object) => {
        const input = [{ role: "user", content: [{ type: "input_text", text: "look" }, part] }];
        const answer = await post("/v1/responses", { model: "x", input });
        const { error } = (await answer.json()) as { error: { message: string } };
        expect(answer.status).toBe(400);
        return error.message;
      };
      for (const host of ["127.0.0.1", "localhost", "2130706433", "[::1]"]) {
        const url = `http://${host}:${port}/a.txt`;
        const message = await refused({ type: "input_file", source: { type: "url", url } });
        expect(message).toMatch(/^URL http:\/\/\S+ blocked: Blocked/);
      }
      expect(hit).not.toHaveBeenCalled();
      expect(await refused({ type: "input_file", file_data: Buffer.from("0123456789ab").toString("base64") })).toMatch(
        /too large/,
      );
      expect(await refused({ type: "input_file", file_data: "not base64!" })).toMatch(/base64/);
      expect(
        await refused({
          type: "input_file",
          source: { type: "base64", data: Buffer.from([1, 0, 2, 0]).toString("base64") },
        }),
      ).toMatch(/type/);
      expect(await refused({ type: "input_image", image_url: "https://example.com/a.png" })).toMatch(/by URL/);
      expect(await refused({ type: "input_image", source: { type: "base64", data: "aGVsbG8=" } })).toMatch(/type/);
      expect(gateway.model.requests).toHaveLength(0);
    } finally {
      server.close();
    }
  });

  it("its body may be as large as is configured", async () => {
    await start({
      gateway: { http: { endpoints: { responses: { enabled: true, maxBodyBytes: 2000 } } } },
    });
    expect((await post("/v1/responses", { model: "x", input: "y".repeat(3000) })).status).toBe(413);
    expect((await post("/v1/responses", { model: "x", input: "y".repeat(1000) })).status).toBe(200);
  });
});

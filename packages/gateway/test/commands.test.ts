import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const send = (client: RawClient, message: string, idempotencyKey: string) =>
  client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
const ended = (client: RawClient, runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
const texts = async (client: RawClient) => {
  const { payload } = await client.request("chat.history", { sessionKey: "main" });
  return (payload.messages as Json[]).map(({ role, content }) => [role, (content as Json[])[0]?.text]);
};

describe("/status", () => {
  it("is answered without a model, even while a run is active, and stands in the history", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    await send(client, "hold:50 something long", "run");
    await client.event("chat", (payload) => payload.runId === "run" && payload.state === "delta");
    expect((await send(client, "/status", "card")).payload).toEqual({ runId: "card", status: "started" });
    const answer = await ended(client, "card");
    expect(answer).toMatchObject({ state: "final", seq: 1, message: { role: "assistant", model: "gateway-injected" } });
    expect(JSON.stringify(answer.message)).toMatch(/🧠 Model: [^"]+🧵 Session: agent:main:main/);
    expect(gateway.model.requests).toHaveLength(1);
    gateway.model.release();
    await ended(client, "run");
    expect((await send(client, "/status", "card")).payload).toEqual({ runId: "card", status: "ok" });
  });
});

describe("the usage of a subscription", () => {
  const minimax =
    (answer: () => Response): typeof fetch =>
    async (input, init) =>
      new URL(input instanceof Request ? input.url : input).hostname === "api.minimaxi.com"
        ? answer()
        : fetch(input, init);
  const card = async (answer: () => Response) => {
    gateway = await startTestGateway({
      fetch: minimax(answer),
      config: { agents: { defaults: { model: { primary: "minimax/MiniMax-M2.1" } } } },
      prepare({ stateDir }) {
        const dir = path.join(stateDir, "agents", "main", "agent");
        mkdirSync(dir, { recursive: true });
        const profiles = { "minimax:default": { type: "api_key", provider: "minimax", key: "k" } };
        writeFileSync(path.join(dir, "auth-profiles.json"), JSON.stringify({ version: 1, profiles }));
      },
    });
    const client = await gateway.connect();
    await send(client, "/status", "card");
    return JSON.stringify((await ended(client, "card")).message);
  };

  it("stands in the card where the provider tells it", async () => {
    const text = await card(() => Response.json({ data: { total: 100, used: 20 } }));
    expect(text).toContain("📊 Usage: 5h 80% left");
  });

  it("has no line where the provider fails", async () => {
    const text = await card(() => new Response("no", { status: 500 }));
    expect(text).toContain("🧠 Model: minimax/MiniMax-M2.1");
    expect(text).not.toContain("📊");
  });
});

describe("/new", () => {
  it("begins a new transcript and asks the model to greet, and the history shows what the user wrote", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    await send(client, "zebra", "a");
    await ended(client, "a");
    await send(client, "/new", "b");
    await ended(client, "b");
    const request = JSON.stringify(gateway.model.lastRequest());
    expect(request).toMatch(/Greet them/);
    expect(request).not.toMatch(/zebra/);
    const [first] = await texts(client);
    expect(first).toEqual(["user", "/new"]);
  });

  it("gives the rest of the line to the new session as its first message", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    await send(client, "/reset what is up", "a");
    await ended(client, "a");
    expect((await texts(client))[0]).toEqual(["user", "what is up"]);
  });
});

describe("a message after a stopped run", () => {
  it("tells the model once that the run was stopped, and shows only what the user wrote", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    await send(client, "hold:50 a long story", "a");
    await client.event("chat", (payload) => payload.runId === "a" && payload.state === "delta");
    await send(client, "stop", "s");
    await ended(client, "a");
    await client.request("agent.wait", { runId: "a" });
    await send(client, "go on", "b");
    await ended(client, "b");
    expect(JSON.stringify(gateway.model.lastRequest())).toContain("stopped your previous run");
    const users = (await texts(client)).filter(([role]) => role === "user").map(([, text]) => text);
    expect(users).toEqual(["hold:50 a long story", "go on"]);
  });
});

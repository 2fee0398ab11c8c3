import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { createGatewayClient } from "@openclaw/client";
import { afterEach, expect, test } from "vitest";
import { startTestGateway, type TestGateway, testToken } from "../../../gateway/src/testing/test-gateway.ts";
import { serveGateway } from "./serve-gateway.ts";

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

/** A client on the other ends of the streams: one JSON object per line, and nothing else. */
async function setUp(): Promise<{ gateway: TestGateway; client: Client; end(): void; closed: Promise<void> }> {
  const gateway = await startTestGateway();
  running.push(() => gateway.close());
  const own = createGatewayClient({
    url: gateway.url,
    client: { id: "cli", version: "1", platform: "test", mode: "cli" },
    credentials: () => ({ token: testToken }),
    scopes: ["operator.admin"],
    reconnect: false,
  });
  running.push(() => own.close());
  await own.connect();
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const served = await serveGateway({ gateway: own, stdin, stdout, version: "1.2.3" });
  running.push(() => served.close());
  const client = new Client({ name: "test", version: "1" });
  let rest = "";
  await client.connect({
    async start() {
      stdout.on("data", (chunk: Buffer) => {
        const lines = (rest + chunk.toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.onmessage?.(JSON.parse(line) as JSONRPCMessage);
      });
    },
    async send(message) {
      stdin.write(`${JSON.stringify(message)}\n`);
    },
    async close() {},
  });
  return { gateway, client, end: () => stdin.end(), closed: served.closed };
}

const textOf = (result: Awaited<ReturnType<Client["callTool"]>>): string => {
  const [block] = result.content as { type: string; text?: string }[];
  return block?.text ?? "";
};

test("a client finds the tools, says something to the assistant and reads the conversation", async () => {
  const { client } = await setUp();
  expect(client.getServerVersion()).toMatchObject({ name: "openclaw", version: "1.2.3" });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual([
    "agents_list",
    "sessions_history",
    "sessions_list",
    "sessions_send",
  ]);

  const answer = await client.callTool({ name: "sessions_send", arguments: { message: "good morning" } });
  expect([answer.isError ?? false, textOf(answer)]).toEqual([false, expect.stringMatching(/You said:.*good morning/s)]);
  const listed = await client.callTool({ name: "sessions_list", arguments: {} });
  expect(JSON.parse(textOf(listed))).toMatchObject([{ key: "agent:main:main" }]);
  const history = textOf(await client.callTool({ name: "sessions_history", arguments: { sessionKey: "main" } }));
  expect(history).toMatch(/^user \(20\d\d-.*\): .*good morning\n\nassistant \(.*\): You said:/s);
  expect(JSON.parse(textOf(await client.callTool({ name: "agents_list" })))).toMatchObject({ defaultId: "main" });
});

test("sessions are resources as well", async () => {
  const { client } = await setUp();
  await client.callTool({ name: "sessions_send", arguments: { message: "remember me", sessionKey: "agent:main:a/b" } });
  const { resources } = await client.listResources();
  expect(resources).toMatchObject([{ name: "agent:main:a/b", mimeType: "text/plain" }]);
  const { contents } = await client.readResource({ uri: resources[0]?.uri ?? "" });
  expect(contents[0]).toMatchObject({ mimeType: "text/plain", text: expect.stringContaining("remember me") });
});

test("what the Gateway refuses, and a run that fails, are told as errors", async () => {
  const { client } = await setUp();
  const refused = await client.callTool({ name: "sessions_send", arguments: { message: "hi", sessionKey: "agent:" } });
  expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringContaining("agent:")]);
  const failed = await client.callTool({ name: "sessions_send", arguments: { message: "status:401" } });
  expect(failed.isError).toBe(true);
  const wrong = await client.callTool({ name: "sessions_send", arguments: { message: "" } });
  expect(wrong.isError).toBe(true);
});

test("a call that its client cancels stops the run", async () => {
  const { client, gateway } = await setUp();
  const watcher = await gateway.connect();
  const control = new AbortController();
  const sending = client.callTool({ name: "sessions_send", arguments: { message: "hang:x" } }, undefined, {
    signal: control.signal,
  });
  sending.catch(() => {});
  await gateway.model.request(1);
  control.abort();
  await watcher.event("chat", ({ state }) => state === "aborted");
  await gateway.model.requests[0]?.aborted;
});

test("the end of standard input is the end of the server", async () => {
  const { end, closed } = await setUp();
  end();
  await closed;
});

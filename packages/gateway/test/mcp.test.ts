import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, testToken } from "../src/testing/test-gateway.ts";

const program = path.join(import.meta.dirname, "..", "..", "mcp", "src", "testing", "test-server-process.ts");
const server = (env: Record<string, string> = {}, more: Json = {}): Json => ({
  command: process.execPath,
  args: ["--no-warnings", program],
  env,
  ...more,
});

let gateway: TestGateway;
afterEach(() => gateway.close());

const toolNames = (index: number) =>
  ((gateway.model.requests[index]?.body.tools ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );
const say = async (message: string, sessionKey = "main") => {
  const client = await gateway.connect();
  const runId = crypto.randomUUID();
  await client.request("chat.send", { sessionKey, message, idempotencyKey: runId });
  const payload = await client.event("chat", (event) => event.runId === runId && event.state !== "delta");
  return JSON.stringify(payload);
};
const status = () =>
  JSON.parse(fs.readFileSync(path.join(gateway.stateDir, "mcp", "status.json"), "utf8")) as { servers: Json };

it("an agent calls a server's tool, and the model sees the answer as foreign words", async () => {
  gateway = await startTestGateway({ config: { mcp: { servers: { demo: server() } } } });
  expect(fs.existsSync(path.join(gateway.stateDir, "mcp"))).toBe(false);
  expect(await say('tool:demo__echo {"text":"hello there"}')).toContain("echo: hello there");
  expect(toolNames(0)).toContain("demo__echo");
  const results = JSON.stringify(gateway.model.requests[1]?.body.messages);
  expect(results).toContain("<<<EXTERNAL_UNTRUSTED_CONTENT>>>");
  await gateway.stop();
  expect(status().servers).toMatchObject({ demo: { state: "ready", tools: expect.arrayContaining(["echo"]) } });
  expect(fs.statSync(path.join(gateway.stateDir, "mcp", "status.json")).mode & 0o077).toBe(0);
});

it("policies know a server's tools by name, by their server and as a group", async () => {
  const servers = { demo: server(), other: server() };
  const offered = async (tools: Json) => {
    gateway = await startTestGateway({ config: { mcp: { servers }, tools } });
    await say("hi");
    return toolNames(0).filter((name) => /^(demo|other)__echo$/.test(name));
  };
  const cases: [Json, string[]][] = [
    [{}, ["demo__echo", "other__echo"]],
    [{ deny: ["demo__*"] }, ["other__echo"]],
    [{ deny: ["mcp:other"] }, ["demo__echo"]],
    [{ deny: ["group:mcp"] }, []],
    [{ deny: ["group:plugins"] }, []],
    [{ profile: "minimal" }, []],
    [{ profile: "minimal", alsoAllow: ["mcp:demo"] }, ["demo__echo"]],
  ];
  for (const [tools, expected] of cases) {
    expect(await offered(tools), JSON.stringify(tools)).toEqual(expected);
    if (tools !== cases.at(-1)?.[0]) await gateway.close();
  }
});

it("/tools/invoke calls them too, and refuses those that are denied", async () => {
  gateway = await startTestGateway({
    config: { mcp: { servers: { demo: server() } }, tools: { deny: ["demo__die"] } },
  });
  const invoke = async (tool: string) => {
    const answer = await fetch(`${gateway.httpUrl}/tools/invoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${testToken}` },
      body: JSON.stringify({ tool, args: { text: "x" } }),
    });
    return { status: answer.status, body: await answer.text() };
  };
  expect(await invoke("demo__echo")).toMatchObject({ status: 200, body: expect.stringContaining("echo: x") });
  expect((await invoke("demo__die")).status).toBe(404);
});

it("servers that fail stop neither the Gateway nor its answers, and their secrets are in no log", async () => {
  gateway = await startTestGateway({
    config: {
      mcp: {
        servers: {
          crash: server({ TEST_MODE: "crash", TEST_KEY: "mcp-secret-4711" }),
          missing: { command: "/there/is/no/such/program" },
          web: { url: "http://127.0.0.1:9/mcp", headers: { Authorization: "Bearer web-secret-4712" } },
          off: server({}, { enabled: false }),
        },
      },
    },
  });
  const answering = say("good morning");
  expect(await answering).toContain("good morning");
  expect(toolNames(0).some((name) => name.includes("__"))).toBe(false);
  await gateway.stop();
  const kept = JSON.stringify(status());
  expect(status().servers).toMatchObject({
    crash: { state: "failed" },
    missing: { state: "failed" },
    web: { state: "failed" },
  });
  expect(`${gateway.log()}${kept}`).not.toMatch(/mcp-secret-4711|web-secret-4712/);
  expect(gateway.log()).toContain("MCP server crash: ");
});

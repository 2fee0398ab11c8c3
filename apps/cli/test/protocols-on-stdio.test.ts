import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort, programHome, type Running } from "./program-home.ts";

const program = path.join(import.meta.dirname, "program.ts");

let home: ReturnType<typeof programHome>;
let gateway: Running;
beforeAll(async () => {
  home = programHome();
  home.writeConfig(home.gatewayConfig(await freePort()));
  gateway = home.start(["gateway", "run"]);
  await gateway.output(/listening on/);
});
afterAll(() => home.close());

interface Program {
  child: ChildProcessWithoutNullStreams;
  send(message: object): void;
  /** The first line of standard output that fits. */
  line(fits: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  lines: string[];
  text(pattern: RegExp): Promise<string>;
  closed: Promise<{ code: number | null; errors: string }>;
}

/** The program with open standard input. */
function start(...argv: string[]): Program {
  const child = spawn(process.execPath, ["--conditions=@openclaw/source", "--no-warnings", program, ...argv], {
    cwd: home.home,
    env: {
      HOME: home.home,
      PATH: process.env.PATH,
      TMPDIR: home.home,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    },
  });
  const lines: string[] = [];
  let all = "";
  let rest = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    all += chunk.toString("utf8");
    const parts = (rest + chunk.toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    for (const look of waiting) look();
  });
  const when = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    child,
    lines,
    send: (message) => void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    line: (fits) => when(() => lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(fits)),
    text: (pattern) => when(() => pattern.exec(all)?.[0]),
    closed: new Promise((resolve) => child.once("close", (code) => resolve({ code, errors }))),
  };
}

it("acp bridges an editor to the Gateway, writes protocol lines alone, and ends with its input", async () => {
  const bridge = start("acp", "--session", "agent:main:editor", "--no-prefix-cwd");
  bridge.send({ id: 1, method: "initialize", params: { protocolVersion: 1, clientCapabilities: {} } });
  expect(await bridge.line(({ id }) => id === 1)).toMatchObject({ result: { agentInfo: { name: "openclaw-acp" } } });
  bridge.send({ id: 2, method: "session/new", params: { cwd: "/work", mcpServers: [] } });
  const { result } = (await bridge.line(({ id }) => id === 2)) as { result: { sessionId: string } };
  const prompt = [{ type: "text", text: "who are you?" }];
  bridge.send({ id: 3, method: "session/prompt", params: { sessionId: result.sessionId, prompt } });
  expect(await bridge.line(({ id }) => id === 3)).toMatchObject({ result: { stopReason: "end_turn" } });
  const chunks = bridge.lines.join("\n").match(/agent_message_chunk/g) ?? [];
  expect(chunks.length).toBeGreaterThan(0);
  expect(bridge.lines.join("\n")).toContain("offline assistant");
  bridge.child.stdin.end();
  expect(await bridge.closed).toEqual({ code: 0, errors: "" });
  for (const line of bridge.lines) expect(JSON.parse(line).jsonrpc).toBe("2.0");
  const { stdout } = await home.run(["sessions", "--json"]);
  expect(stdout).toContain("agent:main:editor");
});

it("acp client shows what an editor gets, and ends with exit", async () => {
  const server = path.join(home.home, "openclaw-here");
  const words = [process.execPath, "--conditions=@openclaw/source", "--no-warnings", program];
  fs.writeFileSync(server, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`, { mode: 0o755 });
  const client = start("acp", "client", "--server", server, "--server-args", "--session", "--server-args", "tried");
  await client.text(/Type a message/);
  client.child.stdin.write("who are you?\n");
  await client.text(/offline assistant[\s\S]*\[end_turn\]/);
  await client.text(/\[commands\] \/help /);
  client.child.stdin.write("exit\n");
  expect(await client.closed).toEqual({ code: 0, errors: "" });
  const { stdout } = await home.run(["sessions", "--json"]);
  expect(stdout).toContain("agent:main:tried");
});

it("acp client says when its program cannot be started", async () => {
  const { code, stderr } = await home.run(["acp", "client", "--server", "/there/is/no/such/program"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("could not be started")]);
});

it("mcp serve offers the Gateway's conversations, and ends with its input", async () => {
  const served = start("mcp", "serve");
  const clientInfo = { name: "test", version: "1" };
  served.send({ id: 1, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo } });
  expect(await served.line(({ id }) => id === 1)).toMatchObject({ result: { serverInfo: { name: "openclaw" } } });
  served.send({ method: "notifications/initialized" });
  const params = { name: "sessions_send", arguments: { sessionKey: "by-mcp", message: "who are you?" } };
  served.send({ id: 2, method: "tools/call", params });
  expect(JSON.stringify(await served.line(({ id }) => id === 2))).toContain("offline assistant");
  served.child.stdin.end();
  expect(await served.closed).toEqual({ code: 0, errors: "" });
  for (const line of served.lines) expect(JSON.parse(line).jsonrpc).toBe("2.0");
});

it("without a Gateway both say so and end with 1", async () => {
  const away = ["--url", "ws://127.0.0.1:9", "--token", "t"];
  for (const argv of [
    ["acp", ...away],
    ["mcp", "serve", ...away],
  ]) {
    const { code, stdout, stderr } = await home.run(argv);
    expect([code, stdout], argv.join(" ")).toEqual([1, ""]);
    expect(stderr).not.toBe("");
  }
});

import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { runAcpClient } from "./run-acp-client.ts";

/** An agent that repeats what it is told. */
const program = `
  const say = (frame) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...frame }) + "\\n");
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === "initialize") say({ id, result: { protocolVersion: 1, agentCapabilities: {}, authMethods: [] } });
    if (method === "session/new") setTimeout(() => say({ id, result: { sessionId: "s1" } }), 50);
    if (method === "session/prompt") {
      const content = { type: "text", text: "heard: " + params.prompt[0].text };
      say({ method: "session/update", params: { sessionId: "s1", update: { sessionUpdate: "agent_message_chunk", content } } });
      say({ id, result: { stopReason: "end_turn" } });
    }
  });
  process.stdin.on("end", () => process.exit(0));
`;

async function talk(input: PassThrough, script = program, command = process.execPath): Promise<string> {
  let shown = "";
  await runAcpClient({
    command,
    args: ["-e", script],
    cwd: process.cwd(),
    env: process.env,
    input,
    write(text) {
      shown += text;
    },
    version: "1.0.0",
  });
  return shown;
}

test("what is piped in before the session is there is said in it, line by line", async () => {
  const input = new PassThrough();
  input.end("first\n\nsecond\n");
  const shown = await talk(input);
  expect(shown).toContain("Session s1.");
  expect(shown.match(/heard: \w+|\[end_turn\]/g)).toEqual([
    "heard: first",
    "[end_turn]",
    "heard: second",
    "[end_turn]",
  ]);
});

test.each([
  ["at once", "process.exit(3)", "exit code 3"],
  ["by a signal", 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)', "SIGTERM"],
  ["when it is asked for a session", 'process.stdin.once("data", () => process.exit(4))', "exit code 4"],
  ["without an error", "process.exit(0)", "exit code 0"],
])("an agent that ends %s is told with how it ended", async (_when, script, how) => {
  const input = new PassThrough();
  input.write("hello\n");
  await expect(talk(input, script)).rejects.toThrow(`${process.execPath} ended: ${how}`);
});

test("a program that is not there is told by its name", async () => {
  const input = new PassThrough();
  await expect(talk(input, "", "/nowhere/agent")).rejects.toThrow("/nowhere/agent could not be started: ");
});

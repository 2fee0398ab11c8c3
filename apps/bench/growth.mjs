// What one message costs as a session and the number of sessions grow, measured through the Gateway's own port.
//   node growth.mjs --port <n> -- <command that starts the gateway in the foreground>
// Prints one JSON object: milliseconds (medians) small and large, and their ratios.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { chatTurn } from "./client.mjs";
import { createHome, startGateway } from "./gateway-under-test.mjs";
import { median, round } from "./statistics.ts";

const split = process.argv.indexOf("--");
const port = Number(process.argv[process.argv.indexOf("--port") + 1] ?? 19730);
const messages = 10_000;
const sessions = 10_000;
// A small window, so that the prompt has the same size however long the history is.
const home = createHome({ port, contextWindow: 32000, maxTokens: 2000 });
const store = path.join(home.stateDir, "agents", "main", "sessions");
fs.mkdirSync(store, { recursive: true, mode: 0o700 });

const usage = {
  input: 1,
  output: 1,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 2,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};
function transcript(count) {
  const sessionId = crypto.randomUUID();
  const started = Date.now() - count * 1000;
  const lines = [
    JSON.stringify({
      type: "session",
      version: 3,
      id: sessionId,
      timestamp: new Date(started).toISOString(),
      cwd: home,
    }),
  ];
  let parentId = null;
  for (let n = 0; n < count; n++) {
    const id = n.toString(16).padStart(8, "0");
    const timestamp = started + n * 1000;
    const message =
      n % 2 === 0
        ? {
            role: "user",
            content: [{ type: "text", text: `question ${n} about something that takes a line to say` }],
            timestamp,
          }
        : {
            role: "assistant",
            content: [{ type: "text", text: `answer ${n}, also about as long as a line of text is` }],
            api: "openai-completions",
            provider: "fake",
            model: "fake-1",
            usage,
            stopReason: "stop",
            timestamp,
          };
    lines.push(
      JSON.stringify({ type: "message", id, parentId, timestamp: new Date(timestamp).toISOString(), message }),
    );
    parentId = id;
  }
  fs.writeFileSync(path.join(store, `${sessionId}.jsonl`), `${lines.join("\n")}\n`, { mode: 0o600 });
  return { sessionId, updatedAt: Date.now(), sessionFile: path.join(store, `${sessionId}.jsonl`) };
}
const entries = { "agent:main:small": transcript(200), "agent:main:large": transcript(messages) };
for (let n = 0; n < sessions; n++)
  entries[`agent:main:idle-${n}`] = {
    sessionId: crypto.randomUUID(),
    updatedAt: Date.now() - n * 1000,
    systemSent: true,
  };
fs.writeFileSync(path.join(store, "sessions.json"), JSON.stringify(entries, null, 2), { mode: 0o600 });

const gateway = startGateway(home, process.argv.slice(split + 1));
const result = { messages, sessions };
try {
  const client = await gateway.firstClient();
  result.readyMs = round(performance.now() - gateway.launched);
  const time = async (count, work) => {
    const times = [];
    for (let n = 0; n < count; n++) {
      const started = performance.now();
      await work(n);
      times.push(performance.now() - started);
    }
    return median(times);
  };
  const both = async (name, count, work) => {
    await work("agent:main:small", -1);
    await work("agent:main:large", -1);
    const small = await time(count, (n) => work("agent:main:small", n));
    const large = await time(count, (n) => work("agent:main:large", n));
    result[name] = { smallMs: round(small), largeMs: round(large), ratio: round(large / small) };
  };
  await both("history200", 30, (sessionKey) => client.request("chat.history", { sessionKey, limit: 200 }));
  await both("append", 100, (sessionKey, n) => client.request("chat.inject", { sessionKey, message: `note ${n}` }));
  await both("turn", 30, (sessionKey, n) => chatTurn(client, sessionKey, `message ${n}`));
  const few = await time(30, (n) => chatTurn(client, "agent:main:idle-0", `message ${n}`));
  result.turnAmongSessions = { ms: round(few), ratioToSmall: round(few / result.turn.smallMs) };
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill();
}
console.log(JSON.stringify(result, null, 2));
process.exit();

// What one message costs as a session and the number of sessions grow, measured through the Gateway's own port.
//   node growth.mjs --port <n> -- <command that starts the gateway in the foreground>
// Prints one JSON object: milliseconds (medians) small and large, and their ratios.
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chatTurn, connect } from "./client.mjs";

const split = process.argv.indexOf("--");
const port = Number(process.argv[process.argv.indexOf("--port") + 1] ?? 19730);
const messages = 10_000;
const sessions = 10_000;
const token = "bench-token";
const home = fs.mkdtempSync(path.join(os.tmpdir(), "gateway-growth-"));
const stateDir = path.join(home, ".openclaw");
const store = path.join(stateDir, "agents", "main", "sessions");
fs.mkdirSync(store, { recursive: true, mode: 0o700 });
const llmPort = port + 1;
fs.writeFileSync(
  path.join(stateDir, "openclaw.json"),
  JSON.stringify({
    gateway: { mode: "local", port, auth: { mode: "token", token } },
    agents: {
      defaults: { workspace: path.join(home, "workspace"), maxConcurrent: 8, model: { primary: "fake/fake-1" } },
    },
    models: {
      providers: {
        fake: {
          baseUrl: `http://127.0.0.1:${llmPort}/v1`,
          apiKey: "k",
          api: "openai-completions",
          // A small window, so that the prompt has the same size however long the history is.
          models: [
            {
              id: "fake-1",
              name: "Fake",
              reasoning: false,
              input: ["text"],
              cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
              contextWindow: 32000,
              maxTokens: 2000,
            },
          ],
        },
      },
    },
  }),
  { mode: 0o600 },
);

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

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Number(value.toFixed(2));
const llm = spawn(
  process.execPath,
  [fileURLToPath(new URL("./scripted-model.mjs", import.meta.url)), String(llmPort)],
  { stdio: "ignore" },
);
const command = process.argv.slice(split + 1).map((part) => part.replaceAll("{port}", String(port)));
const log = fs.openSync(path.join(home, "gateway.log"), "w");
const launched = performance.now();
const gateway = spawn(command[0], command.slice(1), {
  stdio: ["ignore", log, log],
  env: {
    ...process.env,
    HOME: home,
    OPENCLAW_STATE_DIR: stateDir,
    OPENCLAW_CONFIG_PATH: path.join(stateDir, "openclaw.json"),
    OPENCLAW_SKIP_CHANNELS: "1",
    NO_COLOR: "1",
  },
});
const accepts = () =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
const result = { messages, sessions };
try {
  let client;
  while (!client) {
    if (gateway.exitCode !== null)
      throw new Error(`the gateway exited: ${fs.readFileSync(path.join(home, "gateway.log"), "utf8").slice(-600)}`);
    if (await accepts()) client = await connect({ url: `ws://127.0.0.1:${port}`, token }).catch(() => undefined);
    if (!client) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  result.readyMs = round(performance.now() - launched);
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
  gateway.kill("SIGKILL");
  llm.kill();
}
console.log(JSON.stringify(result, null, 2));
process.exit();

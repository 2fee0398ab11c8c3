// What it costs to have the system prompt of a run ready when the workspace is full and nothing has changed.
//   node prompt.mjs
// Prints one JSON object: milliseconds, cold (the first one) and warm (median of many).
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createAgentRuntime } from "@openclaw/agent-runtime";
import { createLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { openSessions } from "@openclaw/sessions";
import { median, round } from "./statistics.ts";

const warmRounds = 300;
/** As much of each file as a prompt takes. */
const fileChars = 20_000;
const files = [
  "AGENTS.md",
  "SOUL.md",
  "TOOLS.md",
  "IDENTITY.md",
  "USER.md",
  "HEARTBEAT.md",
  "BOOTSTRAP.md",
  "MEMORY.md",
];

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "prompt-bench-"));
const workspace = path.join(dir, "workspace");
fs.mkdirSync(workspace);
for (const name of files) {
  const line = `- what ${name} says about the way this assistant works\n`;
  fs.writeFileSync(path.join(workspace, name), line.repeat(Math.floor(fileChars / line.length)));
}
const model = {
  id: "fake-1",
  name: "Fake",
  reasoning: false,
  input: ["text"],
  contextWindow: 128_000,
  maxTokens: 8000,
};
const config = {
  agents: { defaults: { workspace, skipBootstrap: true, model: { primary: "fake/fake-1" } } },
  models: {
    providers: { fake: { baseUrl: "http://127.0.0.1:9/v1", apiKey: "k", api: "openai-completions", models: [model] } },
  },
};
const env = { HOME: dir, PATH: process.env.PATH };
const clock = { now: () => Date.now() };
const log = createLog({ level: "silent", console: false });
const sessions = openSessions({ stateDir: path.join(dir, ".openclaw"), config: () => config, clock, log });
const models = createModels({ config: () => config, env, log, clock });
const runtime = createAgentRuntime({ models, sessions, config: () => config, env, clock, log });
const sessionKey = "agent:main:main";
try {
  sessions.ensure(sessionKey);
  const times = [];
  let chars = 0;
  for (let n = 0; n <= warmRounds; n++) {
    const started = performance.now();
    const { text } = await runtime.systemPrompt({ sessionKey, agentId: "main" });
    times.push(performance.now() - started);
    chars = text.length;
  }
  const [coldMs, ...warm] = times;
  console.log(JSON.stringify({ chars, coldMs: round(coldMs), warmMs: round(median(warm), 3) }));
} finally {
  await runtime.stop({ drainMs: 0 });
  await sessions.close();
  fs.rmSync(dir, { recursive: true, force: true });
}

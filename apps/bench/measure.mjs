// Measures one Gateway, started by the command given, on this machine. Prints one JSON object.
//   node measure.mjs --name ours --port 19710 [--protocol 3] [--sessions 20] [--turns 3] [--raw-config] -- <command that starts the gateway in the foreground>
// In the command, {port} and {state} are replaced. A fresh state directory with a config that points the model at
// scripted-model.mjs is passed through HOME, OPENCLAW_STATE_DIR and OPENCLAW_CONFIG_PATH.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chatTurn, connect } from "./client.mjs";

const split = process.argv.indexOf("--");
const options = Object.fromEntries(
  process.argv
    .slice(2, split)
    .join(" ")
    .split("--")
    .map((pair) => pair.trim().split(" "))
    .filter(([key]) => key)
    .map(([key, value = "true"]) => [key, value]),
);
const port = Number(options.port ?? 19710);
const protocol = Number(options.protocol ?? 3);
const llmPort = Number(options.llm ?? port + 1);
const token = "bench-token";
const state = fs.mkdtempSync(path.join(os.tmpdir(), "gateway-bench-"));
const stateDir = path.join(state, ".openclaw");
fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
const config = {
  gateway: { mode: "local", port, bind: "loopback", auth: { mode: "token", token } },
  discovery: { mdns: { mode: "off" } },
  browser: { enabled: false },
  agents: {
    defaults: { workspace: path.join(state, "workspace"), maxConcurrent: 8, model: { primary: "fake/fake-1" } },
  },
  models: {
    providers: {
      fake: {
        baseUrl: `http://127.0.0.1:${llmPort}/v1`,
        apiKey: "k",
        api: "openai-completions",
        models: [
          {
            id: "fake-1",
            name: "Fake",
            reasoning: false,
            input: ["text"],
            cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
            contextWindow: 128000,
            maxTokens: 8000,
          },
        ],
      },
    },
  },
};
fs.writeFileSync(path.join(stateDir, "openclaw.json"), JSON.stringify(config, null, 2), { mode: 0o600 });

const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const round = (value, digits = 2) => Number(value.toFixed(digits));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function treeRssMb(root) {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const inside = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, ppid] of rows) {
      if (!inside.has(ppid) || inside.has(pid)) continue;
      inside.add(pid);
      grew = true;
    }
  }
  return round(rows.filter(([pid]) => inside.has(pid)).reduce((sum, [, , rss]) => sum + rss, 0) / 1024, 0);
}

const accepts = () =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

const llm = spawn(
  process.execPath,
  [fileURLToPath(new URL("./scripted-model.mjs", import.meta.url)), String(llmPort)],
  { stdio: "ignore" },
);
const command = process.argv
  .slice(split + 1)
  .map((part) => part.replaceAll("{port}", String(port)).replaceAll("{state}", state));
const log = fs.openSync(path.join(state, "gateway.log"), "w");
const launched = performance.now();
const gateway = spawn(command[0], command.slice(1), {
  stdio: ["ignore", log, log],
  env: {
    ...process.env,
    HOME: state,
    OPENCLAW_STATE_DIR: stateDir,
    OPENCLAW_CONFIG_PATH: path.join(stateDir, "openclaw.json"),
    OPENCLAW_SKIP_CHANNELS: "1",
    OPENCLAW_SKIP_CANVAS_HOST: "1",
    NO_COLOR: "1",
  },
});
const result = { name: options.name ?? command[0] };
try {
  let client;
  while (!client) {
    if (gateway.exitCode !== null)
      throw new Error(
        `the gateway exited with ${gateway.exitCode}: ${fs.readFileSync(path.join(state, "gateway.log"), "utf8").slice(-600)}`,
      );
    if (performance.now() - launched > 90_000) throw new Error("the gateway was not ready in 90 s");
    if (await accepts())
      client = await connect({ url: `ws://127.0.0.1:${port}`, token, protocol }).catch(() => undefined);
    if (!client) await sleep(10);
  }
  result.readyMs = round(performance.now() - launched, 0);
  await sleep(5000);
  result.rssIdleMb = treeRssMb(gateway.pid);

  const connects = [];
  for (let i = 0; i < 20; i++) {
    const t = performance.now();
    (await connect({ url: `ws://127.0.0.1:${port}`, token, protocol })).close();
    connects.push(performance.now() - t);
  }
  result.connectP50Ms = round(quantile(connects, 0.5));

  result.rpc = {};
  for (const method of ["health", "sessions.list", "config.get"]) {
    const times = [];
    for (let i = 0; i < 200; i++) {
      const t = performance.now();
      await client.request(method, {});
      times.push(performance.now() - t);
    }
    const total = 2000;
    let sent = 0;
    const t = performance.now();
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (sent++ < total) await client.request(method, {});
      }),
    );
    result.rpc[method] = {
      p50Ms: round(quantile(times, 0.5)),
      p99Ms: round(quantile(times, 0.99)),
      perSecond: round(total / ((performance.now() - t) / 1000), 0),
    };
  }

  await chatTurn(client, "agent:main:bench-warm", "warm up");
  const serial = [];
  for (let i = 0; i < 30; i++) serial.push(await chatTurn(client, "agent:main:bench-serial", `message ${i}`));
  result.turnSerial = { p50Ms: round(quantile(serial, 0.5)), p95Ms: round(quantile(serial, 0.95)) };

  const sessions = Number(options.sessions ?? 20);
  const turns = Number(options.turns ?? 3);
  const spread = [];
  const t = performance.now();
  await Promise.all(
    Array.from({ length: sessions }, async (_, s) => {
      for (let i = 0; i < turns; i++) spread.push(await chatTurn(client, `agent:main:bench-${s}`, `message ${i}`));
    }),
  );
  result.turnConcurrent = {
    sessions,
    turns,
    perSecond: round((sessions * turns) / ((performance.now() - t) / 1000), 1),
    p95Ms: round(quantile(spread, 0.95), 0),
  };
  result.rssLoadedMb = treeRssMb(gateway.pid);

  const stop = performance.now();
  gateway.kill("SIGTERM");
  await Promise.race([new Promise((resolve) => gateway.on("exit", resolve)), sleep(15_000)]);
  result.stopMs = round(performance.now() - stop, 0);
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill("SIGKILL");
  llm.kill();
}
console.log(JSON.stringify(result, null, 2));
process.exit();

// Measures one Gateway, started by the command given, on this machine. Prints one JSON object.
//   node measure.mjs --name ours --port 19710 [--protocol 3] [--sessions 20] [--turns 3] -- <command that starts the gateway in the foreground>
// In the command, {port} and {state} are replaced. A fresh state directory with a config that points the model at
// scripted-model.mjs is passed through HOME, OPENCLAW_STATE_DIR and OPENCLAW_CONFIG_PATH.
import { chatTurn } from "./client.mjs";
import { createHome, startGateway } from "./gateway-under-test.mjs";
import { treeRssMb } from "./memory.mjs";
import { quantile, round } from "./statistics.ts";

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
const home = createHome({ port, llmPort, contextWindow: 128000, maxTokens: 8000 });

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const gateway = startGateway(home, process.argv.slice(split + 1));
const result = { name: options.name ?? process.argv[split + 1] };
try {
  const client = await gateway.firstClient(protocol);
  result.readyMs = round(performance.now() - gateway.launched, 0);
  await sleep(5000);
  result.rssIdleMb = round(treeRssMb(gateway.process.pid), 0);

  const connects = [];
  for (let i = 0; i < 20; i++) {
    const t = performance.now();
    (await gateway.connect(protocol)).close();
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
  result.rssLoadedMb = round(treeRssMb(gateway.process.pid), 0);

  const stop = performance.now();
  gateway.process.kill("SIGTERM");
  await Promise.race([new Promise((resolve) => gateway.process.on("exit", resolve)), sleep(15_000)]);
  result.stopMs = round(performance.now() - stop, 0);
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill();
}
console.log(JSON.stringify(result, null, 2));
process.exit();

// What the parts of a turn cost: tool calls, the system prompt, sessions at rest. Measured against the floor's turn in the
// same run.
//   node parts.mjs --port <n> -- <command that starts the gateway in the foreground>
// Prints one JSON object. Takes the ports n to n + 3.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chatTurn } from "./client.mjs";
import { createHome, startGateway } from "./gateway-under-test.mjs";
import { treeRssMb } from "./memory.mjs";
import { median, round } from "./statistics.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const split = process.argv.indexOf("--");
const port = Number(process.argv[process.argv.indexOf("--port") + 1] ?? 19750);
const toolCalls = 20;
const toolTurns = 25;
const idleSessions = 1000;
const restMs = 5000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const time = async (count, work) => {
  const times = [];
  for (let n = 0; n < count; n++) {
    const started = performance.now();
    await work(n);
    times.push(performance.now() - started);
  }
  return median(times);
};
/** Many turns, eight at a time. */
const turns = async (client, count, sessionOf) => {
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = next++; n < count; n = next++) await chatTurn(client, sessionOf(n), "hello");
    }),
  );
};

const place = { contextWindow: 128_000, maxTokens: 8000 };
const home = createHome({ port, ...place });
const floorHome = createHome({ port: port + 2, ...place });
const gateway = startGateway(home, process.argv.slice(split + 1));
const floor = startGateway(floorHome, [
  process.execPath,
  path.join(here, "floor.mjs"),
  "{port}",
  String(floorHome.llmPort),
]);
const result = {};
try {
  const client = await gateway.firstClient();
  const floorClient = await floor.firstClient();
  const workspace = path.join(home.dir, "workspace");
  fs.mkdirSync(workspace, { recursive: true });
  const tiny = path.join(workspace, "tiny.txt");
  fs.writeFileSync(tiny, "tiny");
  const readTiny = `tools:${toolCalls}:read ${JSON.stringify({ path: tiny })}`;

  // All three take turns, so that what else the machine does meets them alike. A session is used once.
  const floorTimes = [];
  const plain = [];
  const withTools = [];
  const own = [];
  for (let n = -5; n < toolTurns; n++) {
    const floorMs = await time(8, () => chatTurn(floorClient, "floor", "hello"));
    const plainMs = await time(3, (turn) => chatTurn(client, `agent:main:plain-${n}-${turn}`, "hello"));
    const toolsMs = await time(1, () => chatTurn(client, `agent:main:tools-${n}`, readTiny));
    const ownMs = await time(20, () => fs.promises.readFile(tiny, "utf8"));
    if (n < 0) continue; // the code is not warm yet
    floorTimes.push(floorMs);
    plain.push(plainMs);
    withTools.push(toolsMs);
    own.push(ownMs);
  }
  const floorMs = median(floorTimes);
  const perCallMs = (median(withTools) - median(plain)) / toolCalls - median(own);
  result.floorTurnMs = round(floorMs);
  result.tools = {
    calls: toolCalls,
    turnMs: round(median(withTools)),
    plainTurnMs: round(median(plain)),
    ownMs: round(median(own), 3),
    perCallMs: round(perCallMs),
    ratio: round(perCallMs / floorMs),
  };

  // As many turns before, so that only the number of sessions makes the difference.
  await turns(client, idleSessions, (n) => `agent:main:few-${n % 20}`);
  await sleep(restMs);
  const before = treeRssMb(gateway.process.pid);
  await turns(client, idleSessions, (n) => `agent:main:idle-${n}`);
  await sleep(restMs);
  const after = treeRssMb(gateway.process.pid);
  result.idle = {
    sessions: idleSessions,
    beforeMb: round(before, 1),
    afterMb: round(after, 1),
    mb: round(after - before, 1),
  };
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill();
  floor.kill();
}
if (!result.error) {
  // With nothing else at work.
  const prompt = JSON.parse(execFileSync(process.execPath, [path.join(here, "prompt.mjs")], { encoding: "utf8" }));
  result.prompt = { ...prompt, ratio: round(prompt.warmMs / result.floorTurnMs) };
}
console.log(JSON.stringify(result, null, 2));
process.exit();

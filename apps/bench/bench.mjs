// Measures this checkout's Gateway against the floor (the least a Gateway can do) in one run and prints the ratios.
//   node bench.mjs [--json] [--no-growth] [--no-parts] [--runs 3]
//   node bench.mjs --only parts      what tool calls, the prompt, sessions at rest and a chat channel cost
//   node bench.mjs --only cli        what commands cost beside a bare Node
import { execFileSync } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readOptions } from "./options.ts";
import { judged } from "./row.ts";
import { median } from "./statistics.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const bin = path.join(root, "apps/cli/bin/openclaw.js");
const options = readOptions(process.argv.slice(2));

/** A port with free ones behind it, for the scripted model and the floor beside it. */
async function freePorts() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all([0, 1, 2, 3].map((next) => isFree(port + next)));
    if (free.every(Boolean)) return port;
  }
}
const isFree = (port) =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const run = (script, args) =>
  JSON.parse(
    execFileSync(process.execPath, [path.join(here, script), ...args], {
      cwd: here,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );

const floorCommand = (port) => [process.execPath, path.join(here, "floor.mjs"), "{port}", String(port + 1)];
const ourCommand = () => [process.execPath, bin, "gateway", "run", "--port", "{port}"];
async function measured(name, command) {
  const port = await freePorts();
  return run("measure.mjs", ["--name", name, "--port", String(port), "--", ...command(port)]);
}

// The two take turns, and every figure is the median of its ratios: what else the machine does meanwhile meets both.
const pairs = [];
for (let n = 0; n < options.runs; n++)
  pairs.push({ floor: await measured("floor", floorCommand), ours: await measured("openclaw", ourCommand) });
const beside = async (script, wanted, args = []) =>
  wanted ? run(script, ["--port", String(await freePorts()), ...args, "--", ...ourCommand()]) : undefined;
const growth = await beside("growth.mjs", options.growth);
const parts = await beside("parts.mjs", options.parts);
const channel = await beside("channel.mjs", options.parts);
const clients = await beside("clients.mjs", options.parts);
const cli = await beside("command-line.mjs", options.commandLine, ["--program", bin]);

const againstFloor = [
  ["start until the first client is connected", (of) => of.readyMs, "<=", 3],
  ["memory at rest", (of) => of.rssIdleMb, "<=", 1.6],
  ["memory after the concurrent turns", (of) => of.rssLoadedMb, "<=", 2.5],
  ["a turn, p50", (of) => of.turnSerial?.p50Ms, "<=", 5],
  ["concurrent turns per second", (of) => of.turnConcurrent?.perSecond, ">=", 0.25],
  ["health requests per second", (of) => of.rpc?.health?.perSecond, ">=", 0.5],
];
const rows = (options.runs > 0 ? againstFloor : []).map(([what, figure, sign, than]) => {
  const ratios = pairs.map(({ ours, floor }) => figure(ours) / figure(floor));
  return judged(
    what,
    median(ratios),
    { sign, than },
    {
      own: median(pairs.map(({ ours }) => figure(ours))),
      floor: median(pairs.map(({ floor }) => figure(floor))),
      ratios,
    },
  );
});
if (cli && !cli.error) {
  const times = { "--version": 3, "--help": 6, "config get gateway.port": 8, status: 15, "status --json": 15 };
  for (const [command, { time, memory }] of Object.entries(cli.commands)) {
    rows.push(judged(`openclaw ${command}`, time, { sign: "<=", than: times[command], of: "node" }));
    rows.push(judged(`memory of openclaw ${command}`, memory, { sign: "<=", than: 2.2, of: "node" }));
  }
  const eight = "openclaw models status, eight providers";
  rows.push(judged(eight, cli.modelsStatus.time, { sign: "<=", than: 15, of: "node" }));
}
if (growth && !growth.error) {
  rows.push({
    what: "chat.history, 10,000 messages : 200",
    own: growth.history200.largeMs,
    floor: growth.history200.smallMs,
    ratio: growth.history200.ratio,
    budget: "<= 3",
    ok: growth.history200.ratio <= 3,
  });
  rows.push({
    what: "append, 10,000 messages : 200",
    own: growth.append.largeMs,
    floor: growth.append.smallMs,
    ratio: growth.append.ratio,
    budget: "flat",
    ok: growth.append.ratio <= 1.5,
  });
  rows.push({
    what: "turn, 10,000 messages : 200",
    own: growth.turn.largeMs,
    floor: growth.turn.smallMs,
    ratio: growth.turn.ratio,
    budget: "bounded by the window",
    ok: true,
  });
}
if (parts && !parts.error) {
  const { tools, prompt, idle, floorTurnMs } = parts;
  rows.push({
    what: `a tool call, in a turn with ${tools.calls}, without the tool, ms`,
    own: tools.perCallMs,
    floor: floorTurnMs,
    ratio: tools.ratio,
    budget: "<= 1.5 x a turn",
    ok: tools.ratio <= 1.5,
  });
  rows.push({
    what: "the prompt of a full workspace, warm, ms",
    own: prompt.warmMs,
    floor: floorTurnMs,
    ratio: prompt.ratio,
    budget: "<= 3 ms",
    ok: prompt.warmMs <= 3,
  });
  rows.push({
    what: `memory of ${idle.sessions} idle sessions, MB`,
    own: idle.mb,
    floor: undefined,
    ratio: idle.afterMb / idle.beforeMb,
    budget: "< 20 MB",
    ok: idle.mb < 20,
  });
}
if (clients && !clients.error) {
  rows.push({
    what: `words of ${clients.chats} chats at ${clients.clients} clients, p99, ms`,
    own: clients.p99Ms,
    floor: clients.floorTurnMs,
    ratio: clients.ratio,
    budget: "<= 20 x a turn",
    ok: clients.ratio <= 20,
  });
}
if (channel && !channel.error) {
  const { inbound, load, floorTurnMs } = channel;
  rows.push({
    what: "a message on a channel, until the model is asked, ms",
    own: inbound.p50Ms,
    floor: floorTurnMs,
    ratio: inbound.ratio,
    budget: "<= 10 x a turn",
    ok: inbound.ratio <= 10,
  });
  rows.push({
    what: `${load.messages} messages of ${load.chats} chats in a second, answered in order`,
    own: load.answered,
    floor: undefined,
    ratio: load.answered / load.messages,
    budget: "all",
    ok: load.answered === load.messages && load.inOrder,
  });
  rows.push({
    what: "memory after them : before, MB",
    own: load.afterMb,
    floor: load.beforeMb,
    ratio: load.memoryRatio,
    budget: "<= 1.2",
    ok: load.memoryRatio <= 1.2,
  });
}
if (options.json) console.log(JSON.stringify({ rows, pairs, growth, parts, channel, cli }, null, 2));
else {
  console.log("| what | ours | floor | ratio | of all runs | budget | |\n| --- | --- | --- | --- | --- | --- | --- |");
  for (const row of rows)
    console.log(
      `| ${row.what} | ${row.own ?? ""} | ${row.floor ?? ""} | ${row.ratio.toFixed(2)} | ${(row.ratios ?? []).map((ratio) => ratio.toFixed(2)).join(", ")} | ${row.budget} | ${row.ok ? "ok" : "over"} |`,
    );
  for (const result of [
    ...pairs.flatMap((pair) => [pair.floor, pair.ours]),
    { name: "growth", ...growth },
    { name: "parts", ...parts },
    { name: "channel", ...channel },
    { name: "command-line", ...cli },
  ])
    if (result.error) console.log(`\n${result.name}: ${result.error}`);
}

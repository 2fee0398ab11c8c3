// Measures this checkout's Gateway against the floor (the least a Gateway can do) in one run and prints the ratios.
//   node bench.mjs [--json] [--no-growth]
import { execFileSync } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const bin = path.join(root, "apps/cli/bin/openclaw.js");
const json = process.argv.includes("--json");

/** A port with a free one behind it (for the scripted model). */
async function freePorts() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
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

const floorPort = await freePorts();
const floor = run("measure.mjs", [
  "--name",
  "floor",
  "--port",
  String(floorPort),
  "--",
  process.execPath,
  path.join(here, "floor.mjs"),
  "{port}",
  String(floorPort + 1),
]);
const ours = run("measure.mjs", [
  "--name",
  "openclaw",
  "--port",
  String(await freePorts()),
  "--",
  process.execPath,
  bin,
  "gateway",
  "run",
  "--port",
  "{port}",
]);
const growth = process.argv.includes("--no-growth")
  ? undefined
  : run("growth.mjs", [
      "--port",
      String(await freePorts()),
      "--",
      process.execPath,
      bin,
      "gateway",
      "run",
      "--port",
      "{port}",
    ]);

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const timed = (args) => {
  const times = [];
  for (let n = 0; n < 11; n++) {
    const started = performance.now();
    execFileSync(process.execPath, args, { stdio: "ignore" });
    times.push(performance.now() - started);
  }
  return median(times);
};
const bare = timed(["-e", "0"]);
const cli = { version: timed([bin, "--version"]) / bare, help: timed([bin, "--help"]) / bare };

const rows = [
  ["start until the first client is connected", ours.readyMs, floor.readyMs, "<=", 3],
  ["memory at rest", ours.rssIdleMb, floor.rssIdleMb, "<=", 1.6],
  ["memory after the concurrent turns", ours.rssLoadedMb, floor.rssLoadedMb, "<=", 2.5],
  ["a turn, p50", ours.turnSerial?.p50Ms, floor.turnSerial?.p50Ms, "<=", 5],
  ["concurrent turns per second", ours.turnConcurrent?.perSecond, floor.turnConcurrent?.perSecond, ">=", 0.25],
  ["health requests per second", ours.rpc?.health?.perSecond, floor.rpc?.health?.perSecond, ">=", 0.5],
].map(([what, own, least, sign, budget]) => ({
  what,
  own,
  floor: least,
  ratio: own / least,
  budget: `${sign} ${budget}`,
  ok: sign === "<=" ? own / least <= budget : own / least >= budget,
}));
rows.push({
  what: "openclaw --version",
  own: undefined,
  floor: undefined,
  ratio: cli.version,
  budget: "<= 3 x node",
  ok: cli.version <= 3,
});
rows.push({
  what: "openclaw --help",
  own: undefined,
  floor: undefined,
  ratio: cli.help,
  budget: "<= 6 x node",
  ok: cli.help <= 6,
});
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
if (json) console.log(JSON.stringify({ rows, floor, ours, growth, cli }, null, 2));
else {
  console.log("| what | ours | floor | ratio | budget | |\n| --- | --- | --- | --- | --- | --- |");
  for (const row of rows)
    console.log(
      `| ${row.what} | ${row.own ?? ""} | ${row.floor ?? ""} | ${row.ratio.toFixed(2)} | ${row.budget} | ${row.ok ? "ok" : "over"} |`,
    );
  for (const [name, result] of Object.entries({ floor, ours, growth: growth ?? {} }))
    if (result.error) console.log(`\n${name}: ${result.error}`);
}

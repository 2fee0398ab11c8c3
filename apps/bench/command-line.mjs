// What commands of the program cost beside a bare Node in the same run: time, and the most memory the process had.
//   node command-line.mjs --port <n> --program <file> -- <command that starts the gateway in the foreground>
// Prints one JSON object: multiples of `node -e 0`. Takes the ports n and n + 1.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { eightProviders } from "./eight-providers.mjs";
import { createHome, startGateway } from "./gateway-under-test.mjs";
import { median, round } from "./statistics.ts";

const split = process.argv.indexOf("--");
const value = (name) => process.argv[process.argv.indexOf(name) + 1];
const program = value("--program");
const home = createHome({ port: Number(value("--port")), contextWindow: 128000, maxTokens: 8000 });
const memoryFile = path.join(home.dir, "memory");
const preload = fileURLToPath(new URL("./last-memory.cjs", import.meta.url));
const rounds = 11;

const own = { HOME: home.dir, PATH: process.env.PATH, OPENCLAW_STATE_DIR: home.stateDir };

/** Runs it some times: medians of ms and of KB. */
function measured(args, env = own) {
  const times = [];
  const memory = [];
  for (let n = 0; n < rounds; n++) {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["--require", preload, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      env: { ...env, BENCH_MEMORY_FILE: memoryFile },
    });
    times.push(performance.now() - started);
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr.slice(-600)}`);
    memory.push(Number(fs.readFileSync(memoryFile, "utf8")));
  }
  return { ms: median(times), kb: median(memory) };
}

const user = eightProviders();
const gateway = startGateway(home, process.argv.slice(split + 1));
const result = { commands: {} };
try {
  (await gateway.firstClient(3)).close();
  const bare = measured(["-e", "0"]);
  const beside = ({ ms, kb }) => ({ time: round(ms / bare.ms), memory: round(kb / bare.kb) });
  result.bareMs = round(bare.ms);
  result.bareMb = round(bare.kb / 1024);
  for (const command of ["--version", "--help", "config get gateway.port", "status", "status --json"])
    result.commands[command] = beside(measured([program, ...command.split(" ")]));
  result.modelsStatus = beside(measured([program, "models", "status", "--json"], user.env));
} catch (error) {
  result.error = String(error.message ?? error);
  process.exitCode = 1;
} finally {
  gateway.kill();
  user.remove();
  fs.rmSync(home.dir, { recursive: true, force: true });
}
console.log(JSON.stringify(result, null, 2));
process.exit();

import { existsSync } from "node:fs";
import path from "node:path";
import { tailLog } from "@openclaw/log";

/** Where launchd writes what the Gateway prints, below the state directory. */
const files = ["gateway.log", "gateway.err.log"];
/** Lines that are looked at, and shown, of each. */
const linesRead = 200;
const linesShown = 8;
const mostCharacters = 200;

/** The ends of what a service has printed; a line that comes again and again is shown once, with how often. */
export async function serviceLogTails(stateDir: string): Promise<string[]> {
  const places = files.map((name) => path.join(stateDir, "logs", name)).filter((file) => existsSync(file));
  const tails = await Promise.all(places.map(serviceLogTail));
  return tails.flat();
}

async function serviceLogTail(file: string): Promise<string[]> {
  try {
    const { lines } = await tailLog({ file, limit: linesRead });
    const shown = withoutRepeats(lines).slice(-linesShown);
    return [`Service log: ${file}${shown.length === 0 ? " (empty)" : ""}`, ...shown.map((line) => `  ${line}`)];
  } catch (error) {
    return [`Service log: ${file} (${error instanceof Error ? error.message : String(error)})`];
  }
}

function withoutRepeats(lines: readonly string[]): string[] {
  const runs: { line: string; times: number }[] = [];
  for (const raw of lines) {
    const line = raw.trimEnd().slice(0, mostCharacters);
    const last = runs.at(-1);
    if (last?.line === line) last.times += 1;
    else if (line !== "") runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
}

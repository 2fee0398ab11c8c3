import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

/**
 * Runs a program and resolves with its exit code and what it printed. With `quiet` the output is only collected.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} options
 * @returns {Promise<{ code: number, output: string, ms: number }>}
 */
export function run(command, args, { cwd, env = process.env, quiet = true } = {}) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks = [];
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.on("data", (chunk) => {
        chunks.push(chunk);
        if (!quiet) target.write(chunk);
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({
        code: code ?? (signal ? 1 : 0),
        output: Buffer.concat(chunks).toString("utf8"),
        ms: performance.now() - started,
      }),
    );
  });
}

/** One line that says what is being done and, when it is over, how long it took. */
export async function step(label, work) {
  const started = performance.now();
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(`• ${label} …`);
  try {
    const result = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(live ? `\r✓ ${label} (${seconds} s)\u001b[K\n` : `✓ ${label} (${seconds} s)\n`);
    return result;
  } catch (error) {
    if (live) process.stdout.write(`\r✗ ${label}\u001b[K\n`);
    else process.stdout.write(`✗ ${label}\n`);
    throw error;
  }
}

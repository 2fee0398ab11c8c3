import { readFlag, readVariable } from "./environment.ts";

/** The variables worth taking from a login shell; no other is ever copied. */
export const shellEnvKeys: readonly string[] = [
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_OAUTH_TOKEN",
  "GEMINI_API_KEY",
  "ZAI_API_KEY",
  "OPENROUTER_API_KEY",
  "AI_GATEWAY_API_KEY",
  "MINIMAX_API_KEY",
  "SYNTHETIC_API_KEY",
  "ELEVENLABS_API_KEY",
  "TELEGRAM_BOT_TOKEN",
  "DISCORD_BOT_TOKEN",
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "OPENCLAW_GATEWAY_TOKEN",
  "OPENCLAW_GATEWAY_PASSWORD",
];

const defaultTimeoutMs = 15_000;
const maxOutputBytes = 2 * 1024 * 1024;

/** Runs a program without stdin and yields its standard output; rejects on failure, timeout or too much output. */
export type RunProgram = (
  file: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; timeoutMs: number; maxOutputBytes: number },
) => Promise<string>;

/** Whether the import is wanted: by `env.shellEnv.enabled` or by `OPENCLAW_LOAD_SHELL_ENV`, and not deferred. */
export function wantsShellEnv(enabled: boolean | undefined, env: NodeJS.ProcessEnv): boolean {
  if (readFlag(env, "OPENCLAW_DEFER_SHELL_ENV_FALLBACK")) return false;
  return enabled === true || readFlag(env, "OPENCLAW_LOAD_SHELL_ENV") === true;
}

/**
 * Fills missing API keys from the user's login shell (`$SHELL -l -c "env -0"`), for programs started outside of one. Does
 * nothing when any of the expected keys is there already.
 * @returns the names that were set
 * @throws the error of the program, its timeout included; the caller reports it and goes on
 */
export async function importShellEnv(
  env: NodeJS.ProcessEnv,
  options: { timeoutMs?: number; run?: RunProgram } = {},
): Promise<string[]> {
  if (shellEnvKeys.some((key) => env[key]?.trim())) return [];
  const run = options.run ?? runProgram;
  const fromEnv = Number(readVariable(env, "OPENCLAW_SHELL_ENV_TIMEOUT_MS"));
  // Zero would end the shell before it starts; it means "the usual limit".
  const timeoutMs = options.timeoutMs || (fromEnv > 0 ? fromEnv : defaultTimeoutMs);
  const output = await run(env.SHELL?.trim() || "/bin/sh", ["-l", "-c", "env -0"], { env, timeoutMs, maxOutputBytes });
  const found = new Map<string, string>();
  for (const line of output.split("\0")) {
    const equals = line.indexOf("=");
    if (equals > 0) found.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const applied: string[] = [];
  for (const key of shellEnvKeys) {
    const value = found.get(key);
    if (!value?.trim()) continue;
    env[key] = value;
    applied.push(key);
  }
  return applied;
}

const runProgram: RunProgram = async (file, args, { env, timeoutMs, maxOutputBytes }) => {
  const { spawn } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    // A process group of its own, so that whatever the profile files started ends with the shell at the timeout.
    const child = spawn(file, args, {
      env,
      stdio: ["ignore", "pipe", "ignore"],
      detached: process.platform !== "win32",
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let failure: Error | undefined;
    const stop = (reason: Error) => {
      failure ??= reason;
      child.stdout.destroy();
      if (child.pid !== undefined && process.platform !== "win32") {
        try {
          process.kill(-child.pid, "SIGKILL");
          return;
        } catch (error) {
          failure = new Error(`${failure.message} (and the shell could not be ended)`, { cause: error });
        }
      }
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => stop(new Error(`${file} did not answer within ${timeoutMs} ms`)), timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) stop(new Error(`${file} printed more than ${maxOutputBytes} bytes`));
      else chunks.push(chunk);
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (failure) reject(failure);
      else if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(new Error(`${file} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
};

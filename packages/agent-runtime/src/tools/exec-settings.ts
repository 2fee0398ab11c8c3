import type { ExecOutputLimits } from "./exec-output.ts";

/** The keys of `tools.exec` that say how long commands run and are remembered. */
export interface ExecLimits {
  /** Milliseconds before a command goes on in the background. */
  backgroundMs?: number;
  /** Seconds after which a command is stopped. */
  timeoutSec?: number;
  /** Milliseconds for which a finished background command is remembered. */
  cleanupMs?: number;
  /** Tell the session when a command in the background ends. */
  notifyOnExit?: boolean;
}

/** What counts for one command, whatever was configured. */
export interface ExecSettings {
  yieldMs: number;
  timeoutSec: number;
  retentionMs: number;
  notifyOnExit: boolean;
  output: ExecOutputLimits;
}

const defaultYieldMs = 10_000;
const defaultTimeoutSec = 1800;
const defaultRetentionMs = 30 * 60_000;
const defaultOutputChars = 200_000;

export function execSettings(config: ExecLimits, env: NodeJS.ProcessEnv): ExecSettings {
  const outputChars = (name: string) => clamp(numberOf(env[name]) ?? defaultOutputChars, 1000, 200_000);
  return {
    yieldMs: clampYieldMs(config.backgroundMs ?? numberOf(env.PI_BASH_YIELD_MS) ?? defaultYieldMs),
    timeoutSec: config.timeoutSec !== undefined && config.timeoutSec > 0 ? config.timeoutSec : defaultTimeoutSec,
    retentionMs: clamp(
      config.cleanupMs ?? numberOf(env.PI_BASH_JOB_TTL_MS) ?? defaultRetentionMs,
      60_000,
      3 * 60 * 60_000,
    ),
    notifyOnExit: config.notifyOnExit !== false,
    output: {
      maxChars: outputChars("PI_BASH_MAX_OUTPUT_CHARS"),
      maxUnreadChars: outputChars("OPENCLAW_BASH_PENDING_MAX_OUTPUT_CHARS"),
    },
  };
}

export function clampYieldMs(ms: number): number {
  return clamp(ms, 10, 120_000);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.floor(value), least), most);
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

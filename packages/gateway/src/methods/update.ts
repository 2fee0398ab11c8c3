import { doctorHint, type RestartSentinelPayload, writeRestartSentinel } from "../restart-sentinel.ts";
import type { HandlersOf } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** What an update came to. */
export interface UpdateResult {
  status: "ok" | "skipped" | "error";
  mode: "git" | "npm" | "pnpm" | "bun" | "unknown";
  root?: string;
  /** Why nothing was changed, or what failed. */
  reason?: string;
  before?: { version?: string; sha?: string };
  after?: { version?: string; sha?: string };
  steps: {
    name: string;
    command: string;
    cwd: string;
    durationMs: number;
    exitCode?: number | null;
    stdoutTail?: string | null;
    stderrTail?: string | null;
  }[];
  durationMs: number;
}

/** Brings the installed program up to date. Resolves also when that failed. */
export type Updater = (options: { timeoutMs?: number | undefined }) => Promise<UpdateResult>;

/** An installation whose package names no place to get updates from: nobody is asked and nothing changes. */
const withoutSource: Updater = () =>
  Promise.resolve({ status: "skipped", mode: "unknown", reason: "no-update-source", steps: [], durationMs: 0 });

const defaultRestartDelayMs = 2000;
const longestRestartDelayMs = 60_000;

/** `update.run`: updates the program, then restarts it and tells the session that asked. */
export function updateMethods(gateway: MethodContext): HandlersOf<"update.run"> {
  const update = gateway.update ?? withoutSource;
  let running: Promise<UpdateResult> | undefined;

  return {
    async "update.run"(params) {
      // Two at once would write over each other; the second gets what the first came to.
      const work = running ?? update({ timeoutMs: params.timeoutMs });
      running = work;
      const result = await work.finally(() => {
        running = undefined;
      });
      const { status, mode, reason, before, after, steps, durationMs, root } = result;
      const payload: RestartSentinelPayload = {
        kind: "update",
        status,
        ts: gateway.clock.now(),
        ...(params.sessionKey ? { sessionKey: params.sessionKey } : {}),
        message: params.note ?? null,
        doctorHint,
        stats: { mode, root, before, after, steps, reason, durationMs },
      };
      // The program that runs goes on unless there is another to start: only then is there a start to tell of it.
      if (status !== "ok")
        return { ok: true as const, result, restart: null, sentinel: { path: null, payload } } as never;
      const sentinelPath = await writeRestartSentinel(payload, gateway);
      const delayMs = Math.min(params.restartDelayMs ?? defaultRestartDelayMs, longestRestartDelayMs);
      gateway.requestRestart({ reason: "update.run", delayMs });
      return {
        ok: true as const,
        result,
        restart: { ok: true, pid: process.pid, signal: "SIGUSR1", delayMs, reason: "update.run", mode: "emit" },
        sentinel: { path: sentinelPath, payload },
      } as never;
    },
  };
}

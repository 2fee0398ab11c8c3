import { CliError } from "../run/cli-error.ts";
import type { ProcessAccess } from "./port-listeners.ts";

/** How long a process has to end by itself, ms. */
const graceMs = 700;
/** How long all of them have, ms. */
const waitMs = 2000;
const pollMs = 50;

/**
 * Ends what listens on a port: asks, then kills. Returns the lines to log.
 * @throws CliError when something still listens afterwards or may not be ended
 */
export async function freePort(port: number, processes: ProcessAccess, ownPid: number): Promise<string[]> {
  const lines: string[] = [];
  try {
    const listening = () => processes.listeners(port).filter(({ pid }) => pid !== ownPid);
    const found = listening();
    if (found.length === 0) return [`force: no listeners on port ${port}`];
    const startedAt = processes.now();
    for (const { pid, command } of found) {
      if (processes.signal(pid, "SIGTERM")) lines.push(`force: killed pid ${pid} (${command}) on port ${port}`);
    }
    let escalated = false;
    let left = listening();
    while (left.length > 0) {
      const elapsed = processes.now() - startedAt;
      if (elapsed >= waitMs)
        throw new Error(`port ${port} is still in use by pid ${left.map(({ pid }) => pid).join(", ")}`);
      if (!escalated && elapsed >= graceMs) {
        escalated = true;
        for (const { pid } of left) {
          if (processes.signal(pid, "SIGKILL")) lines.push(`force: escalated to SIGKILL for pid ${pid}`);
        }
      }
      await processes.sleep(pollMs);
      left = listening();
    }
    lines.push(`force: waited ${Math.round(processes.now() - startedAt)}ms for port ${port} to free`);
    return lines;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError([...lines, `Force: ${reason}`], { code: "force-failed", cause: error });
  }
}

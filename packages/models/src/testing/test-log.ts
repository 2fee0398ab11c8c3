import type { Logger } from "@openclaw/log";
import { silentLog } from "@openclaw/log";

/** A log whose lines a test can look at. */
export function createTestLog(): Logger & { lines: string[] } {
  const lines: string[] = [];
  const take = (message: string) => void lines.push(message);
  return { ...silentLog, trace: take, debug: take, info: take, warn: take, error: take, lines };
}

import type { LogLevel } from "./log-level.ts";

/** What code that logs needs. Metadata is any object; secrets in it are masked by name and by form. */
export interface Logger {
  fatal(message: string, meta?: object): void;
  error(message: string, meta?: object): void;
  warn(message: string, meta?: object): void;
  info(message: string, meta?: object): void;
  debug(message: string, meta?: object): void;
  trace(message: string, meta?: object): void;
  /** A logger for a part: its subsystem is this one's, a slash and `subsystem`. */
  child(subsystem: string): Logger;
  /** False when a line of this level would be written nowhere; saves building costly messages. */
  isEnabled(level: LogLevel): boolean;
}

/** Writes nothing. For callers that want no log and for tests. */
export const silentLog: Logger = Object.freeze({
  fatal: nothing,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  child: () => silentLog,
  isEnabled: () => false,
});

function nothing(): void {
  // Silence is the point.
}

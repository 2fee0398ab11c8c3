/** How much is written: every level includes the ones before it; `silent` writes nothing. */
export type LogLevel = "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace";

/** A level a line can have. */
export type LineLevel = Exclude<LogLevel, "silent">;

/** All levels, from quiet to chatty. */
export const logLevels: readonly LogLevel[] = ["silent", "fatal", "error", "warn", "info", "debug", "trace"];

/** The numbers `_meta.logLevelId` carries in a log file. Existing readers of these files know them. */
export const logLevelIds: Readonly<Record<LineLevel, number>> = {
  trace: 1,
  debug: 2,
  info: 3,
  warn: 4,
  error: 5,
  fatal: 6,
};

/** True when a line of `level` is written by an output set to `limit`. */
export function levelPasses(level: LineLevel, limit: LogLevel): boolean {
  return limit !== "silent" && logLevelIds[level] >= logLevelIds[limit];
}

/** The level named by `text` (any case, surrounding space ignored), or undefined. */
export function parseLogLevel(text: unknown): LogLevel | undefined {
  if (typeof text !== "string") return undefined;
  const name = text.trim().toLowerCase();
  return logLevels.find((level) => level === name);
}

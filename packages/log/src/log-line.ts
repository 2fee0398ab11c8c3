import type { LineLevel } from "./log-level.ts";
import { logLevelIds, parseLogLevel } from "./log-level.ts";
import type { PlainValue } from "./log-value.ts";

/** The fixed part of a logger's lines. */
export interface LineOrigin {
  /** Undefined for the log itself, which has no subsystem. */
  subsystem?: string | undefined;
  hostname: string;
  runtimeVersion: string;
}

/**
 * Returns the function that writes a logger's lines, each one JSON object with a line break. Its keys are those of the
 * log files users and tools already have: `"0"` holds the bindings as a JSON text, `"1"` the message, or the metadata
 * with the message in `"2"`; without a subsystem the message is `"0"` and the metadata `"1"`.
 */
export function lineWriter(
  origin: LineOrigin,
): (level: LineLevel, at: number, message: string, meta?: PlainValue) => string {
  const bindings = origin.subsystem === undefined ? undefined : JSON.stringify({ subsystem: origin.subsystem });
  const metaStart = JSON.stringify({
    runtime: "node",
    runtimeVersion: origin.runtimeVersion,
    hostname: origin.hostname,
    name: bindings ?? "openclaw",
    ...(bindings === undefined ? {} : { parentNames: ["openclaw"] }),
  }).slice(0, -1);
  const bound = bindings === undefined ? undefined : `{"0":${JSON.stringify(bindings)},`;
  return (level, at, message, meta) => {
    const time = new Date(at).toISOString();
    const text = JSON.stringify(message);
    const data = meta === undefined ? undefined : JSON.stringify(meta);
    let parts: string;
    if (bound === undefined) parts = data === undefined ? `{"0":${text}` : `{"0":${text},"1":${data}`;
    else parts = data === undefined ? `${bound}"1":${text}` : `${bound}"1":${data},"2":${text}`;
    const levelPart = `"date":"${time}","logLevelId":${logLevelIds[level]},"logLevelName":"${level.toUpperCase()}"`;
    return `${parts},"_meta":${metaStart},${levelPart}},"time":"${time}"}\n`;
  };
}

/** A log line taken apart for display. */
export interface ParsedLogLine {
  time?: string;
  level?: Exclude<ReturnType<typeof parseLogLevel>, undefined>;
  subsystem?: string;
  /** The bindings' `module`, which lines of the reference release may have beside or instead of a subsystem. */
  module?: string;
  /** All message parts, joined by spaces; metadata as JSON. */
  message: string;
  raw: string;
}

/** Reads one line of a log file, of ours or of the reference release. Undefined when it is not such a line. */
export function parseLogLine(raw: string): ParsedLogLine | undefined {
  const line = parseObject(raw);
  if (!line) return undefined;
  const parts = Object.keys(line)
    .filter((key) => /^[0-9]+$/.test(key))
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => line[key]);
  const first = parts[0];
  const bindings = typeof first === "string" && first.startsWith("{") ? parseObject(first) : undefined;
  const meta = isRecord(line._meta) ? line._meta : {};
  const parsed: ParsedLogLine = { message: joinParts(bindings ? parts.slice(1) : parts), raw };
  const time = text(line.time) ?? text(meta.date);
  const level = parseLogLevel(meta.logLevelName);
  const subsystem = text(bindings?.subsystem);
  const module = text(bindings?.module);
  if (time !== undefined) parsed.time = time;
  if (level !== undefined) parsed.level = level;
  if (subsystem !== undefined) parsed.subsystem = subsystem;
  if (module !== undefined) parsed.module = module;
  return parsed;
}

// Metadata stands before the message in the file and after it on a screen.
function joinParts(parts: readonly unknown[]): string {
  const texts = parts.filter((part) => typeof part === "string");
  const others = parts.filter((part) => part !== undefined && typeof part !== "string");
  return [...texts, ...others.map((part) => JSON.stringify(part))].join(" ");
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON: the caller shows the line as it is.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

import type { LineLevel } from "./log-level.ts";
import type { PlainValue } from "./log-value.ts";
import { subsystemLabel, withoutOwnName } from "./subsystem-label.ts";
import type { Style } from "./terminal-color.ts";
import { grey, labelColor, paint, red, yellow } from "./terminal-color.ts";

/** `logging.consoleStyle`. */
export type ConsoleStyle = "pretty" | "compact" | "json";

export interface ConsoleLine {
  level: LineLevel;
  /** ms since the epoch */
  at: number;
  subsystem?: string | undefined;
  message: string;
  meta?: PlainValue | undefined;
}

/** One line for the console, with its line break. `json` is never coloured; the two others leave metadata to the file. */
export function formatConsoleLine(line: ConsoleLine, style: ConsoleStyle, color: boolean): string {
  switch (style) {
    case "json":
      return jsonLine(line);
    case "compact":
      return textLine(line, new Date(line.at).toISOString(), color);
    case "pretty":
      return textLine(line, localTime(line.at), color);
  }
}

function textLine(line: ConsoleLine, time: string, color: boolean): string {
  const style = color ? levelStyle(line.level) : undefined;
  const own = line.subsystem === undefined ? line.message : withoutOwnName(line.message, line.subsystem);
  const message = printable(own);
  const shownTime = color ? paint(time, grey) : time;
  const shownMessage = style === undefined ? message : paint(message, style);
  if (line.subsystem === undefined) return `${shownTime} ${shownMessage}\n`;
  const label = subsystemLabel(line.subsystem);
  const shownLabel = color ? paint(`[${label}]`, labelColor(label)) : `[${label}]`;
  return `${shownTime} ${shownLabel} ${shownMessage}\n`;
}

function jsonLine({ level, at, subsystem, message, meta }: ConsoleLine): string {
  const fixed = { time: new Date(at).toISOString(), level, ...(subsystem === undefined ? {} : { subsystem }), message };
  if (meta === undefined) return `${JSON.stringify(fixed)}\n`;
  const extra = typeof meta === "object" && meta !== null && !Array.isArray(meta) ? meta : { meta };
  // The fixed keys come first and cannot be replaced by metadata of the same name.
  return `${JSON.stringify({ ...fixed, ...extra, ...fixed })}\n`;
}

function levelStyle(level: LineLevel): Style | undefined {
  switch (level) {
    case "fatal":
    case "error":
      return red;
    case "warn":
      return yellow;
    case "info":
      return undefined;
    case "debug":
    case "trace":
      return grey;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters a message must not bring along.
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Messages quote what strangers sent: control characters (colours, cursor movements, window titles) are dropped, and
 * further lines are indented so that none can pass for a log line of its own.
 */
function printable(message: string): string {
  return message.replace(/\r\n/g, "\n").replace(controlCharacters, "").replace(/\n/g, "\n  ");
}

function localTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

import { redactDefaults } from "./default-redaction.ts";
import { loggableText } from "./log-value.ts";

/** What `gateway --ws-log` accepts; `auto` looks like `compact`. */
export type WsLogStyle = "auto" | "full" | "compact";

/** The error text for any other value. */
export const invalidWsLogStyle = 'Invalid --ws-log (use "auto", "full", "compact")';

/** Responses slower than this many ms are logged without `--verbose` as well. */
export const slowResponseMs = 50;

const longestId = 24;
const longestValue = 240;
const longestPreview = 160;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The style named by `value`, or undefined (say `invalidWsLogStyle` then). */
export function parseWsLogStyle(value: string): WsLogStyle | undefined {
  return value === "auto" || value === "full" || value === "compact" ? value : undefined;
}

/** UUIDs as their first 8 and last 4 characters, other ids above 24 characters as their first 12 and last 4. */
export function shortenId(id: string): string {
  if (uuid.test(id)) return `${id.slice(0, 8)}…${id.slice(-4)}`;
  if (id.length > longestId) return `${id.slice(0, 12)}…${id.slice(-4)}`;
  return id;
}

/** A value for one line: redacted with the built-in patterns, whitespace folded, cut at 240 characters. */
export function formatWsValue(value: unknown): string {
  return oneLine(typeof value === "string" ? shortenIfUuid(value) : toText(value), longestValue);
}

/** The beginning of an assistant's text, 160 characters. */
export function previewAssistantText(text: string): string {
  return oneLine(text, longestPreview);
}

/** Further values of a line, printed as `key=value`; undefined ones are left out. */
export type WsLogFields = Readonly<Record<string, unknown>>;

export interface WsResponseLine {
  conn: string;
  id: string;
  method: string;
  ok: boolean;
  durationMs: number;
  fields?: WsLogFields | undefined;
}

export interface WsEventLine {
  event: string;
  conn?: string | undefined;
  fields?: WsLogFields | undefined;
}

export interface WsFrameLine {
  direction: "in" | "out";
  /** `req`, `res`, `event`. */
  type: string;
  conn: string;
  id?: string | undefined;
  /** Method or event. */
  name?: string | undefined;
  ok?: boolean | undefined;
  fields?: WsLogFields | undefined;
}

/** Each function returns the line to log, or undefined when this mode does not show it. */
export interface WsLogFormatter {
  response(line: WsResponseLine): string | undefined;
  event(line: WsEventLine): string | undefined;
  frame(line: WsFrameLine): string | undefined;
  parseError(line: { conn: string; error: string }): string;
}

/**
 * Formats the WebSocket traffic of one Gateway. Without `verbose`: failed and slow responses and parse errors. With it:
 * one line per request and event, or per frame in style `full`. A connection's id is printed when it differs from the
 * line before.
 */
export function createWsLogFormatter(options: { verbose: boolean; style?: WsLogStyle | undefined }): WsLogFormatter {
  const style = options.style ?? "auto";
  const perFrame = options.verbose && style === "full";
  const perExchange = options.verbose && style !== "full";
  let lastConn: string | undefined;

  function finish(head: string, conn: string | undefined, id: string | undefined, fields: WsLogFields = {}): string {
    const parts = [head];
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined) parts.push(`${key}=${formatWsField(key, value)}`);
    }
    if (conn !== undefined && conn !== lastConn) {
      parts.push(`conn=${shortenId(conn)}`);
      lastConn = conn;
    }
    if (id !== undefined) parts.push(`id=${shortenId(id)}`);
    return parts.join(" ");
  }

  return {
    response({ conn, id, method, ok, durationMs, fields }) {
      const notable = !ok || durationMs > slowResponseMs;
      if (!perExchange && (options.verbose || !notable)) return undefined;
      return finish(`⇄ res ${mark(ok)} ${oneLine(method, longestValue)} ${Math.round(durationMs)}ms`, conn, id, fields);
    },
    event({ event, conn, fields }) {
      return perExchange ? finish(`→ event ${oneLine(event, longestValue)}`, conn, undefined, fields) : undefined;
    },
    frame({ direction, type, conn, id, name, ok, fields }) {
      if (!perFrame) return undefined;
      const words = [direction === "in" ? "←" : "→", type, ok === undefined ? undefined : mark(ok), name];
      const head = words.filter((word) => word !== undefined).join(" ");
      return finish(oneLine(head, longestValue), conn, id, fields);
    },
    parseError: ({ conn, error }) => finish("← parse error", conn, undefined, { error }),
  };
}

// The pair is redacted, not only the value: a field's name may be all that tells a secret.
function formatWsField(key: string, value: unknown): string {
  const pair = redactDefaults(`${key}=${JSON.stringify(formatWsValue(value))}`);
  const text = pair.slice(key.length + 1);
  // Quotes are kept only where a space would make the end of the value unclear.
  const inner = text.slice(1, -1);
  return /[\s"\\]/.test(inner) || text !== `"${inner}"` ? text : inner;
}

function mark(ok: boolean): string {
  return ok ? "✓" : "✗";
}

function shortenIfUuid(text: string): string {
  return uuid.test(text) ? shortenId(text) : text;
}

function toText(value: unknown): string {
  if (value instanceof Error) return value.message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "[not data]"; // Circular or a bigint: nothing that arrived as a frame.
  }
}

function oneLine(text: string, longest: number): string {
  const folded = loggableText(text, redactDefaults).replace(/\s+/g, " ").trim();
  return folded.length > longest ? `${folded.slice(0, longest)}…` : folded;
}

import { joinProblems } from "./problems.ts";

/** A client's request, after `readRequestFrame` accepted it. */
export interface RequestFrame {
  type: "req";
  /** Chosen by the client, unique among its open requests. */
  id: string;
  method: string;
  params?: unknown;
  /** Accepted and ignored. */
  traceparent?: string;
  /** Accepted and ignored. */
  expectedProfileId?: string;
}

export type ReadFrame =
  | { ok: true; frame: RequestFrame }
  /** `id` is the one to answer with: the frame's own when it is a string, else `invalid`. */
  | { ok: false; id: string; problems: string };

const optionalText = ["traceparent", "expectedProfileId"] as const;
const optionalTextLength = 128;

/**
 * Checks a parsed message for the form of a request. Every message of every connection passes here, so it is written
 * by hand; its texts are those the `requestFrame` schema gives through `formatProblems` (a test compares the two).
 */
export function readRequestFrame(message: unknown): ReadFrame {
  if (isWellFormed(message)) return { ok: true, frame: message };
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    return { ok: false, id: "invalid", problems: "must be object" };
  }
  const given: Record<string, unknown> = { ...message };
  return { ok: false, id: typeof given.id === "string" ? given.id : "invalid", problems: frameProblems(given) };
}

function isWellFormed(message: unknown): message is RequestFrame {
  if (typeof message !== "object" || message === null) return false;
  if (!("type" in message && "id" in message && "method" in message)) return false;
  if (message.type !== "req") return false;
  if (typeof message.id !== "string" || message.id === "") return false;
  if (typeof message.method !== "string" || message.method === "") return false;
  // Parsed JSON inherits nothing enumerable; this loop is several times faster than a list of keys.
  for (const name in message) if (!isFrameField(name)) return false;
  return (
    (!("traceparent" in message) || isShortText(message.traceparent)) &&
    (!("expectedProfileId" in message) || isShortText(message.expectedProfileId))
  );
}

function isShortText(value: unknown): boolean {
  return value === undefined || (typeof value === "string" && value.length <= optionalTextLength);
}

function frameProblems(given: Record<string, unknown>): string {
  const found: string[] = [];
  for (const name of ["type", "id", "method"]) {
    if (given[name] === undefined) found.push(`must have required property '${name}'`);
  }
  for (const name of Object.keys(given)) {
    if (!isFrameField(name)) found.push(`at root: unexpected property '${name}'`);
  }
  if (given.type !== undefined && given.type !== "req") found.push("at /type: must be equal to constant");
  for (const name of ["id", "method"]) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value !== "string") found.push(`at /${name}: must be string`);
    else if (value === "") found.push(`at /${name}: must NOT have fewer than 1 characters`);
  }
  for (const name of optionalText) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value !== "string") found.push(`at /${name}: must be string`);
    else if (value.length > optionalTextLength) {
      found.push(`at /${name}: must NOT have more than ${optionalTextLength} characters`);
    }
  }
  return joinProblems(found);
}

function isFrameField(name: string): boolean {
  switch (name) {
    case "type":
    case "id":
    case "method":
    case "params":
    case "traceparent":
    case "expectedProfileId":
      return true;
    default:
      return false;
  }
}

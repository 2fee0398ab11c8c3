import { closeSync, openSync, readSync } from "node:fs";
import { readLinesBackward } from "@openclaw/storage";
import { stripEnvelope } from "./envelope.ts";
import { messageText, type TranscriptMessage, toolCallsOf } from "./message.ts";
import { parseLine, readEntry } from "./read-entry.ts";
import { isErrno } from "./session-error.ts";
import type { Transcript } from "./transcript.ts";
import type { HistoryItem } from "./transcript-history.ts";

export type PreviewRole = "user" | "assistant" | "tool" | "system" | "other";

export interface PreviewItem {
  role: PreviewRole;
  text: string;
}

export interface SessionPreview {
  key: string;
  status: "ok" | "empty" | "missing" | "error";
  items: PreviewItem[];
}

/** Cuts a text to `maxChars`, `...` included. */
export function cutPreview(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, Math.max(0, maxChars - 3))}...`;
}

/** One line of a preview; undefined for messages that show nothing. */
export function previewItem(item: HistoryItem, maxChars: number): PreviewItem | undefined {
  if (item.kind === "compaction") return { role: "system", text: "Compaction" };
  if (item.kind === "stopped") return undefined;
  const { message } = item;
  const text = previewText(message);
  return text ? { role: previewRole(message), text: cutPreview(text, maxChars) } : undefined;
}

function previewRole(message: TranscriptMessage): PreviewRole {
  switch (message.role) {
    case "user":
      return "user";
    case "assistant":
      return messageText(message).trim() === "" && toolCallsOf(message).length > 0 ? "tool" : "assistant";
    case "toolResult":
      return "tool";
    case "custom":
    case "bashExecution":
      return "other";
    default: {
      const never: never = message;
      return never;
    }
  }
}

function previewText(message: TranscriptMessage): string {
  if (message.role === "bashExecution") return message.command;
  const raw = messageText(message);
  const text = (message.role === "user" ? stripEnvelope(raw) : raw).trim();
  if (text) return text;
  if (message.role === "assistant") {
    const names = toolCallsOf(message).map((call) => call.name);
    const more = names.length > 2 ? ` +${names.length - 2}` : "";
    return names.length > 0 ? `call ${names.slice(0, 2).join(", ")}${more}` : "";
  }
  if (typeof message.content === "string") return "";
  const media = message.content.find((block) => block.type !== "text");
  return media ? `[${media.type}]` : "";
}

/**
 * The last messages of a transcript in short, oldest first. Reads only as far back as it needs.
 * @param options `limit` 1–50 (12), `maxChars` 20–2000 per text (240).
 */
export function previewTranscript(
  transcript: Transcript,
  options: { limit?: number; maxChars?: number } = {},
): PreviewItem[] {
  const limit = Math.min(50, Math.max(1, options.limit ?? 12));
  const maxChars = Math.min(2000, Math.max(20, options.maxChars ?? 240));
  const items: PreviewItem[] = [];
  // Messages that show nothing are rare: a little more than asked for is enough, and bounds the reading.
  for (const item of transcript.history(limit * 2).reverse()) {
    const preview = previewItem(item, maxChars);
    if (preview) items.push(preview);
    if (items.length === limit) break;
  }
  return items.reverse();
}

const titleBytes = 64 * 1024;
const titleChars = 60;

/** The first text a user wrote in a transcript, looked for in its first 64 KiB. */
export function firstUserText(path: string): string | undefined {
  let head: string;
  try {
    head = readHead(path);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
  for (const line of head.split("\n")) {
    if (!line.includes('"user"')) continue;
    const record = parseLine(line);
    const entry = record && readEntry(record);
    if (entry?.type !== "message" || entry.message.role !== "user") continue;
    const text = stripEnvelope(messageText(entry.message)).trim();
    if (text) return text;
  }
  return undefined;
}

function readHead(path: string): string {
  const fd = openSync(path, "r");
  try {
    const block = Buffer.allocUnsafe(titleBytes);
    return block.toString("utf8", 0, readSync(fd, block, 0, titleBytes, 0));
  } finally {
    closeSync(fd);
  }
}

/** At most 60 characters on one line, cut between words when that keeps more than 60 % of them. */
export function shortTitle(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= titleChars) return line;
  const cut = line.slice(0, titleChars - 1);
  const space = cut.lastIndexOf(" ");
  return `${(space > titleChars * 0.6 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** A name for a session that has none: display name, subject, first user text, else the id and the day. */
export function derivedTitle(
  entry: { sessionId?: string; updatedAt?: number; displayName?: string; subject?: string },
  firstText: () => string | undefined,
): string | undefined {
  const named = entry.displayName?.trim() || entry.subject?.trim();
  if (named) return named;
  const text = firstText();
  if (text) return shortTitle(text);
  if (!entry.sessionId) return undefined;
  const id = entry.sessionId.slice(0, 8);
  return entry.updatedAt ? `${id} (${new Date(entry.updatedAt).toISOString().slice(0, 10)})` : id;
}

/** What is said in an answer; the lines that attach files say nothing to a reader. */
function withoutFileLines(text: string): string {
  const said = text.replace(/^[ \t]*MEDIA:.*$/gim, "").trim();
  return said === "" && text.trim() !== "" ? "[file]" : said;
}

const lastMessageChars = 400;
const previewBlockBytes = 8 * 1024;

/**
 * The text of the last user or assistant message that has one. Looks at no more than the last 20 lines of the file,
 * without opening or repairing it: a list of many sessions must not touch them.
 */
export function lastMessagePreview(path: string): string | undefined {
  let lines = 20;
  for (const line of readLinesBackward(path, { blockSize: previewBlockBytes })) {
    const record = parseLine(line);
    const entry = record && readEntry(record);
    if (entry?.type === "message" && (entry.message.role === "user" || entry.message.role === "assistant")) {
      const raw = messageText(entry.message);
      const text = entry.message.role === "user" ? stripEnvelope(raw).trim() : withoutFileLines(raw);
      if (text) return text.length > lastMessageChars ? `${text.slice(0, lastMessageChars - 1)}…` : text;
    }
    lines -= 1;
    if (lines === 0) return undefined;
  }
  return undefined;
}

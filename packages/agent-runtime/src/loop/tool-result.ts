import type { ContentBlock, ToolResult } from "@openclaw/plugin-sdk";
import { ToolFailure } from "../tools/tool-failure.ts";
import { thrownText } from "./thrown-text.ts";

/** Longest text of one stored result, in characters. */
const maxTextChars = 400_000;
/** Longest details, as JSON. */
const maxDetailsChars = 400_000;
/** Base64 characters of the largest image models take (5 MB). */
const maxImageChars = Math.ceil(5_000_000 / 3) * 4;
const maxLiveChars = 8000;

/** The result of a call that did not succeed. */
export function errorResult(text: string, details?: unknown): ToolResult {
  return { content: [{ type: "text", text }], isError: true, ...(details === undefined ? {} : { details }) };
}

/** The result of a call whose tool threw. */
export function thrownResult(toolName: string, error: unknown): ToolResult {
  const shown = { status: "error", tool: toolName, error: thrownText(error) };
  const details = error instanceof ToolFailure ? { ...shown, ...error.details } : shown;
  return errorResult(JSON.stringify(shown, null, 2), details);
}

/** Makes a result fit to be stored, whatever the tool returned. */
export function capResult(result: ToolResult): ToolResult {
  const content = Array.isArray(result?.content) ? result.content : [];
  const capped: ToolResult = { content: capContent(content) };
  const details = capDetails(result?.details);
  if (details !== undefined) capped.details = details;
  if (result?.isError === true) capped.isError = true;
  return capped;
}

/** A result as live events show it: short text, and of images only their size. */
export function liveResult(result: ToolResult): object {
  let left = maxLiveChars;
  const content = result.content.map((block) => {
    if (block.type === "image") {
      return { type: "image", mimeType: block.mimeType, bytes: Math.floor((block.data.length * 3) / 4), omitted: true };
    }
    const text = block.text.length > left ? `${block.text.slice(0, left)}\n…(truncated)…` : block.text;
    left = Math.max(0, left - block.text.length);
    return { type: "text", text };
  });
  return { content, ...(result.details === undefined ? {} : { details: shortenStrings(result.details, 0) }) };
}

function capContent(content: readonly ContentBlock[]): ContentBlock[] {
  const total = content.reduce((sum, block) => sum + (block.type === "text" ? block.text.length : 0), 0);
  const note = `\n[Cut: the result had ${total} characters. Ask for a smaller part of it.]`;
  let left = total > maxTextChars ? maxTextChars - note.length : Number.POSITIVE_INFINITY;
  const kept: ContentBlock[] = [];
  for (const block of content) {
    if (block.type === "image") {
      kept.push(
        block.data.length > maxImageChars
          ? { type: "text", text: `[Image (${block.mimeType}) left out: larger than 5MB.]` }
          : block,
      );
    } else if (block.text.length <= left) {
      left -= block.text.length;
      kept.push({ type: "text", text: block.text });
    } else {
      kept.push({ type: "text", text: block.text.slice(0, left).toWellFormed() + note });
      break;
    }
  }
  return kept;
}

/** Details end up as JSON in the transcript: what cannot be written or is too large is replaced by a note. */
function capDetails(details: unknown): unknown {
  if (details === undefined) return undefined;
  let json: string | undefined;
  try {
    json = JSON.stringify(details);
  } catch (error) {
    return { omitted: true, reason: thrownText(error) };
  }
  if (json === undefined) return undefined;
  return json.length > maxDetailsChars * 2
    ? { omitted: true, reason: `details had ${json.length} characters` }
    : details;
}

function shortenStrings(value: unknown, depth: number): unknown {
  if (typeof value === "string")
    return value.length > maxLiveChars ? `${value.slice(0, maxLiveChars)}\n…(truncated)…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth > 8) return "…";
  if (Array.isArray(value)) return value.slice(0, 1000).map((item) => shortenStrings(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortenStrings(item, depth + 1)]));
}

import { chunkParagraphs } from "@openclaw/plugin-sdk";

/** Longest text of one message, in UTF-16 code units. */
export const discordTextLimit = 2000;

export interface SplitLimits {
  /** UTF-16 code units. */
  chars: number;
  /** Longer messages fold up badly in clients. */
  lines: number;
  mode?: "length" | "newline" | undefined;
}

interface Fence {
  opening: string;
  marker: string;
}

/**
 * Cuts a text into messages by characters and by lines. A code fence that is cut is closed at the end of a message and
 * opened again, with its opening line, in the next. Long lines break at white space, inside fences wherever they must.
 */
export function splitText(text: string, limits: SplitLimits): string[] {
  const size = { chars: Math.max(1, Math.min(limits.chars, discordTextLimit)), lines: Math.max(1, limits.lines) };
  if (limits.mode === "newline") {
    return chunkParagraphs(text, size.chars, (paragraph) => splitBalanced(paragraph, size)).flatMap((paragraph) =>
      splitBalanced(paragraph, size),
    );
  }
  return splitBalanced(text, size);
}

type Size = Pick<SplitLimits, "chars" | "lines">;

function splitBalanced(text: string, size: Size): string[] {
  if (text.trim() === "") return [];
  if (text.length <= size.chars && countLines(text) <= size.lines) return [text];
  if (!/^Reasoning:\n_/.test(text)) return splitLines(text, size);
  // Room for one mark at each end.
  return balanceItalics(splitLines(text, { ...size, chars: Math.max(1, size.chars - 2) }));
}

function splitLines(text: string, size: Size): string[] {
  const pieces: string[] = [];
  let lines: string[] = [];
  let length = 0;
  let fence: Fence | undefined;
  /** Nothing but a reopened fence stands in `lines`. */
  let bare = true;

  const flush = () => {
    if (!bare) pieces.push([...lines, ...(fence ? [fence.marker] : [])].join("\n"));
    lines = fence ? [fence.opening] : [];
    length = fence ? fence.opening.length : 0;
    bare = true;
  };
  const add = (line: string, after: Fence | undefined) => {
    const closing = after ? after.marker.length + 1 : 0;
    const grown = length + (lines.length > 0 ? 1 : 0) + line.length;
    if (!bare && (grown + closing > size.chars || lines.length + 1 + (after ? 1 : 0) > size.lines)) flush();
    length += (lines.length > 0 ? 1 : 0) + line.length;
    lines.push(line);
    bare = false;
  };

  for (const line of text.split("\n")) {
    const after = fenceAfter(line, fence, size.chars / 2);
    const room = Math.max(1, size.chars - (fence ? fence.opening.length + fence.marker.length + 2 : 0));
    for (const part of cutLine(line, room, fence !== undefined)) add(part, after);
    fence = after;
  }
  if (!bare) pieces.push([...lines, ...(fence ? [fence.marker] : [])].join("\n"));
  return pieces.filter((piece) => piece.trim() !== "");
}

/** The fence that is open after a line. An opening line beyond `longest` could not be repeated in every message. */
function fenceAfter(line: string, open: Fence | undefined, longest: number): Fence | undefined {
  const found = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  const marker = found?.[1];
  if (marker === undefined) return open;
  if (open === undefined) {
    const isCode = marker.startsWith("`") && found?.[2]?.includes("`");
    return isCode || line.length > longest ? undefined : { opening: line, marker };
  }
  return marker.startsWith(open.marker) && found?.[2]?.trim() === "" ? undefined : open;
}

function cutLine(line: string, room: number, hard: boolean): string[] {
  const parts: string[] = [];
  let rest = line;
  while (rest.length > room) {
    const space = hard ? -1 : rest.lastIndexOf(" ", room);
    const at = space > 0 ? space : wholeCharacter(rest, room);
    parts.push(rest.slice(0, at));
    rest = space > 0 ? rest.slice(at + 1) : rest.slice(at);
  }
  return [...parts, rest];
}

/** Does not cut a character in two that takes two code units. */
function wholeCharacter(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return at > 1 && before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}

/** Closes italics at the end of each piece in which they are open, and opens them again in the next. */
function balanceItalics(pieces: readonly string[]): string[] {
  let open = false;
  return pieces.map((piece) => {
    const text = open ? `_${piece}` : piece;
    open = false;
    for (const line of text.split("\n")) {
      const opens = !open && line.startsWith("_");
      if (opens) open = true;
      if (open && line.endsWith("_") && !(opens && line.length === 1)) open = false;
    }
    return open ? `${text}_` : text;
  });
}

function countLines(text: string): number {
  return text.split("\n").length;
}

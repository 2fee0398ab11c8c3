import { type FenceBlock, fenceBlocks } from "./code-ranges.ts";

/** Where a text is broken with preference. */
export type BreakPreference = "paragraph" | "newline" | "sentence";

export interface ChunkSettings {
  /** A chunk is at least that long, except at the end of a text, in UTF-16 units. */
  minChars: number;
  /** A chunk is never longer than that, in UTF-16 units. */
  maxChars: number;
  breakPreference: BreakPreference;
  /** Every complete paragraph is a chunk of its own. */
  paragraphs?: boolean;
}

/**
 * A part of a text that can be sent on its own. `body` and `separator` of all chunks, joined, are the text again; a fence
 * that was cut through is closed by `suffix` and opened again by the `prefix` of the next chunk.
 */
export interface TextChunk {
  prefix: string;
  body: string;
  suffix: string;
  /** Blank space behind the body at which the text was broken. */
  separator: string;
}

/** What is sent of a chunk. */
export function chunkText(chunk: TextChunk): string {
  const body = chunk.prefix === "" ? chunk.body.replace(/^(?:[ \t]*\r?\n)+/, "") : chunk.body;
  return `${chunk.prefix}${body.trimEnd()}${chunk.suffix}`;
}

/** The part of the text a chunk was made of. */
export function chunkSource(chunk: TextChunk): string {
  return chunk.body + chunk.separator;
}

/** Two neighbouring chunks as one; a fence that was cut between them is whole again. */
export function joinChunks(first: TextChunk, second: TextChunk): TextChunk {
  return {
    prefix: first.prefix,
    body: first.body + first.separator + second.body,
    suffix: second.suffix,
    separator: second.separator,
  };
}

/** Cuts a growing text into chunks. See {@link createBlockChunker}. */
export interface BlockChunker {
  append(text: string): void;
  /** The chunks that are ready now; all that is left, in chunks, when forced. */
  drain(force?: boolean): TextChunk[];
  reset(): void;
}

/** Less room than this beside the fence lines, and a fence is cut without being closed. */
const leastFenceRoom = 8;

/** Cuts where a reader would pause: between paragraphs, lines, sentences, words, and only then anywhere. */
export function createBlockChunker(settings: ChunkSettings): BlockChunker {
  const max = Math.max(1, settings.maxChars);
  const min = Math.min(Math.max(1, settings.minChars), max);
  let buffer = "";
  let reopen: FenceBlock | undefined;

  const drain = (force: boolean): TextChunk[] => {
    const chunks: TextChunk[] = [];
    for (;;) {
      const view = createView(buffer, reopen);
      const cut = nextCut(view, force, chunks.length > 0);
      if (cut === undefined) return chunks;
      chunks.push(cut.chunk);
      buffer = buffer.slice(chunkSource(cut.chunk).length);
      reopen = cut.fence;
    }
  };

  const nextCut = (view: View, force: boolean, again: boolean): Cut | undefined => {
    if (buffer.trim() === "") return undefined;
    const cutAt = (position: number) => cutView(view, position, max);
    const broken = (minChars: number) => {
      const position = breakPosition(view, { ...settings, minChars }, max, force);
      return position === undefined ? undefined : cutAt(position);
    };
    if (settings.paragraphs === true) {
      const paragraph = paragraphEnd(view);
      if (paragraph !== undefined && paragraph <= max) return cutAt(paragraph);
      if (paragraph === undefined && !force && view.text.length < max) return undefined;
      return force && paragraph === undefined && fits(view, max) ? cutAt(view.text.length) : broken(1);
    }
    if (force) return fits(view, max) ? cutAt(view.text.length) : broken(1);
    if (view.text.length < min || (again && view.text.length < max)) return undefined;
    return broken(min);
  };

  return {
    append(text) {
      buffer += text;
    },
    drain: (force = false) => drain(force),
    reset() {
      buffer = "";
      reopen = undefined;
    },
  };
}

/** A text in chunks of at most `maxChars`, as {@link createBlockChunker} cuts it. */
export function chunkWholeText(text: string, settings: ChunkSettings): string[] {
  const chunker = createBlockChunker({ ...settings, minChars: 1 });
  chunker.append(text);
  return chunker
    .drain(true)
    .map(chunkText)
    .filter((chunk) => chunk.trim() !== "");
}

/** What is left of the text, with the opening line of the fence that was cut in front. */
interface View {
  text: string;
  /** Length of that line. */
  head: number;
  fences: FenceBlock[];
}

interface Cut {
  chunk: TextChunk;
  /** The fence the next chunk begins in. */
  fence: FenceBlock | undefined;
}

function createView(buffer: string, reopen: FenceBlock | undefined): View {
  const line = reopen === undefined ? "" : `${reopen.line}\n`;
  const text = line + buffer;
  return { text, head: line.length, fences: fenceBlocks(text) };
}

/** The fence a position lies in, so that breaking there would cut it through. */
function fenceAt(view: View, position: number): FenceBlock | undefined {
  return view.fences.find(
    ({ start, end, closed }) => position > start && (position < end || (!closed && position <= end)),
  );
}

function closingOf(fence: FenceBlock): string {
  return `\n${fence.indent}${fence.marker}`;
}

/** Whether all of it can be sent at once; a fence the model forgot to close will be closed. */
function fits(view: View, max: number): boolean {
  const open = view.fences.at(-1);
  const closing = open === undefined || open.closed ? 0 : closingOf(open).length;
  return view.text.length + closing <= max;
}

function cutView(view: View, position: number, max: number): Cut {
  const { text, head } = view;
  const inside = fenceAt(view, position);
  const fence = inside !== undefined && position + closingOf(inside).length <= max ? inside : undefined;
  const rest = text.slice(position);
  return {
    chunk: {
      prefix: text.slice(0, head),
      body: text.slice(head, position),
      suffix: fence === undefined ? "" : closingOf(fence),
      separator: rest.trim() === "" ? rest : inside === undefined ? blankStart(rest) : lineBreak(rest),
    },
    fence,
  };
}

function blankStart(rest: string): string {
  return /^(?:[ \t]*\r?\n)+|^\s/.exec(rest)?.[0] ?? "";
}

/** Inside code the indentation behind a break belongs to the code. */
function lineBreak(rest: string): string {
  return /^\r?\n/.exec(rest)?.[0] ?? "";
}

/** Where to break; undefined to wait for more text. */
function breakPosition(view: View, settings: ChunkSettings, max: number, force: boolean): number | undefined {
  const { minChars, breakPreference } = settings;
  // One character more, so that what stands behind a break at the limit is seen.
  const window = view.text.slice(0, max + 1);
  const least = Math.max(minChars, view.head + 1);
  const safe = (position: number) => position >= least && position <= max && fenceAt(view, position) === undefined;
  const last = (pattern: RegExp): number | undefined => {
    let found: number | undefined;
    for (const match of window.matchAll(pattern)) if (safe(match.index)) found = match.index;
    return found;
  };

  if (breakPreference === "paragraph") {
    const paragraph = last(/\n[ \t]*\n/g);
    if (paragraph !== undefined) return paragraph;
  }
  if (breakPreference !== "sentence") {
    const newline = last(/\n/g);
    if (newline !== undefined) return newline;
  }
  if (breakPreference !== "newline") {
    // What has only just arrived may go on, as in `3.` and `14`.
    const sentence = last(/(?<=[.!?])(?=\s)/g);
    if (sentence !== undefined) return sentence;
  }
  const full = force || view.text.length >= max;
  if (breakPreference === "newline" && !full) return undefined;
  const space = last(/\s/g);
  if (space !== undefined) return space;
  return full ? hardPosition(view, max) : undefined;
}

/** The last place that keeps the chunk within its limit, if need be in the middle of a fence or a word. */
function hardPosition(view: View, max: number): number {
  const { text, head } = view;
  let position = Math.min(max, text.length);
  const fence = fenceAt(view, position);
  if (fence !== undefined) {
    const room = max - closingOf(fence).length;
    const opening = Math.max(head, fence.start + fence.line.length + 1);
    // In front of a fence that would be cut right behind its opening line, or has no place for its own lines.
    if (opening + leastFenceRoom > room && fence.start > head) return fence.start;
    if (opening + leastFenceRoom <= room) {
      const newline = text.lastIndexOf("\n", room - 1);
      return wholeCharacter(text, newline > opening ? newline : room);
    }
  }
  // Half a fence line would be no fence line any more.
  const lineStart = text.lastIndexOf("\n", position - 1) + 1;
  const line = text.slice(lineStart, position);
  const cutThrough = position < text.length && !/^\r?\n/.test(text.slice(position, position + 2));
  const mayGrow = position === text.length && /^ {0,3}(?:`{1,2}|~{1,2})$/.test(line);
  const fenceLike = (cutThrough && /^ {0,3}[`~]/.test(line)) || mayGrow;
  if (fence === undefined && fenceLike && lineStart > head) position = lineStart;
  return wholeCharacter(text, Math.max(position, head + 1));
}

function wholeCharacter(text: string, position: number): number {
  const code = text.charCodeAt(position - 1);
  return code >= 0xd800 && code <= 0xdbff && position > 1 ? position - 1 : position;
}

/** Where the first paragraph ends that is complete, behind its reopened fence line. */
function paragraphEnd(view: View): number | undefined {
  for (const match of view.text.matchAll(/\n[ \t]*\n/g)) {
    if (view.text.slice(view.head, match.index).trim() === "") continue;
    if (fenceAt(view, match.index) === undefined) return match.index;
  }
  return undefined;
}

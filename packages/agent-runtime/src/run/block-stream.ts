import {
  type ChunkSettings,
  chunkSource,
  chunkText,
  createBlockChunker,
  type TextChunk,
} from "../reply/block-chunker.ts";
import { type CoalesceSettings, createBlockCoalescer } from "../reply/block-coalescer.ts";
import type { LiveReply, ReplyPayload } from "../reply/shape-reply.ts";
import type { Timers } from "./timers.ts";

/** A part of the answer that can be sent while the model goes on. */
export interface RunBlock {
  /** Place among the blocks of the run, from 0. */
  index: number;
  /** Which assistant message of the run it belongs to, from 0. */
  message: number;
  /** The part of the visible text it was made of, blank space included; empty for files and reasoning. */
  source: string;
  payload: ReplyPayload;
}

/** A block that was sent before the run was cut off. */
export type SentBlock = Pick<RunBlock, "message" | "source"> & { mediaUrls?: readonly string[] | undefined };

/** How the answer of a run is handed out while it is written. */
export interface BlockReplies {
  /** `text_end`: as soon as a block is ready; `message_end`: when the assistant message is complete. */
  breakAt: "text_end" | "message_end";
  chunk: ChunkSettings;
  coalesce: CoalesceSettings;
  /** What was sent of this run before it was cut off, in order. It is not handed out again. */
  sent?: readonly SentBlock[] | undefined;
  onBlock(block: RunBlock): void;
}

/** Turns the growing text of a run into blocks. */
export interface BlockStream {
  /** A new message, or a new attempt at one, begins. */
  restart(): void;
  update(visible: LiveReply): void;
  /** The message is complete: the rest of it goes out, with its reasoning in front if it is wanted there. */
  complete(payload: ReplyPayload | undefined, reasoning?: string): void;
  /** A message that is not to be sent any more. */
  skip(): void;
  close(): void;
}

export function createBlockStream(replies: BlockReplies, options: { timers: Timers; quiet(): boolean }): BlockStream {
  const sent = replies.sent ?? [];
  const chunker = createBlockChunker(replies.chunk);
  let index = sent.length;
  let message = 0;
  /** What has been handed out of the current message. */
  let handedOut: SentBlock[] = [];
  /** Blank text that belongs to the next block. */
  let blank = "";
  /** The visible text the chunker was given; undefined until it is known where to begin. */
  let fed: string | undefined;
  let tags: Pick<ReplyPayload, "replyToId" | "replyToCurrent" | "audioAsVoice"> = {};

  const handOut = (source: string, payload: ReplyPayload) => {
    if (options.quiet()) return;
    const { mediaUrls } = payload;
    handedOut.push({ message, source, ...(mediaUrls === undefined ? {} : { mediaUrls }) });
    replies.onBlock({ index, message, source, payload });
    index += 1;
  };
  const coalescer = createBlockCoalescer(replies.coalesce, {
    timers: options.timers,
    send(chunk: TextChunk) {
      const source = blank + chunkSource(chunk);
      blank = "";
      const text = chunkText(chunk);
      if (text.trim() === "") blank = source;
      else handOut(source, { ...tags, text });
    },
  });

  const feed = (visible: string, complete: boolean) => {
    if (fed === undefined) {
      const start = continuation(handedOut, visible, complete);
      if (start === undefined) return;
      fed = visible.slice(0, start);
    }
    if (!visible.startsWith(fed)) {
      // What was shown has changed, as when a tag turned out to be one; the end will tell what is missing.
      if (!complete) return;
      fed = visible.slice(0, commonLength(fed, visible));
    }
    chunker.append(visible.slice(fed.length));
    fed = visible;
    for (const chunk of chunker.drain(complete)) coalescer.add(chunk);
  };

  const begin = () => {
    chunker.reset();
    coalescer.reset();
    blank = "";
    fed = undefined;
    tags = {};
  };
  const next = () => {
    message += 1;
    handedOut = sent.filter((block) => block.message === message);
    begin();
  };
  handedOut = sent.filter((block) => block.message === 0);

  return {
    restart: begin,
    update(visible) {
      if (replies.breakAt === "message_end") return;
      const { text, mediaUrls: _, ...found } = visible;
      tags = found;
      feed(text, false);
    },
    complete(payload, reasoning) {
      const { text = "", mediaUrls, ...found } = payload ?? {};
      tags = found;
      const known = handedOut.length > 0;
      if (reasoning !== undefined && replies.breakAt === "message_end" && !known)
        handOut("", { text: reasoning, isReasoning: true });
      feed(text, true);
      coalescer.flush();
      const sentMedia = new Set(handedOut.flatMap((block) => block.mediaUrls ?? []));
      const media = mediaUrls?.filter((url) => !sentMedia.has(url)) ?? [];
      if (media.length > 0) handOut("", { ...tags, mediaUrls: media });
      next();
    },
    skip: next,
    close: begin,
  };
}

/**
 * Where to go on in a text whose beginning was handed out before: by an attempt that failed, or before a crash. A model
 * that writes something else this time is followed from the first block that differs. Undefined while that is not known.
 */
function continuation(handedOut: readonly SentBlock[], visible: string, complete: boolean): number | undefined {
  const before = handedOut.map(({ source }) => source).join("");
  const common = commonLength(before, visible);
  if (common === before.length) return common;
  if (common === visible.length && !complete) return undefined;
  // The end of a text has no blank space behind it, a block may have.
  if (common === visible.length && before.slice(common).trim() === "") return common;
  let end = 0;
  for (const { source } of handedOut) {
    if (end + source.length > common) break;
    end += source.length;
  }
  return end;
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
}

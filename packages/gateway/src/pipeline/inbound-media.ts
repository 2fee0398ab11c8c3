import { existsSync } from "node:fs";
import type { Logger } from "@openclaw/log";
import { ChannelError, type FetchedMedia, type RunningAccount } from "@openclaw/plugin-sdk";
import type { Attachment, Inbound } from "./inbound.ts";

/** How long a file may take, ms; the message is answered without it then. */
const FETCH_LIMIT_MS = 60_000;

/** Files that were fetched lately: several agents may be given one message. */
const maxFetched = 50;

/** A message that ends here, because a file of it is too large for where it came from. */
export interface RefusedFile {
  /** What its sender is told. */
  refused: string;
}

/** Where a file is fetched from. */
interface ChannelPlace {
  channel: string;
  accountId: string;
  to: string;
  messageId: string | undefined;
  maxBytes: number;
}

interface FetchedFile {
  /** What is to be seen on it, where the channel knows that. */
  words: FetchedMedia["words"];
  /** Puts it on disk, once. */
  saved(): Promise<Attachment>;
  isThere(): Promise<boolean>;
}

/** Fetches the files of channels' messages, before anybody looks at them. */
export interface InboundMedia {
  /**
   * The message with its files on disk. What cannot be fetched is left out: the text names its kind.
   */
  fetched(message: Inbound): Promise<Inbound | RefusedFile>;
}

export function createInboundMedia(options: {
  stateDir: string;
  /** The account, as soon as it is connected; undefined when it is not in time. */
  account(channel: string, accountId: string, signal: AbortSignal): Promise<RunningAccount | undefined>;
  maxBytes(channel: string, accountId: string): number;
  /** What a channel tells somebody whose file is too large; undefined where the message goes on without it. */
  tooLarge(channel: string, maxMb: number): string | undefined;
  /** Whether the model that would answer looks at pictures itself. */
  seesImages(message: Inbound): Promise<boolean>;
  log: Logger;
}): InboundMedia {
  const { log } = options;
  const recent = new Map<string, Promise<FetchedFile>>();

  /** A file of a message, fetched once for all agents that are given it. */
  const fetchOnce = async (item: Attachment, ref: string, place: ChannelPlace): Promise<FetchedFile> => {
    const { channel, accountId, to, messageId } = place;
    if (messageId === undefined) return fetchFile(item, ref, place);
    const key = JSON.stringify([channel, accountId, to, messageId, ref]);
    const earlier = recent.get(key);
    const known = earlier === undefined ? undefined : await earlier.catch(() => undefined);
    if (known !== undefined && (await known.isThere())) return known;
    const file = fetchFile(item, ref, place);
    recent.set(key, file);
    const [oldest] = recent.keys();
    if (recent.size > maxFetched && oldest !== undefined) recent.delete(oldest);
    return file;
  };

  const fetchFile = async (item: Attachment, ref: string, place: ChannelPlace): Promise<FetchedFile> => {
    const { channel, accountId, maxBytes } = place;
    const stop = AbortSignal.timeout(FETCH_LIMIT_MS);
    const account = await options.account(channel, accountId, stop);
    if (account?.fetchMedia === undefined) throw new Error(`channel ${channel} is not connected`);
    const media = await account.fetchMedia(ref, { maxBytes, signal: stop });
    let saved: Promise<Attachment> | undefined;
    return {
      words: media.words,
      saved: () =>
        (saved ??= save(media.body, media.mimeType ?? item.mimeType, media.fileName ?? item.fileName, maxBytes)),
      // What was kept for a while may be gone by now.
      isThere: async () =>
        saved === undefined ||
        saved.then(
          ({ path }) => existsSync(path),
          () => false,
        ),
    };
  };

  const fetchOne = async (
    item: Attachment,
    ref: string,
    message: Inbound,
  ): Promise<Attachment | RefusedFile | { words: string }> => {
    const { route } = message;
    if (route.surface !== "channel") return item;
    const { channel, accountId } = route;
    const maxBytes = options.maxBytes(channel, accountId);
    try {
      const media = await fetchOnce(item, ref, { ...route, messageId: message.messageId, maxBytes });
      if (media.words !== undefined && !(await options.seesImages(message))) {
        const words = await media.words;
        if (words !== undefined) return { words };
      }
      return { ...item, ...(await media.saved()) };
    } catch (error) {
      log.warn(`a file of message ${message.id} could not be fetched`, { error: String(error) });
      const isTooLarge = error instanceof Error && "code" in error && error.code === "media_too_large";
      const refused = isTooLarge ? options.tooLarge(channel, inMb(limitOf(error, maxBytes))) : undefined;
      return refused === undefined ? item : { refused };
    }
  };

  const save = async (
    body: Uint8Array | AsyncIterable<Uint8Array>,
    declared: string,
    fileName: string | undefined,
    maxBytes: number,
  ): Promise<Attachment> => {
    const bytes = await collected(body instanceof Uint8Array ? [body] : body, maxBytes);
    const { createMediaStore } = await import("@openclaw/media");
    const store = createMediaStore({ stateDir: options.stateDir });
    const stored = await store.save(bytes, {
      fileName,
      mimeType: declared.endsWith("/*") ? undefined : declared,
      maxBytes,
    });
    return { path: stored.path, mimeType: stored.mimeType, ...(fileName === undefined ? {} : { fileName }) };
  };

  return {
    async fetched(message) {
      if (!message.attachments.some(({ path: file, ref }) => file === "" && ref !== undefined)) {
        return message;
      }
      const attachments = await Promise.all(
        message.attachments.map((item) =>
          item.path === "" && item.ref !== undefined ? fetchOne(item, item.ref, message) : item,
        ),
      );
      const refused = attachments.find((item) => "refused" in item);
      if (refused !== undefined) return refused;
      const words = attachments.flatMap((item) => ("words" in item ? [item.words] : []));
      return {
        ...message,
        // A placeholder is no text beside them.
        ...(words.length === 0 ? {} : { text: words.join("\n") }),
        attachments: attachments.flatMap((item) => ("path" in item && item.path !== "" ? [item] : [])),
      };
    },
  };
}

/** What the service takes may be less than what the configuration allows. */
function limitOf(error: Error, configured: number): number {
  return "maxBytes" in error && typeof error.maxBytes === "number" ? Math.min(error.maxBytes, configured) : configured;
}

function inMb(bytes: number): number {
  return Number((bytes / 1024 / 1024).toFixed(3));
}

async function collected(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ChannelError("media_too_large", `Media exceeds ${inMb(maxBytes)}MB limit`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { openMedia } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { MediaKind } from "@openclaw/media";
import type { GuardedFetch } from "@openclaw/net";
import type { Delivery } from "@openclaw/plugin-sdk";
import { ensurePrivateDir } from "@openclaw/storage";
import type { Send } from "./outbox.ts";

/** Larger files are not attached, in bytes: a sparse file of a sandbox would fill the disk. */
const MAX_BYTES = 100 * 1024 * 1024;
/** Larger pictures are not unpacked. */
const MAX_PICTURE_BYTES = 50 * 1024 * 1024;
/** As much as tells what a file is. */
const HEAD_BYTES = 8192;
/** How long a file of the web may take, ms; the text goes out without it then. */
const FETCH_LIMIT_MS = 60_000;
const FOLDER_PREFIX = "sending-";

export interface OutgoingFilesOptions {
  /** Where copies stand while they are being sent. */
  dir: string;
  /** Folders replies may attach files from, as they are now. */
  roots(): readonly string[];
  /** The largest file of a kind that a channel takes, in bytes, where the configuration says so. */
  maxBytes(place: { channel: string; accountId: string }, kind: MediaKind): number | undefined;
  /** Longest text of a channel, in characters. */
  textLimit(channel: string): number | undefined;
  platform: NodeJS.Platform;
  /** For files of the web. */
  guardedFetch: GuardedFetch;
  log: Logger;
}

/**
 * Gives channels copies of attached files, which nothing that runs for an agent can exchange under their hands, and which
 * come from public addresses where they come from the web.
 */
export interface OutgoingFiles {
  /** Sends a delivery; a file that cannot be attached is named in its text instead. */
  send(delivery: Delivery, send: Send): ReturnType<Send>;
  /** Removes what a process that was killed has left. */
  clear(): Promise<void>;
}

/** A file that will not be there at the next attempt either. */
class UnfitFileError extends Error {
  override readonly name = "UnfitFileError";
}

export function createOutgoingFiles(options: OutgoingFilesOptions): OutgoingFiles {
  const { dir, log } = options;

  /** A copy of a file in a folder of its own, so that it keeps its name. */
  const copy = async (file: string, folder: string, delivery: Delivery): Promise<string> => {
    const source = await openMedia(file, { roots: options.roots(), platform: options.platform }).catch(
      (error: unknown) => {
        if (isPassing(error)) throw error;
        throw new UnfitFileError(error instanceof Error ? error.message : String(error), { cause: error });
      },
    );
    try {
      const { size } = await source.stat();
      if (size > MAX_BYTES) throw new UnfitFileError(`${file} is larger than ${MAX_BYTES / 1024 / 1024} MB`);
      await mkdir(folder, { mode: 0o700 });
      const name = path.basename(file);
      const fitted = await fit(source, { name, size, delivery });
      if (fitted !== undefined) {
        const target = path.join(folder, fitted.name);
        await writeFile(target, fitted.bytes, { mode: 0o600, flag: "wx" });
        return target;
      }
      const target = path.join(folder, name);
      if (size === 0) await writeFile(target, "", { mode: 0o600, flag: "wx" });
      else
        await pipeline(
          source.createReadStream({ end: size - 1, autoClose: false }),
          createWriteStream(target, { mode: 0o600, flags: "wx" }),
        );
      return target;
    } finally {
      await source.close();
    }
  };

  /** A file of the web, in a folder of its own. */
  const fetched = async (url: string, folder: string, delivery: Delivery): Promise<string> => {
    const media = await import("@openclaw/media");
    const largest = (kind: MediaKind) =>
      kind === "image" ? MAX_PICTURE_BYTES : (options.maxBytes(delivery, kind) ?? media.outboundMaxBytes(kind));
    try {
      const found = await media.download(url, options.guardedFetch, {
        maxBytes: ({ mimeType, fileName }) => Math.min(MAX_BYTES, largest(media.mediaKind(mimeType, fileName))),
        timeoutMs: FETCH_LIMIT_MS,
      });
      const { mimeType, extension } = await media.detectType(found.bytes, {
        fileName: found.fileName,
        declared: found.mimeType,
      });
      const name = media.sentName(found.fileName, extension);
      const maxBytes = options.maxBytes(delivery, media.mediaKind(mimeType, name));
      const fitted = await media.fitOutbound(found.bytes, { fileName: name, maxBytes });
      await mkdir(folder, { mode: 0o700 });
      const target = path.join(folder, renamed(name, fitted.extension));
      await writeFile(target, fitted.bytes, { mode: 0o600, flag: "wx" });
      return target;
    } catch (error) {
      if (error instanceof media.MediaError)
        throw new UnfitFileError(`${shownName(url)}: ${error.message}`, { cause: error });
      throw error;
    }
  };

  /** A picture made smaller; undefined for what goes out as it is. */
  const fit = async (
    source: FileHandle,
    { name, size, delivery }: { name: string; size: number; delivery: Delivery },
  ): Promise<{ bytes: Buffer; name: string } | undefined> => {
    if (size === 0) return undefined;
    const media = await import("@openclaw/media");
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await source.read(head, 0, head.length, 0);
    const { mimeType } = await media.detectType(head, { fileName: name });
    const kind = media.mediaKind(mimeType, name);
    const maxBytes = options.maxBytes(delivery, kind);
    try {
      if (kind !== "image") {
        media.expectOutboundSize(size, { kind, maxBytes });
        return undefined;
      }
      if (size > MAX_PICTURE_BYTES) media.expectOutboundSize(size, { kind, maxBytes });
      const bytes = Buffer.alloc(size);
      await source.read(bytes, 0, size, 0);
      const fitted = await media.fitOutbound(bytes, { fileName: name, maxBytes });
      if (fitted.extension === undefined) return undefined;
      return { bytes: fitted.bytes, name: renamed(name, fitted.extension) };
    } catch (error) {
      if (error instanceof media.MediaError) throw new UnfitFileError(error.message, { cause: error });
      throw error;
    }
  };

  return {
    async send(delivery, send) {
      const { mediaUrls = [] } = delivery;
      if (mediaUrls.length === 0) return send(delivery);
      await ensurePrivateDir(dir);
      const folder = await mkdtemp(path.join(dir, FOLDER_PREFIX));
      try {
        const attached: string[] = [];
        const missing: string[] = [];
        for (const [index, url] of mediaUrls.entries()) {
          try {
            const take = isWebAddress(url) ? fetched : copy;
            attached.push(await take(url, path.join(folder, String(index)), delivery));
          } catch (error) {
            if (!(error instanceof UnfitFileError)) throw error;
            log.warn(`a file could not be attached to a message to ${delivery.channel}`, { error: error.message });
            missing.push(shownName(url));
          }
        }
        return await send(withFiles(delivery, { attached, missing }, options.textLimit(delivery.channel)));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async clear() {
      const left = await readdir(dir).catch(() => []);
      for (const name of left) {
        if (name.startsWith(FOLDER_PREFIX)) await rm(path.join(dir, name), { recursive: true, force: true });
      }
    },
  };
}

function withFiles(
  { text = "", mediaUrls: _, ...place }: Delivery,
  { attached, missing }: { attached: string[]; missing: string[] },
  textLimit = Number.POSITIVE_INFINITY,
): Delivery {
  const notes = missing.map((name) => `⚠️ ${name} could not be attached.`);
  const noted = [text, ...notes].filter((line) => line !== "").join("\n");
  const whole = noted.length > textLimit && text !== "" ? text : noted.slice(0, textLimit);
  return {
    ...place,
    ...(whole === "" ? {} : { text: whole }),
    ...(attached.length === 0 ? {} : { mediaUrls: attached }),
  };
}

/** This machine lacks something now that it will have later; the message is tried again. */
function isPassing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EMFILE" || code === "ENFILE" || code === "ENOMEM" || code === "EIO";
}

/** A file that was made anew has another ending. */
function renamed(name: string, extension: string | undefined): string {
  return extension === undefined ? name : `${path.basename(name, path.extname(name))}.${extension}`;
}

/** A file by its name; of an address what does not give away more than where it leads. */
function shownName(place: string): string {
  if (!isWebAddress(place)) return path.basename(place);
  if (!URL.canParse(place)) return "a file";
  const { hostname, pathname } = new URL(place);
  return path.posix.basename(pathname) || hostname;
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Clock } from "@openclaw/storage";

/** How long a file can be fetched by the web chat, ms; whoever loads the history again gets a new address. */
const keptMs = 60 * 60_000;
/** Files that can be fetched at once; the oldest go first. */
const maxKept = 200;

/** What a page shows by itself. Everything else is downloaded. */
const types: Readonly<Record<string, string>> = {
  ".mp3": "audio/mpeg",
  ".opus": "audio/ogg",
  ".ogg": "audio/ogg",
  ".wav": "audio/wav",
  ".webm": "audio/webm",
  ".m4a": "audio/mp4",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};
const otherType = "application/octet-stream";

/** A file as clients are told of it: whoever has the address of this Gateway can fetch it. */
export interface WebFile {
  /** A path of this Gateway, or an address of the web. */
  url: string;
  mimeType: string;
  /** What it is called; spoken answers have no name. */
  name?: string;
}

/** The files of a message. */
export interface OfferedFiles {
  /** What can be played. */
  sounds: readonly WebFile[];
  /** Pictures, and what can be downloaded. */
  files: readonly WebFile[];
}

/** The files of answers that the web chat can fetch. */
export interface WebFiles {
  /** Makes files below the trusted folders reachable, and leaves out others; addresses of the web stay what they are. */
  offer(sources: readonly string[]): OfferedFiles;
  /** The file behind an address; undefined for those that are not, or no longer, offered. */
  find(id: string): { file: string; mimeType: string } | undefined;
  /** True while a file can be fetched. */
  isOffered(file: string): boolean;
  /** Notes which files belong to a message of a session, where its text does not name them. */
  attach(sessionKey: string, timestamp: number, files: OfferedFiles): void;
  /** The files of a message, as long as they can be fetched. */
  of(sessionKey: string, timestamp: number): OfferedFiles;
}

export interface WebFilesOptions {
  /** Only files below these are offered. */
  roots(): readonly string[];
  /** Where the page is: empty, or with a leading and without a trailing slash. */
  basePath: string;
  clock: Clock;
}

/** Where the files are, below the base path of the page. */
export const filesPath = "/__openclaw__/media/";

const none: OfferedFiles = { sounds: [], files: [] };

export function createWebFiles({ roots, basePath, clock }: WebFilesOptions): WebFiles {
  const byId = new Map<string, { file: string; mimeType: string; until: number }>();
  const byMessage = new Map<string, { files: OfferedFiles; until: number }>();

  const find = (id: string) => {
    const found = byId.get(id);
    return found !== undefined && found.until > clock.now() ? found : undefined;
  };
  const keep = <T extends { until: number }>(map: Map<string, T>, key: string, value: T) => {
    map.delete(key);
    map.set(key, value);
    for (const [oldest, { until }] of map) {
      if (map.size <= maxKept && until > clock.now()) break;
      map.delete(oldest);
    }
  };
  const idOf = (file: string) =>
    [...byId].find(([id, offered]) => offered.file === file && find(id) !== undefined)?.[0];
  const keyOf = (sessionKey: string, timestamp: number) => JSON.stringify([sessionKey, timestamp]);

  const offerOne = (source: string): WebFile | undefined => {
    const mimeType = types[path.extname(source).toLowerCase()] ?? otherType;
    const name = path.basename(source);
    // A page may not show what lies elsewhere; it can only lead there.
    if (/^https?:\/\//i.test(source)) return { url: source, mimeType: otherType, name };
    if (!roots().some((root) => isBelow(root, source))) return undefined;
    const id = idOf(source) ?? randomBytes(32).toString("base64url");
    keep(byId, id, { file: source, mimeType, until: clock.now() + keptMs });
    return { url: `${basePath}${filesPath}${id}`, mimeType, ...(mimeType.startsWith("audio/") ? {} : { name }) };
  };

  return {
    offer(sources) {
      if (sources.length === 0) return none;
      const offered = sources.flatMap((source) => offerOne(source) ?? []);
      const isSound = ({ mimeType }: WebFile) => mimeType.startsWith("audio/");
      return { sounds: offered.filter(isSound), files: offered.filter((file) => !isSound(file)) };
    },
    find,
    isOffered: (file) => idOf(file) !== undefined,
    attach(sessionKey, timestamp, files) {
      keep(byMessage, keyOf(sessionKey, timestamp), { files, until: clock.now() + keptMs });
    },
    of(sessionKey, timestamp) {
      if (byMessage.size === 0) return none;
      const found = byMessage.get(keyOf(sessionKey, timestamp));
      return found !== undefined && found.until > clock.now() ? found.files : none;
    },
  };
}

/** What clients are told of the files of a message. */
export function withFiles({ sounds, files }: OfferedFiles = none): {
  __openclaw?: { sounds?: WebFile[]; files?: WebFile[] };
} {
  if (sounds.length === 0 && files.length === 0) return {};
  return {
    __openclaw: {
      ...(sounds.length === 0 ? {} : { sounds: [...sounds] }),
      ...(files.length === 0 ? {} : { files: [...files] }),
    },
  };
}

function isBelow(root: string, file: string): boolean {
  const way = path.relative(root, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

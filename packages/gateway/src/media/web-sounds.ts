import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Clock } from "@openclaw/storage";

/** How long a spoken answer can be played in the web chat, ms. */
const keptMs = 60 * 60_000;
/** Sounds that can be played at once; the oldest go first. */
const maxKept = 200;

const types: Readonly<Record<string, string>> = {
  ".mp3": "audio/mpeg",
  ".opus": "audio/ogg",
  ".ogg": "audio/ogg",
  ".wav": "audio/wav",
  ".webm": "audio/webm",
};

/** A sound as clients are told of it. Whoever has the address can play it. */
export interface WebSound {
  /** A path of this Gateway. */
  url: string;
  mimeType: string;
}

/** The spoken answers that the web chat can play. */
export interface WebSounds {
  /** Makes a sound below the media folder reachable; undefined for every other file. */
  offer(file: string): WebSound | undefined;
  /** The file behind an address; undefined for those that are not, or no longer, offered. */
  find(id: string): { file: string; mimeType: string } | undefined;
  /** True while a file can be played. */
  isOffered(file: string): boolean;
  /** Notes which sounds belong to a message of a session. */
  attach(sessionKey: string, timestamp: number, sounds: readonly WebSound[]): void;
  /** The sounds of a message, as long as they can be played. */
  of(sessionKey: string, timestamp: number): readonly WebSound[];
}

export interface WebSoundsOptions {
  /** Only files below it are offered. */
  mediaDir: string;
  /** Where the page is: empty, or with a leading and without a trailing slash. */
  basePath: string;
  clock: Clock;
}

/** Where the sounds are, below the base path of the page. */
export const soundsPath = "/__openclaw__/media/";

export function createWebSounds({ mediaDir, basePath, clock }: WebSoundsOptions): WebSounds {
  const byId = new Map<string, { file: string; mimeType: string; until: number }>();
  const byMessage = new Map<string, { sounds: readonly WebSound[]; until: number }>();

  const find = (id: string) => {
    const found = byId.get(id);
    return found !== undefined && found.until > clock.now() ? found : undefined;
  };
  const keep = <T extends { until: number }>(map: Map<string, T>, key: string, value: T) => {
    map.set(key, value);
    for (const [oldest, { until }] of map) {
      if (map.size <= maxKept && until > clock.now()) break;
      map.delete(oldest);
    }
  };
  const keyOf = (sessionKey: string, timestamp: number) => JSON.stringify([sessionKey, timestamp]);

  return {
    offer(file) {
      const mimeType = types[path.extname(file).toLowerCase()];
      const way = path.relative(mediaDir, file);
      if (mimeType === undefined || way === "" || way.startsWith("..") || path.isAbsolute(way)) return undefined;
      const id = randomBytes(32).toString("base64url");
      keep(byId, id, { file, mimeType, until: clock.now() + keptMs });
      return { url: `${basePath}${soundsPath}${id}`, mimeType };
    },
    find,
    isOffered: (file) => [...byId.entries()].some(([id, offered]) => offered.file === file && find(id) !== undefined),
    attach(sessionKey, timestamp, sounds) {
      keep(byMessage, keyOf(sessionKey, timestamp), { sounds, until: clock.now() + keptMs });
    },
    of(sessionKey, timestamp) {
      if (byMessage.size === 0) return [];
      const found = byMessage.get(keyOf(sessionKey, timestamp));
      return found !== undefined && found.until > clock.now() ? found.sounds : [];
    },
  };
}

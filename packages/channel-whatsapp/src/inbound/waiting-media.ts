import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/plugin-sdk/files";
import type { WAMessage } from "baileys";

/** What nobody asked for in this time is forgotten, ms. */
const KEPT_MS = 3 * 24 * 3600_000;
/** Files of messages that may wait. */
const KEPT = 500;

/**
 * Messages whose files were not fetched yet, on disk: what is needed to fetch them (keys among it) is in the message alone,
 * and the service gives it once.
 */
export interface WaitingMedia {
  /** Keeps a message; returns how it is called. */
  keep(message: WAMessage): Promise<string>;
  /** The message; undefined when it is not there any more. */
  find(ref: string): Promise<WAMessage | undefined>;
  done(ref: string): Promise<void>;
}

/** Opens the folder and forgets what is too old. */
export async function openWaitingMedia(options: { dir: string; now(): number }): Promise<WaitingMedia> {
  const { dir, now } = options;
  await ensurePrivateDir(dir);
  const fileOf = (ref: string) => path.join(dir, `${ref}.json`);
  const known: string[] = [];
  const found = await Promise.all(
    (await readdir(dir)).map(async (name) => ({ name, at: (await stat(path.join(dir, name))).mtimeMs })),
  );
  for (const { name, at } of found.sort((one, other) => one.at - other.at)) {
    const ref = /^([0-9a-f]{32})\.json$/.exec(name)?.[1];
    if (ref !== undefined && now() - at < KEPT_MS) known.push(ref);
    else await rm(path.join(dir, name), { force: true });
  }
  return {
    async keep(message) {
      const { remoteJid, id, participant } = message.key;
      const ref = createHash("sha256")
        .update(JSON.stringify([remoteJid, participant, id]))
        .digest("hex")
        .slice(0, 32);
      await writeFileAtomic(fileOf(ref), JSON.stringify(plain({ key: message.key, message: message.message })), {
        mode: 0o600,
        fsync: false,
      });
      if (!known.includes(ref)) known.push(ref);
      const oldest = known.length > KEPT ? known.shift() : undefined;
      if (oldest !== undefined) await rm(fileOf(oldest), { force: true });
      return ref;
    },
    async find(ref) {
      if (!/^[0-9a-f]{32}$/.test(ref)) return undefined;
      const text = await readFile(fileOf(ref), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      return text === undefined ? undefined : JSON.parse(text, textToBytes);
    },
    async done(ref) {
      const at = known.indexOf(ref);
      if (at >= 0) known.splice(at, 1);
      await rm(fileOf(ref), { force: true });
    },
  };
}

/** The message as plain data. The library's objects turn bytes into text by themselves, in a way nobody can turn back. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("low" in value && "high" in value) return Number(value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

function textToBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$bytes" in value)) return value;
  return typeof value.$bytes === "string" ? Buffer.from(value.$bytes, "base64") : value;
}

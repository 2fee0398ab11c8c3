import path from "node:path";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { detectType } from "../kinds/detect-type.ts";
import { tooLarge } from "../media-error.ts";
import { storedName } from "./file-name.ts";

/** What a file may have at most where nothing else is said, in bytes. */
const defaultMaxBytes = 5 * 1024 * 1024;

export interface StoredMedia {
  path: string;
  mimeType: string;
  /** Bytes. */
  size: number;
}

export interface MediaStore {
  /** Stores what was received. @throws MediaError `too-large` */
  save(bytes: Uint8Array, about?: SaveOptions): Promise<StoredMedia>;
}

export interface SaveOptions {
  /** What its sender calls it. */
  fileName?: string | undefined;
  /** The type its sender says it has. */
  mimeType?: string | undefined;
  /** In bytes; default 5 MB. */
  maxBytes?: number | undefined;
}

/** The folder of received files, `<state>/media/inbound`. Directories are 0700, files 0600. */
export function createMediaStore(options: { stateDir: string; newId?: () => string }): MediaStore {
  const folder = path.join(options.stateDir, "media", "inbound");
  const newId = options.newId ?? (() => crypto.randomUUID());

  return {
    async save(bytes, about = {}) {
      const maxBytes = about.maxBytes ?? defaultMaxBytes;
      if (bytes.length > maxBytes) throw tooLarge(maxBytes);
      const { mimeType, extension } = await detectType(bytes, { fileName: about.fileName, declared: about.mimeType });
      await ensurePrivateDir(folder);
      const file = path.join(folder, storedName(about.fileName, newId(), extension));
      await writeFileAtomic(file, bytes, { mode: 0o600 });
      return { path: file, mimeType, size: bytes.length };
    },
  };
}

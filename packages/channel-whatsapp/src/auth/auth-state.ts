import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { ChannelLog } from "@openclaw/plugin-sdk";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/plugin-sdk/files";
import type { AuthenticationCreds, AuthenticationState, SignalDataTypeMap } from "baileys";
import { credsBackup, credsFile } from "./auth-dir.ts";

/** What the library says of its keys, as far as files need it. */
export interface AuthCodec {
  initAuthCreds(): AuthenticationCreds;
  /** Makes JSON of values with bytes in them, and back. */
  BufferJSON: { replacer(key: string, value: unknown): unknown; reviver(key: string, value: unknown): unknown };
  /** A key of the kind `app-state-sync-key` has a form of its own. */
  readSyncKey(value: unknown): SignalDataTypeMap["app-state-sync-key"];
}

/** Keys and credentials of one linked device, in a folder of small files. */
export interface AuthFiles {
  state: AuthenticationState;
  /** Puts the credentials on disk, one save after the other, the state before them into the copy. */
  save(): Promise<void>;
  /** Resolves when everything is on disk. */
  saved(): Promise<void>;
}

/** Opens the folder. A `creds.json` that cannot be read is replaced by its copy, where that one can be. */
export async function openAuthFiles(authDir: string, codec: AuthCodec, log: ChannelLog): Promise<AuthFiles> {
  await ensurePrivateDir(authDir);
  const parse = (text: string): unknown => JSON.parse(text, codec.BufferJSON.reviver);
  const write = (name: string, value: unknown, fsync: boolean) =>
    writeFileAtomic(path.join(authDir, name), JSON.stringify(value, codec.BufferJSON.replacer), { mode: 0o600, fsync });
  const known = await readCreds(authDir, parse, log);
  const creds = isCreds(known) ? known : codec.initAuthCreds();
  let last: Promise<void> = Promise.resolve();
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work);
    last = next.catch(() => {}); // whoever asked hears of it
    return next;
  };

  const keyFile = (kind: string, id: string) => `${kind}-${id.replaceAll("/", "__").replaceAll(":", "-")}.json`;
  const readKey = async (kind: string, id: string): Promise<unknown> => {
    const file = path.join(authDir, keyFile(kind, id));
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch {
      log.warn("a key of the link cannot be read; it is agreed upon anew", { file: path.basename(file) });
      return undefined;
    }
  };

  return {
    state: {
      creds,
      keys: {
        async get<Kind extends keyof SignalDataTypeMap>(kind: Kind, ids: string[]) {
          const found: { [id: string]: SignalDataTypeMap[Kind] } = {};
          for (const id of ids) {
            const value = await readKey(kind, id);
            if (value === undefined || value === null) continue;
            assign(found, id, kind === "app-state-sync-key" ? codec.readSyncKey(value) : value);
          }
          return found;
        },
        set: (data) =>
          inOrder(async () => {
            for (const [kind, values] of Object.entries(data)) {
              for (const [id, value] of Object.entries(values ?? {})) {
                const name = keyFile(kind, id);
                // Hundreds at the first link: what a power cut takes is agreed upon anew.
                if (value === null || value === undefined) await rm(path.join(authDir, name), { force: true });
                else await write(name, value, false);
              }
            }
          }),
      },
    },
    save: () =>
      inOrder(async () => {
        const before = await readFile(credsFile(authDir), "utf8").catch(() => undefined);
        if (before !== undefined && isCreds(tryParse(before, parse))) {
          await writeFileAtomic(credsBackup(authDir), before, { mode: 0o600, fsync: false });
        }
        await write("creds.json", creds, true);
      }),
    saved: () => last,
  };
}

async function readCreds(authDir: string, parse: (text: string) => unknown, log: ChannelLog): Promise<unknown> {
  const text = await readFile(credsFile(authDir), "utf8").catch(() => undefined);
  const own = text === undefined ? undefined : tryParse(text, parse);
  if (isCreds(own)) return own;
  const copy = await readFile(credsBackup(authDir), "utf8").catch(() => undefined);
  const before = copy === undefined ? undefined : tryParse(copy, parse);
  if (copy === undefined || !isCreds(before)) return undefined;
  await writeFileAtomic(credsFile(authDir), copy, { mode: 0o600 });
  log.warn("creds.json could not be read and was restored from creds.json.bak");
  return before;
}

function tryParse(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // the other file is looked at
  }
}

function isCreds(value: unknown): value is AuthenticationCreds {
  return typeof value === "object" && value !== null && "noiseKey" in value && "signedIdentityKey" in value;
}

/** Puts a value that was written under this kind of key back among its like. */
function assign(found: object, id: string, value: unknown): void {
  Object.assign(found, { [id]: value });
}

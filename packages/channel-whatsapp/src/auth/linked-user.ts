import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { phoneOfJid } from "../identity/jid.ts";
import { credsBackup, credsFile } from "./auth-dir.ts";

const credsSchema = z.object({ me: z.object({ id: z.string().min(1), lid: z.string().nullish() }) });

/** Who a device is linked to. */
export interface LinkedUser {
  jid: string;
  /** With `+`. */
  e164: string | undefined;
}

/** Who the credentials of a folder belong to; undefined when there are none that can be used, in the copy neither. */
export async function readLinkedUser(authDir: string): Promise<LinkedUser | undefined> {
  for (const file of [credsFile(authDir), credsBackup(authDir)]) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const read = credsSchema.safeParse(parsed(text));
    if (read.success) return { jid: read.data.me.id, e164: phoneOfJid(read.data.me.id) };
  }
  return undefined;
}

/** When the credentials changed last, ms since 1970; undefined when there are none. */
export async function credsChangedAt(authDir: string): Promise<number | undefined> {
  const file = await stat(credsFile(authDir)).catch(() => undefined);
  return file?.mtimeMs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // half a file counts as none
  }
}

import { rm } from "node:fs/promises";
import path from "node:path";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "@openclaw/storage";
import { z } from "zod";

const signInSchema = z.object({
  version: z.literal(1),
  /** The server it is for; no other one is ever shown it. */
  url: z.string(),
  /** Where the browser was sent back to; authorization servers compare it. */
  redirectUrl: z.string(),
  /** Who we are to the authorization server. `issuer` binds it to that server. */
  client: z.looseObject({
    client_id: z.string(),
    client_secret: z.string().optional(),
    issuer: z.string().optional(),
  }),
  tokens: z.looseObject({
    access_token: z.string(),
    token_type: z.string(),
    refresh_token: z.string().optional(),
    expires_in: z.number().optional(),
    scope: z.string().optional(),
    issuer: z.string().optional(),
  }),
});

/** A sign-in at an MCP server, as it is kept. */
export type SignIn = z.output<typeof signInSchema>;

function signInFile(stateDir: string, id: string): string {
  return path.join(stateDir, "mcp", "sign-ins", `${id}.json`);
}

/**
 * The sign-in that is kept for a server; undefined when there is none, or when it was made for another address.
 * @throws StorageError when the file is there and cannot be read
 */
export async function readSignIn(stateDir: string, id: string, url: string): Promise<SignIn | undefined> {
  const found = signInSchema.safeParse(await readJsonFile(signInFile(stateDir, id)));
  return found.success && found.data.url === url ? found.data : undefined;
}

/** Keeps a sign-in (0600, in a folder of its own). */
export async function writeSignIn(stateDir: string, id: string, signIn: SignIn): Promise<void> {
  const file = signInFile(stateDir, id);
  await ensurePrivateDir(path.dirname(file));
  await writeFileAtomic(file, `${JSON.stringify(signIn, null, 2)}\n`, { mode: 0o600 });
}

/** Forgets the sign-in of a server, whatever address it was made for. */
export async function forgetSignIn(stateDir: string, id: string): Promise<void> {
  await rm(signInFile(stateDir, id), { force: true });
}

import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Where an account's credentials lie: where the configuration says, else `credentials/whatsapp/<account>`. */
export function authDirOf(options: {
  accountId: string;
  stateDir: string;
  /** `accounts.<id>.authDir`. */
  authDir: unknown;
  env: Readonly<Record<string, string | undefined>>;
}): { authDir: string; sharedAuthDir: boolean } {
  const { accountId, stateDir, authDir, env } = options;
  if (typeof authDir === "string" && authDir.trim() !== "") {
    const home = env.HOME ?? os.homedir();
    return { authDir: path.resolve(authDir.trim().replace(/^~(?=$|[\\/])/, home)), sharedAuthDir: false };
  }
  const credentials = path.join(stateDir, "credentials");
  const own = path.join(credentials, "whatsapp", accountId);
  // Before there were accounts, the files lay directly among the credentials.
  const old = accountId === "default" && !existsSync(credsFile(own)) && existsSync(credsFile(credentials));
  return old ? { authDir: credentials, sharedAuthDir: true } : { authDir: own, sharedAuthDir: false };
}

/** The main file of a folder with credentials. */
export const credsFile = (authDir: string): string => path.join(authDir, "creds.json");

/** The copy of it from before the last change. */
export const credsBackup = (authDir: string): string => path.join(authDir, "creds.json.bak");

/** Kinds of keys beside the credentials, each in a file `<kind>-<id>.json`. */
const keyFile =
  /^(?:pre-key|session|sender-key|sender-key-memory|app-state-sync-key|app-state-sync-version|lid-mapping|device-list|tctoken|identity-key)-.+\.json$/;

/** Whether a file of such a folder belongs to the link. */
export function isLinkFile(name: string): boolean {
  return name === "creds.json" || name === "creds.json.bak" || keyFile.test(name);
}

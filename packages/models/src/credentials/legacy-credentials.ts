import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@openclaw/log";
import { type Credential, parseCredential } from "./credential.ts";
import type { ProfileStore } from "./profile-store.ts";
import { isObject } from "./wire-fields.ts";

/**
 * Takes over what older releases have left: `auth.json` of the agent when it has no profiles (each provider becomes
 * `<provider>:default`; writing the profiles then replaces the file), and `oauth.json` for providers without a profile. A file that cannot
 * be understood is left alone and reported.
 */
export async function importLegacyCredentials(options: {
  agentDir: string;
  oauthFile: string | undefined;
  store: ProfileStore;
  log: Logger;
}): Promise<void> {
  const { agentDir, oauthFile, store, log } = options;
  const authFile = join(agentDir, "auth.json");
  const fromAuth = store.exists() ? undefined : await readLegacy(authFile, log);
  const fromOauth = oauthFile === undefined ? undefined : await readLegacy(oauthFile, log, "oauth");
  const known = new Set([...store.read().profiles.values()].map(({ provider }) => provider));
  const found = [...(fromAuth ?? []), ...(fromOauth ?? [])].filter(({ provider }) => {
    if (known.has(provider)) return false;
    known.add(provider);
    return true;
  });
  if (found.length === 0 || store.problem() !== undefined) return;
  await store.update((draft) => {
    const there = new Set([...draft.read().profiles.values()].map(({ provider }) => provider));
    for (const credential of found) {
      if (!there.has(credential.provider)) draft.setProfile(`${credential.provider}:default`, credential);
    }
  });
  const names = found.map(({ provider }) => provider).join(", ");
  log.info(`credentials of an older release were taken into ${store.path}: ${names}`);
}

async function readLegacy(path: string, log: Logger, type?: "oauth"): Promise<Credential[] | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code !== "ENOENT") log.warn(`${path} cannot be read (${code}); credentials of an older release stay there.`);
    return undefined;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed)) return [];
    return Object.entries(parsed).flatMap(([provider, value]) => {
      if (!isObject(value)) return [];
      const credential = parseCredential({ ...(type && { type }), ...value, provider });
      return credential ? [credential] : [];
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    log.warn(`${path} is not valid JSON; credentials of an older release stay there.`);
    return undefined;
  }
}

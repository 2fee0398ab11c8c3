import { join } from "node:path";
import { writeFileAtomic } from "@openclaw/storage";
import type { Credential } from "./credential.ts";
import type { ProfileFile } from "./profile-file.ts";

/**
 * Writes `auth.json`, from which other programs on this machine read one credential per provider: the one that worked
 * last, else the first. It is made from the profiles and never read as their source.
 */
export async function writeAuthCache(agentDir: string, file: ProfileFile): Promise<void> {
  const chosen = new Map<string, Credential>();
  for (const [id, credential] of file.profiles) {
    const { provider } = credential;
    if (!chosen.has(provider) || file.lastGood[provider] === id) chosen.set(provider, credential);
  }
  const entries = [...chosen].flatMap(([provider, credential]): [string, unknown][] => {
    switch (credential.type) {
      case "api_key":
        return credential.key ? [[provider, { type: "api_key", key: credential.key }]] : [];
      case "token":
        return credential.token ? [[provider, { type: "api_key", key: credential.token }]] : [];
      case "oauth": {
        const { provider: _, email: _e, ...rest } = credential;
        return [[provider, rest]];
      }
      default: {
        const never: never = credential;
        return never;
      }
    }
  });
  const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  await writeFileAtomic(join(agentDir, "auth.json"), text, { mode: 0o600, fsync: false });
}

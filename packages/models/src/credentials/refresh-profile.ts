import type { Logger } from "@openclaw/log";
import { ModelError } from "../model-error.ts";
import type { OAuthCredential } from "./credential.ts";
import type { RefreshContext, Refreshers } from "./oauth-provider.ts";
import type { ProfileStore } from "./profile-store.ts";

/** A token server must have answered by then, or the lock on the store would count as given up. */
const refreshTimeoutMs = 20_000;

export interface RefreshOptions {
  store: ProfileStore;
  profileId: string;
  /** The token that is not to be used again: it ran out, or the provider has refused it. */
  spent: string;
  refreshers: Refreshers;
  context: Omit<RefreshContext, "signal">;
  /** A copy of the same profile elsewhere, which may have been renewed there. */
  elsewhere: () => OAuthCredential | undefined;
  log: Logger;
}

/**
 * Renews the token of a profile. The lock on the store makes processes wait for each other, and whoever comes second
 * finds the new token in the file instead of asking for another one. @throws ModelError `auth-refresh-failed`
 */
export async function refreshProfile(options: RefreshOptions): Promise<OAuthCredential> {
  const { store, profileId, spent, context, log } = options;
  let renewed: OAuthCredential | undefined;
  try {
    await store.update(async (draft) => {
      const credential = draft.read().profiles.get(profileId);
      if (credential?.type !== "oauth") throw new Error(`profile "${profileId}" holds no refresh token any more`);
      if (credential.access !== spent && credential.expires > context.now()) {
        renewed = credential;
        return;
      }
      const load = Object.hasOwn(options.refreshers, credential.provider)
        ? options.refreshers[credential.provider]
        : undefined;
      if (!load) throw new Error("its tokens cannot be renewed here");
      const refresh = await load();
      const answer = await refresh(credential, { ...context, signal: AbortSignal.timeout(refreshTimeoutMs) });
      // Some servers give a refresh token only once; an answer without one means that the old one stays good.
      renewed = { ...credential, ...answer, refresh: answer.refresh || credential.refresh };
      draft.setProfile(profileId, renewed);
    });
  } catch (error) {
    const again = store.read().profiles.get(profileId);
    if (again?.type === "oauth" && again.access !== spent && again.expires > context.now()) return again;
    const copy = options.elsewhere();
    if (copy && copy.access !== spent && copy.expires > context.now()) return copy;
    const provider = again?.provider ?? profileId.split(":", 1)[0] ?? profileId;
    const message = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    log.warn(`the token of profile "${profileId}" could not be renewed: ${message}`);
    throw new ModelError(
      "auth-refresh-failed",
      `OAuth token refresh failed for ${provider}: ${message}. Please try again or re-authenticate.`,
      { cause: error },
    );
  }
  if (!renewed) throw new Error(`the store did not run the renewal of "${profileId}"`);
  return renewed;
}

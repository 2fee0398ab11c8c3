import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { clientMetadata } from "./client-metadata.ts";
import { forgetSignIn, readSignIn, type SignIn, writeSignIn } from "./sign-in-file.ts";

/**
 * Uses a sign-in somebody made before, and renews it. It never starts one: there is nobody at a browser.
 * Undefined when there is none for this address.
 */
export async function keptSignIn(
  stateDir: string,
  { id, url }: { id: string; url: string },
): Promise<OAuthClientProvider | undefined> {
  const first = await readSignIn(stateDir, id, url);
  if (first === undefined) return undefined;
  let last: SignIn = first;
  // Another program may have renewed it in the meantime.
  const current = async () => {
    const now = await readSignIn(stateDir, id, url);
    if (now !== undefined) last = now;
    return now;
  };
  const keep = async (change: Partial<SignIn>) => {
    last = { ...last, ...change };
    await writeSignIn(stateDir, id, last);
  };
  return {
    redirectUrl: first.redirectUrl,
    clientMetadata: clientMetadata(first.redirectUrl),
    clientInformation: async () => ((await current()) ?? last).client,
    tokens: async () => (await current())?.tokens,
    saveTokens: (tokens) => keep({ tokens }),
    codeVerifier: () => {
      throw signInNeeded(id);
    },
    saveCodeVerifier: () => {},
    redirectToAuthorization: () => {
      throw signInNeeded(id);
    },
    async invalidateCredentials(scope) {
      if (scope !== "all" && scope !== "tokens") return;
      const { access_token: refused } = last.tokens;
      if ((await readSignIn(stateDir, id, url))?.tokens.access_token === refused) await forgetSignIn(stateDir, id);
    },
  };
}

/** What somebody has to do before a server can be used. */
export function signInNeeded(id: string): Error {
  return new Error(`it wants a sign-in. Sign in: openclaw mcp login ${id}`);
}

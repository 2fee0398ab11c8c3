import type { OAuthCredential } from "./credential.ts";

/** What renewing a token works with. */
export interface RefreshContext {
  fetch: typeof fetch;
  now: () => number;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** Makes a new access token of an old credential. Rejects with an error whose message can be shown to people. */
export type RefreshOAuth = (credential: OAuthCredential, context: RefreshContext) => Promise<OAuthCredential>;

/** How the tokens of providers are renewed; each is loaded at its first use. A plugin adds its own. */
export type Refreshers = Readonly<Record<string, (() => Promise<RefreshOAuth>) | undefined>>;

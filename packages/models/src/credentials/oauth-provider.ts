import type { Credential, OAuthCredential } from "./credential.ts";

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

/** How the stored logins of a provider are used, where a plugin knows better. */
export interface ProviderLogin {
  /** The text handed to the API in place of the secret, such as JSON with a project id. */
  readonly formatApiKey?: (credential: Credential) => string;
  readonly refreshOAuth?: RefreshOAuth;
}

import { randomBytes } from "node:crypto";
import type { OAuthClientProvider, OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type { HttpServerConfig } from "../mcp-config.ts";
import { clientMetadata } from "./client-metadata.ts";
import { type SignIn, writeSignIn } from "./sign-in-file.ts";

export interface SignInOptions {
  id: string;
  server: HttpServerConfig;
  /** Folder below which the tokens are kept. */
  stateDir: string;
  /** Where the browser is sent back to, on this machine. */
  redirectUrl: string;
  /** What to ask for, where the server does not say it. */
  scope?: string | undefined;
  /** A client the authorization server knows already; without it one is registered. */
  clientId?: string | undefined;
  /** Has somebody open the address, and brings the code from it. `state` comes back with it. */
  requestCode(url: string, state: string): Promise<string>;
  fetch: typeof fetch;
}

/**
 * Signs in to an MCP server with OAuth 2.1 (authorization code with PKCE, as the MCP specification wants it), and keeps
 * the tokens for the Gateway.
 * @throws Error when the server has no authorization server, or that refuses
 */
export async function signInToServer(options: SignInOptions): Promise<void> {
  const { server, redirectUrl, clientId } = options;
  const { auth } = await import("@modelcontextprotocol/sdk/client/auth.js");
  const state = randomBytes(24).toString("base64url");
  let client: SignIn["client"] | undefined = clientId === undefined ? undefined : { client_id: clientId };
  let verifier = "";
  let address: URL | undefined;
  let discovered: OAuthDiscoveryState | undefined;
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: clientMetadata(redirectUrl, options.scope),
    state: () => state,
    clientInformation: () => client,
    saveClientInformation: (information) => {
      client = { ...information };
    },
    tokens: () => undefined,
    async saveTokens(tokens) {
      if (client === undefined) throw new Error("there are tokens, and no client they were given to");
      const signIn: SignIn = { version: 1, url: server.url, redirectUrl, client, tokens: { ...tokens } };
      await writeSignIn(options.stateDir, options.id, signIn);
    },
    redirectToAuthorization: (url) => {
      address = url;
    },
    saveCodeVerifier: (text) => {
      verifier = text;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (found) => {
      discovered = found;
    },
    discoveryState: () => discovered,
  };
  const wanted = { serverUrl: server.url, fetchFn: options.fetch, ...(await challenge(options)) };
  await auth(provider, wanted);
  if (address === undefined) throw new Error("the authorization server has named no address to sign in at");
  const code = await options.requestCode(address.href, state);
  await auth(provider, { ...wanted, authorizationCode: code });
}

/** What the server says it wants when it is asked without a sign-in. */
async function challenge({ server, fetch }: SignInOptions): Promise<{ resourceMetadataUrl?: URL; scope?: string }> {
  const { extractWWWAuthenticateParams } = await import("@modelcontextprotocol/sdk/client/auth.js");
  const response = await fetch(server.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "ping" }),
  });
  await response.body?.cancel();
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  return { ...(resourceMetadataUrl && { resourceMetadataUrl }), ...(scope !== undefined && { scope }) };
}

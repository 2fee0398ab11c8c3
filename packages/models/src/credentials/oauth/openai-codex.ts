import type { RefreshOAuth } from "../oauth-provider.ts";
import { field, isObject, textField } from "../wire-fields.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { requestCode } from "./authorization-code.ts";
import { OAuthError } from "./oauth-error.ts";
import { createPkce, createState } from "./pkce.ts";
import { readTokens, requestToken } from "./token-request.ts";

const clientId = "app_EMoamEEZ73f0CkXaXp7hrann";
const authorizeUrl = "https://auth.openai.com/oauth/authorize";
const tokenUrl = "https://auth.openai.com/oauth/token";
const redirect = { port: 1455, path: "/auth/callback" } as const;
const redirectUri = `http://localhost:${redirect.port}${redirect.path}`;
const service = "OpenAI";

/** Signs in with a ChatGPT subscription. */
export const openAICodexAuth: ProviderAuth = {
  id: "openai-codex",
  label: "OpenAI Codex (ChatGPT subscription)",
  auth: [{ id: "oauth", label: "ChatGPT sign-in", hint: "in the browser", kind: "oauth", run: signIn }],
};

async function signIn(context: AuthContext): Promise<AuthResult> {
  const pkce = createPkce();
  const state = createState();
  const url = new URL(authorizeUrl);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    code_challenge: pkce.challenge,
    code_challenge_method: "S256",
    state,
    id_token_add_organizations: "true",
    codex_cli_simplified_flow: "true",
    originator: "openclaw",
  }).toString();
  const code = await requestCode({ service, url: url.toString(), state, redirect, waitMs: 60_000 }, context);
  const body = await requestToken({
    service,
    url: tokenUrl,
    body: {
      grant_type: "authorization_code",
      client_id: clientId,
      code,
      code_verifier: pkce.verifier,
      redirect_uri: redirectUri,
    },
    fetch: context.fetch,
    signal: context.signal,
  });
  const tokens = readTokens(body, { service, now: context.now() });
  const claims = claimsOf(tokens.access);
  const accountId = accountOf(claims);
  const profile = claims.get("https://api.openai.com/profile");
  const email = textField(profile, "email") ?? textField(idClaims(body), "email");
  return {
    profiles: [
      {
        profileId: `openai-codex:${email ?? "default"}`,
        credential: { type: "oauth", provider: "openai-codex", ...tokens, accountId, ...(email && { email }) },
      },
    ],
    defaultModel: "openai-codex/gpt-5.3-codex",
  };
}

export const refreshOpenAICodex: RefreshOAuth = async (credential, { fetch, now, signal }) => {
  const body = await requestToken({
    service,
    url: tokenUrl,
    body: { grant_type: "refresh_token", client_id: clientId, refresh_token: credential.refresh },
    fetch,
    signal,
  });
  const tokens = readTokens(body, { service, now: now() });
  return { ...credential, ...tokens, accountId: accountOf(claimsOf(tokens.access)) };
};

/** Requests name the account they are for, so a token that does not say it cannot be used. */
function accountOf(claims: Map<string, unknown>): string {
  const accountId = textField(claims.get("https://api.openai.com/auth"), "chatgpt_account_id");
  if (accountId) return accountId;
  throw new OAuthError(
    "unexpected-answer",
    "The token of OpenAI names no ChatGPT account. Sign in with an account that has a subscription.",
  );
}

function idClaims(body: Record<string, unknown>): unknown {
  const token = textField(body, "id_token");
  return token === undefined ? undefined : Object.fromEntries(claimsOf(token));
}

/** What a JWT says about itself. The signature is not looked at: the token came from the server itself. */
export function claimsOf(token: string): Map<string, unknown> {
  const [, payload = ""] = token.split(".");
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return new Map(isObject(parsed) ? Object.entries(parsed).map(([name]) => [name, field(parsed, name)]) : []);
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}

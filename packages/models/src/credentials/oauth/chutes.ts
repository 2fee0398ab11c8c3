import type { RefreshOAuth } from "../oauth-provider.ts";
import { textField } from "../wire-fields.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { requestCode } from "./authorization-code.ts";
import { OAuthError } from "./oauth-error.ts";
import { createPkce, createState } from "./pkce.ts";
import { earlyExpiry, readTokens, requestToken } from "./token-request.ts";

const service = "Chutes";
const base = "https://api.chutes.ai/idp";
const usualRedirect = "http://127.0.0.1:1456/oauth-callback";
const usualScopes = "openid profile chutes:invoke";

export const chutesAuth: ProviderAuth = {
  id: "chutes",
  label: "Chutes",
  envVars: ["CHUTES_OAUTH_TOKEN", "CHUTES_API_KEY"],
  auth: [{ id: "oauth", label: "Chutes sign-in", hint: "in the browser", kind: "oauth", run: signIn }],
};

async function signIn(context: AuthContext): Promise<AuthResult> {
  const { env, fetch, signal, prompter } = context;
  const clientId =
    env.CHUTES_CLIENT_ID?.trim() ||
    (
      await prompter.text({
        message: "Client id of your Chutes application",
        validate: (answer) => (answer.trim() ? undefined : "Required"),
      })
    ).trim();
  const clientSecret = env.CHUTES_CLIENT_SECRET?.trim();
  const redirectUri = env.CHUTES_OAUTH_REDIRECT_URI?.trim() || usualRedirect;
  const pkce = createPkce();
  const state = createState();
  const url = new URL(`${base}/authorize`);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: env.CHUTES_OAUTH_SCOPES?.trim() || usualScopes,
    state,
    code_challenge: pkce.challenge,
    code_challenge_method: "S256",
  }).toString();
  const place = localRedirect(redirectUri);
  const code = await requestCode(
    { service, url: url.toString(), state, redirect: place ?? { port: 0, path: "/" }, waitMs: 180_000 },
    place === undefined ? { ...context, listen: async () => undefined } : context,
  );
  const body = await requestToken({
    service,
    url: `${base}/token`,
    body: {
      grant_type: "authorization_code",
      client_id: clientId,
      code,
      redirect_uri: redirectUri,
      code_verifier: pkce.verifier,
      ...(clientSecret && { client_secret: clientSecret }),
    },
    fetch,
    signal,
  });
  const tokens = readTokens(body, { service, now: context.now() });
  const email = await userName(tokens.access, context);
  return {
    profiles: [
      {
        profileId: `chutes:${email ?? "default"}`,
        credential: {
          type: "oauth",
          provider: "chutes",
          ...tokens,
          expires: earlyExpiry(tokens.expires, context.now()),
          clientId,
          ...(email && { email }),
        },
      },
    ],
  };
}

export const refreshChutes: RefreshOAuth = async (credential, { fetch, now, env, signal }) => {
  const clientId = credential.clientId ?? env.CHUTES_CLIENT_ID?.trim();
  if (!clientId) {
    throw new OAuthError("refused", "Chutes needs the client id of your application; set CHUTES_CLIENT_ID");
  }
  const secret = env.CHUTES_CLIENT_SECRET?.trim();
  const body = await requestToken({
    service,
    url: `${base}/token`,
    body: {
      grant_type: "refresh_token",
      client_id: clientId,
      refresh_token: credential.refresh,
      ...(secret && { client_secret: secret }),
    },
    fetch,
    signal,
  });
  const tokens = readTokens(body, { service, now: now() });
  return { ...credential, ...tokens, clientId, expires: earlyExpiry(tokens.expires, now()) };
};

/** The account's name tells profiles apart; without it the profile is the default one. */
async function userName(access: string, { fetch, signal }: AuthContext): Promise<string | undefined> {
  const response = await fetch(`${base}/userinfo`, { headers: { authorization: `Bearer ${access}` }, signal });
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  return textField(await response.json(), "username");
}

function localRedirect(uri: string): { port: number; path: string } | undefined {
  if (!URL.canParse(uri)) {
    throw new OAuthError("refused", "CHUTES_OAUTH_REDIRECT_URI is not an address. Write it with its scheme and port.");
  }
  const url = new URL(uri);
  const isLocal = url.protocol === "http:" && /^(?:localhost|127\.0\.0\.1)$/.test(url.hostname);
  return isLocal ? { port: Number(url.port || 80), path: url.pathname } : undefined;
}

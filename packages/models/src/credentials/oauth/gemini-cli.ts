import type { RefreshOAuth } from "../oauth-provider.ts";
import { field, textField } from "../wire-fields.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { requestCode } from "./authorization-code.ts";
import { findGeminiClient } from "./gemini-client.ts";
import { OAuthError } from "./oauth-error.ts";
import { createPkce, createState } from "./pkce.ts";
import { earlyExpiry, readTokens, requestToken } from "./token-request.ts";

const service = "Google";
const authorizeUrl = "https://accounts.google.com/o/oauth2/v2/auth";
const tokenUrl = "https://oauth2.googleapis.com/token";
const userInfoUrl = "https://www.googleapis.com/oauth2/v1/userinfo?alt=json";
const codeAssist = "https://cloudcode-pa.googleapis.com/v1internal";
const redirect = { port: 8085, path: "/oauth2callback" };
const redirectUri = `http://localhost:${redirect.port}${redirect.path}`;
const scopes = ["cloud-platform", "userinfo.email", "userinfo.profile"]
  .map((name) => `https://www.googleapis.com/auth/${name}`)
  .join(" ");
/** Setting up a project takes up to two minutes. */
const onboarding = { attempts: 24, everyMs: 5000 };
const metadata = { ideType: "IDE_UNSPECIFIED", platform: "PLATFORM_UNSPECIFIED", pluginType: "GEMINI" };

export const geminiCliAuth: ProviderAuth = {
  id: "google-gemini-cli",
  label: "Google Gemini CLI",
  aliases: ["gemini-cli"],
  auth: [{ id: "oauth", label: "Google sign-in", hint: "in the browser", kind: "oauth", run: signIn }],
};

async function signIn(context: AuthContext): Promise<AuthResult> {
  const { env, fetch, signal } = context;
  const client = await findGeminiClient(env);
  const pkce = createPkce();
  const state = createState();
  const url = new URL(authorizeUrl);
  url.search = new URLSearchParams({
    client_id: client.id,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: scopes,
    code_challenge: pkce.challenge,
    code_challenge_method: "S256",
    state,
    access_type: "offline",
    prompt: "consent",
  }).toString();
  const code = await requestCode({ service, url: url.toString(), state, redirect, waitMs: 300_000 }, context);
  const body = await requestToken({
    service,
    url: tokenUrl,
    body: {
      grant_type: "authorization_code",
      client_id: client.id,
      ...(client.secret !== undefined && { client_secret: client.secret }),
      code,
      redirect_uri: redirectUri,
      code_verifier: pkce.verifier,
    },
    fetch,
    signal,
  });
  const tokens = readTokens(body, { service, now: context.now() });
  const email = await emailOf(tokens.access, context);
  const projectId = await findProject(tokens.access, context);
  return {
    profiles: [
      {
        profileId: `google-gemini-cli:${email ?? "default"}`,
        credential: {
          type: "oauth",
          provider: "google-gemini-cli",
          ...tokens,
          expires: earlyExpiry(tokens.expires, context.now()),
          clientId: client.id,
          projectId,
          ...(email && { email }),
        },
      },
    ],
    defaultModel: "google-gemini-cli/gemini-3-pro-preview",
  };
}

export const refreshGeminiCli: RefreshOAuth = async (credential, { fetch, now, env, signal }) => {
  const client = await findGeminiClient(env);
  const body = await requestToken({
    service,
    url: tokenUrl,
    body: {
      grant_type: "refresh_token",
      client_id: client.id,
      ...(client.secret !== undefined && { client_secret: client.secret }),
      refresh_token: credential.refresh,
    },
    fetch,
    signal,
  });
  const tokens = readTokens(body, { service, now: now() });
  return { ...credential, ...tokens, expires: earlyExpiry(tokens.expires, now()) };
};

/** The account's address tells profiles apart; without it the profile is the default one. */
async function emailOf(access: string, { fetch, signal }: AuthContext): Promise<string | undefined> {
  const response = await fetch(userInfoUrl, { headers: { authorization: `Bearer ${access}` }, signal });
  if (response.ok) return textField(await response.json(), "email");
  await response.body?.cancel();
  return undefined;
}

/** The project requests are made for: the account's, else the named one, else one that Google sets up for it. */
async function findProject(access: string, context: AuthContext): Promise<string> {
  const { env, prompter, wait, signal } = context;
  const named = env.GOOGLE_CLOUD_PROJECT?.trim() || env.GOOGLE_CLOUD_PROJECT_ID?.trim() || undefined;
  const about = { metadata, ...(named && { cloudaicompanionProject: named }) };
  const known = await askCodeAssist("loadCodeAssist", about, access, context);
  const own = projectIn(known) ?? named;
  if (field(known, "currentTier") !== undefined && own !== undefined) return own;
  const tiers = field(known, "allowedTiers");
  const usual = (Array.isArray(tiers) ? tiers : []).find((tier) => field(tier, "isDefault") === true);
  const tierId = textField(usual, "id") ?? "free-tier";
  if (tierId !== "free-tier" && own === undefined) {
    throw new OAuthError("refused", "This Google account needs a project of its own: set GOOGLE_CLOUD_PROJECT.");
  }
  const progress = prompter.progress("Google sets up a project…");
  try {
    for (let attempt = 0; attempt < onboarding.attempts; attempt += 1) {
      const answer = await askCodeAssist("onboardUser", { tierId, ...about }, access, context);
      if (field(answer, "done") === true) {
        const made = projectIn(field(answer, "response")) ?? own;
        if (made !== undefined) return made;
        break;
      }
      await wait(onboarding.everyMs, signal);
    }
  } finally {
    progress.stop();
  }
  throw new OAuthError(
    "refused",
    "Google has set up no project for this account. Set GOOGLE_CLOUD_PROJECT and sign in again.",
  );
}

async function askCodeAssist(method: string, body: object, access: string, { fetch, signal }: AuthContext) {
  const response = await fetch(`${codeAssist}:${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (response.ok) return response.json() as Promise<unknown>;
  await response.body?.cancel();
  throw new OAuthError("refused", `Google's Code Assist answered HTTP ${response.status} to ${method}`, {
    status: response.status,
  });
}

/** Told as a name, or as an object with one. */
function projectIn(answer: unknown): string | undefined {
  return (
    textField(answer, "cloudaicompanionProject") ||
    textField(field(answer, "cloudaicompanionProject"), "id") ||
    undefined
  );
}

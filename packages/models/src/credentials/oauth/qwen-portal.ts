import type { RefreshOAuth } from "../oauth-provider.ts";
import { numberField, textField } from "../wire-fields.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { pollDevice } from "./device-poll.ts";
import { OAuthError } from "./oauth-error.ts";
import { createPkce } from "./pkce.ts";
import { askTokenServer, readTokens, reasonOf, requestToken } from "./token-request.ts";

const service = "Qwen";
const base = "https://chat.qwen.ai/api/v1/oauth2";
const clientId = "f0304373b74a44d2b584a3fb70ca9e56";
const usualAddress = "https://portal.qwen.ai/v1";
const firstIntervalMs = 2000;
const longestIntervalMs = 10_000;

export const qwenPortalAuth: ProviderAuth = {
  id: "qwen-portal",
  label: "Qwen",
  aliases: ["qwen"],
  envVars: ["QWEN_OAUTH_TOKEN", "QWEN_PORTAL_API_KEY"],
  auth: [{ id: "device", label: "Qwen sign-in", hint: "with a code", kind: "device_code", run: signIn }],
};

async function signIn(context: AuthContext): Promise<AuthResult> {
  const { fetch, signal, prompter, now } = context;
  const pkce = createPkce();
  const started = await requestToken({
    service,
    url: `${base}/device/code`,
    body: {
      client_id: clientId,
      scope: "openid profile email model.completion",
      code_challenge: pkce.challenge,
      code_challenge_method: "S256",
    },
    fetch,
    signal,
  });
  const deviceCode = textField(started, "device_code");
  const address = textField(started, "verification_uri_complete") ?? textField(started, "verification_uri");
  const userCode = textField(started, "user_code");
  if (!deviceCode || !address) throw new OAuthError("unexpected-answer", "Qwen answered without a device code");
  if (!context.isRemote) await context.openUrl(address);
  prompter.note(`Open ${address}${userCode ? `\nCode: ${userCode}` : ""}`, "Qwen sign-in");
  const progress = prompter.progress("Waiting for the sign-in at Qwen…");
  const body = await pollDevice<Record<string, unknown>>(
    {
      intervalMs: firstIntervalMs,
      expiresAt: now() + (numberField(started, "expires_in") ?? 900) * 1000,
      async ask(intervalMs) {
        const answer = await askTokenServer({
          service,
          url: `${base}/token`,
          body: {
            grant_type: "urn:ietf:params:oauth:grant-type:device_code",
            client_id: clientId,
            device_code: deviceCode,
            code_verifier: pkce.verifier,
          },
          fetch,
          signal,
        });
        if (answer.ok && textField(answer.body, "access_token")) return { state: "done", value: answer.body };
        const error = textField(answer.body, "error");
        if (error === "authorization_pending" || textField(answer.body, "status") === "pending") {
          return { state: "pending" };
        }
        if (error === "slow_down") {
          return { state: "slower", intervalMs: Math.min(longestIntervalMs, intervalMs * 1.5) };
        }
        throw new OAuthError("refused", `Qwen refused the sign-in${reasonOf(answer.body)}`, { status: answer.status });
      },
    },
    context,
  );
  progress.stop("Signed in.");
  const tokens = readTokens(body, { service, now: now() });
  const resource = textField(body, "resource_url");
  return {
    profiles: [{ profileId: "qwen-portal:default", credential: { type: "oauth", provider: "qwen-portal", ...tokens } }],
    ...qwenSetup(resource),
  };
}

/** The provider's entry and the model to offer, for a login however it was had. */
export function qwenSetup(resource: string | undefined): Pick<AuthResult, "configPatch" | "defaultModel"> {
  return {
    configPatch: {
      models: {
        mode: "merge",
        providers: {
          "qwen-portal": {
            baseUrl: resource === undefined ? usualAddress : resourceAddress(resource),
            api: "openai-completions",
            models: [
              { id: "coder-model", name: "Qwen Coder", input: ["text"] },
              { id: "vision-model", name: "Qwen Vision", input: ["text", "image"] },
            ],
          },
        },
      },
    },
    defaultModel: "qwen-portal/coder-model",
  };
}

export const refreshQwen: RefreshOAuth = async (credential, { fetch, now, signal }) => {
  const { ok, status, body } = await askTokenServer({
    service,
    url: `${base}/token`,
    body: { grant_type: "refresh_token", client_id: clientId, refresh_token: credential.refresh },
    fetch,
    signal,
  });
  if (status === 400) {
    throw new OAuthError(
      "refused",
      "Qwen OAuth refresh token expired or invalid. Re-authenticate with `openclaw models auth login --provider qwen-portal`.",
      { status },
    );
  }
  if (!ok) throw new OAuthError("refused", `Qwen answered HTTP ${status}${reasonOf(body)}`, { status });
  return { ...credential, ...readTokens(body, { service, now: now() }) };
};

/** The server may name a host alone. */
function resourceAddress(text: string): string {
  const withScheme = /^https?:\/\//.test(text) ? text : `https://${text}`;
  const trimmed = withScheme.replace(/\/+$/, "");
  return trimmed.endsWith("/v1") ? trimmed : `${trimmed}/v1`;
}

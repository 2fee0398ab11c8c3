import type { RefreshOAuth } from "../oauth-provider.ts";
import { numberField, textField } from "../wire-fields.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { pollDevice } from "./device-poll.ts";
import { OAuthError } from "./oauth-error.ts";
import { createPkce, createState } from "./pkce.ts";
import { askTokenServer, reasonOf, requestToken } from "./token-request.ts";

const service = "MiniMax";
const globalHost = "https://api.minimax.io";
const chinaHost = "https://api.minimaxi.com";
const clientId = "78257093-7e40-4613-99e0-527b14b39113";
const usualIntervalMs = 2000;

export const miniMaxPortalAuth: ProviderAuth = {
  id: "minimax-portal",
  label: "MiniMax coding plan",
  envVars: ["MINIMAX_OAUTH_TOKEN"],
  auth: [
    {
      id: "oauth",
      label: "MiniMax sign-in (global)",
      hint: "api.minimax.io",
      kind: "device_code",
      run: (context) => signIn(globalHost, context),
    },
    {
      id: "oauth-cn",
      label: "MiniMax sign-in (China)",
      hint: "api.minimaxi.com",
      kind: "device_code",
      run: (context) => signIn(chinaHost, context),
    },
  ],
};

async function signIn(host: string, context: AuthContext): Promise<AuthResult> {
  const { fetch, signal, prompter, now } = context;
  const pkce = createPkce();
  const state = createState();
  const started = await requestToken({
    service,
    url: `${host}/oauth/code`,
    body: {
      response_type: "code",
      client_id: clientId,
      scope: "group_id profile model.completion",
      code_challenge: pkce.challenge,
      code_challenge_method: "S256",
      state,
    },
    fetch,
    signal,
  });
  if (textField(started, "state") !== state) {
    throw new OAuthError("state-mismatch", "State mismatch: the answer of MiniMax belongs to another sign-in.");
  }
  const userCode = textField(started, "user_code");
  const address = textField(started, "verification_uri");
  if (!userCode || !address) throw new OAuthError("unexpected-answer", "MiniMax answered without a code");
  if (!context.isRemote) await context.openUrl(address);
  prompter.note(`Open ${address}\nCode: ${userCode}`, "MiniMax sign-in");
  const progress = prompter.progress("Waiting for the sign-in at MiniMax…");
  const body = await pollDevice<Record<string, unknown>>(
    {
      intervalMs: numberField(started, "interval") ?? usualIntervalMs,
      // An absolute time in milliseconds, whatever its name says.
      expiresAt: numberField(started, "expired_in") ?? now() + 15 * 60_000,
      async ask() {
        const answer = await askTokenServer({
          service,
          url: `${host}/oauth/token`,
          body: {
            grant_type: "urn:ietf:params:oauth:grant-type:user_code",
            client_id: clientId,
            user_code: userCode,
            code_verifier: pkce.verifier,
          },
          fetch,
          signal,
        });
        const status = textField(answer.body, "status");
        if (answer.ok && status === "success") return { state: "done", value: answer.body };
        if (answer.ok && status !== "error") return { state: "pending" };
        throw new OAuthError("refused", `MiniMax refused the sign-in${reasonOf(answer.body)}`, {
          status: answer.status,
        });
      },
    },
    context,
  );
  progress.stop("Signed in.");
  const address2 = textField(body, "resource_url") ?? `${host}/anthropic`;
  return {
    profiles: [
      {
        profileId: "minimax-portal:default",
        credential: { type: "oauth", provider: "minimax-portal", ...tokensOf(body), enterpriseUrl: host },
      },
    ],
    ...miniMaxSetup(address2),
  };
}

/** The provider's entry and the model to offer, for a login however it was had. */
export function miniMaxSetup(baseUrl = `${globalHost}/anthropic`): Pick<AuthResult, "configPatch" | "defaultModel"> {
  return {
    configPatch: {
      models: {
        mode: "merge",
        providers: {
          "minimax-portal": {
            baseUrl,
            api: "anthropic-messages",
            auth: "oauth",
            models: [{ id: "MiniMax-M2.1", name: "MiniMax M2.1", reasoning: true, input: ["text"] }],
          },
        },
      },
    },
    defaultModel: "minimax-portal/MiniMax-M2.1",
  };
}

export const refreshMiniMax: RefreshOAuth = async (credential, { fetch, signal }) => {
  const body = await requestToken({
    service,
    url: `${credential.enterpriseUrl === chinaHost ? chinaHost : globalHost}/oauth/token`,
    body: { grant_type: "refresh_token", client_id: clientId, refresh_token: credential.refresh },
    fetch,
    signal,
  });
  return { ...credential, ...tokensOf(body) };
};

function tokensOf(body: Record<string, unknown>): { access: string; refresh: string; expires: number } {
  const access = textField(body, "access_token");
  const expires = numberField(body, "expired_in");
  if (!access || expires === undefined) {
    throw new OAuthError("unexpected-answer", "MiniMax answered without an access token");
  }
  return { access, refresh: textField(body, "refresh_token") ?? "", expires };
}

import { numberField, textField } from "../wire-fields.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { pollDevice } from "./device-poll.ts";
import { OAuthError } from "./oauth-error.ts";
import { askTokenServer, reasonOf, requestToken } from "./token-request.ts";

const service = "GitHub";
const clientId = "Iv1.b507a08c87ecfe98";
const codeUrl = "https://github.com/login/device/code";
const tokenUrl = "https://github.com/login/oauth/access_token";
const slowDownMs = 2000;

export const gitHubCopilotAuth: ProviderAuth = {
  id: "github-copilot",
  label: "GitHub Copilot",
  envVars: ["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
  auth: [{ id: "device", label: "GitHub sign-in", hint: "with a code", kind: "device_code", run: signIn }],
};

async function signIn(context: AuthContext): Promise<AuthResult> {
  const { fetch, signal, prompter, now } = context;
  const started = await requestToken({
    service,
    url: codeUrl,
    body: { client_id: clientId, scope: "read:user" },
    fetch,
    signal,
  });
  const deviceCode = textField(started, "device_code");
  const userCode = textField(started, "user_code");
  const address = textField(started, "verification_uri");
  if (!deviceCode || !userCode || !address) {
    throw new OAuthError("unexpected-answer", "GitHub answered without a device code");
  }
  if (!context.isRemote) await context.openUrl(address);
  prompter.note(`Open ${address}\nCode: ${userCode}`, "GitHub sign-in");
  const progress = prompter.progress("Waiting for the sign-in at GitHub…");
  const token = await pollDevice<string>(
    {
      intervalMs: (numberField(started, "interval") ?? 5) * 1000,
      expiresAt: now() + (numberField(started, "expires_in") ?? 900) * 1000,
      async ask(intervalMs) {
        const { body, status } = await askTokenServer({
          service,
          url: tokenUrl,
          body: {
            client_id: clientId,
            device_code: deviceCode,
            grant_type: "urn:ietf:params:oauth:grant-type:device_code",
          },
          fetch,
          signal,
        });
        const access = textField(body, "access_token");
        if (access) return { state: "done", value: access };
        switch (textField(body, "error")) {
          case "authorization_pending":
            return { state: "pending" };
          case "slow_down":
            return { state: "slower", intervalMs: intervalMs + slowDownMs };
          case "expired_token":
            throw new OAuthError("expired", "The code of GitHub ran out before anybody signed in. Start again.");
          case "access_denied":
            throw new OAuthError("refused", "The sign-in was refused at GitHub.");
          default:
            throw new OAuthError("refused", `GitHub refused the sign-in${reasonOf(body)}`, { status });
        }
      },
    },
    context,
  );
  progress.stop("Signed in.");
  return {
    profiles: [
      {
        profileId: "github-copilot:github",
        credential: { type: "token", provider: "github-copilot", token },
      },
    ],
    defaultModel: "github-copilot/gpt-4o",
  };
}

import type { RefreshOAuth } from "../oauth-provider.ts";
import type { AuthContext, AuthResult, ProviderAuth } from "./auth-method.ts";
import { earlyExpiry, readTokens, requestToken } from "./token-request.ts";

const service = "Anthropic";
const tokenUrl = "https://console.anthropic.com/v1/oauth/token";
/** Public id of the client that subscriptions are signed in with. */
const clientId = "9d1c250a-e61b-44d9-88ed-5944d1962f5e";
const setupTokenPrefix = "sk-ant-oat01-";
const leastSetupTokenLength = 80;

/** Signs in with a Claude subscription: `claude setup-token` on any machine makes a token to paste. */
export const anthropicAuth: ProviderAuth = {
  id: "anthropic",
  label: "Anthropic (Claude)",
  auth: [
    {
      id: "setup-token",
      label: "Claude subscription (setup-token)",
      hint: "run `claude setup-token` anywhere and paste what it prints",
      kind: "token",
      run: pasteSetupToken,
    },
  ],
};

/** What is wrong with a pasted setup-token; undefined when nothing is. */
export function setupTokenProblem(text: string): string | undefined {
  const token = text.trim();
  if (!token) return "Required";
  if (!token.startsWith(setupTokenPrefix)) return `Expected token starting with ${setupTokenPrefix}`;
  return token.length < leastSetupTokenLength ? "Token looks too short; paste the full setup-token" : undefined;
}

async function pasteSetupToken({ prompter }: AuthContext): Promise<AuthResult> {
  prompter.note("Run `claude setup-token` in a terminal, on any machine, and copy the token it prints.");
  const token = await prompter.text({ message: "Paste the setup-token", secret: true, validate: setupTokenProblem });
  return {
    profiles: [
      { profileId: "anthropic:manual", credential: { type: "token", provider: "anthropic", token: token.trim() } },
    ],
    defaultModel: "anthropic/claude-opus-4-6",
  };
}

/** Renews a profile of a sign-in in the browser; setup-tokens are never renewed. */
export const refreshAnthropic: RefreshOAuth = async (credential, { fetch, now, signal }) => {
  const body = await requestToken({
    service,
    url: tokenUrl,
    encoding: "json",
    body: {
      grant_type: "refresh_token",
      client_id: credential.clientId ?? clientId,
      refresh_token: credential.refresh,
    },
    fetch,
    signal,
  });
  const tokens = readTokens(body, { service, now: now() });
  return { ...credential, ...tokens, expires: earlyExpiry(tokens.expires, now()) };
};

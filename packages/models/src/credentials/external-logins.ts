import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Credential, OAuthCredential } from "./credential.ts";
import { field, numberField, textField, timeField } from "./wire-fields.ts";

/** A login of another program on this machine, as it can be taken over. */
export interface ExternalLogin {
  readonly profileId: string;
  readonly credential: Credential;
  /** Where it was read, for the question whether to take it. */
  readonly source: string;
}

export interface ExternalLoginOptions {
  home: string;
  /** Reads a generic password of the macOS keychain; absent elsewhere. Undefined when there is none. */
  readKeychain?: ((item: string) => Promise<string | undefined>) | undefined;
}

/** Under which Claude Code keeps its login in the macOS keychain. */
export const keychainItem = "Claude Code-credentials";

/**
 * The login of Claude Code. It is kept as a token: renewing it is that program's business, and doing so here would sign it
 * out. To be read only after its user has agreed.
 */
export async function readClaudeCodeLogin(options: ExternalLoginOptions): Promise<ExternalLogin | undefined> {
  const fromKeychain = await options.readKeychain?.(keychainItem);
  const path = join(options.home, ".claude", ".credentials.json");
  const source = fromKeychain === undefined ? path : `keychain item "${keychainItem}"`;
  const login = field(fromKeychain === undefined ? await readJson(path) : parse(fromKeychain), "claudeAiOauth");
  const token = textField(login, "accessToken");
  if (!token) return undefined;
  const expires = numberField(login, "expiresAt");
  const credential = {
    type: "token" as const,
    provider: "anthropic",
    token,
    ...(expires !== undefined && { expires }),
  };
  return { profileId: "anthropic:claude-cli", credential, source };
}

/** The login of the Codex CLI. To be read only after its user has agreed. */
export async function readCodexLogin({ home }: ExternalLoginOptions): Promise<ExternalLogin | undefined> {
  const source = join(home, ".codex", "auth.json");
  const file = await readJson(source);
  const tokens = field(file, "tokens");
  const access = textField(tokens, "access_token");
  const refresh = textField(tokens, "refresh_token");
  if (!access || !refresh) return undefined;
  const accountId = textField(tokens, "account_id");
  // The file does not say when the token ends; an hour after its last renewal is what the server gives.
  const expires = (timeField(file, "last_refresh") ?? 0) + 3_600_000;
  return {
    profileId: "openai-codex:codex-cli",
    credential: {
      type: "oauth",
      provider: "openai-codex",
      access,
      refresh,
      expires,
      ...(accountId !== undefined && { accountId }),
    },
    source,
  };
}

/** Logins of the Qwen and MiniMax command lines, which share theirs. */
const shared = [
  { provider: "qwen-portal", profileId: "qwen-portal:qwen-cli", folder: ".qwen" },
  { provider: "minimax-portal", profileId: "minimax-portal:minimax-cli", folder: ".minimax" },
] as const;

/** Where the command line of a provider keeps the login it shares. */
export function sharedLoginFile(provider: (typeof shared)[number]["provider"], home: string): string {
  const { folder } = shared.find((each) => each.provider === provider) ?? shared[0];
  return join(home, folder, "oauth_creds.json");
}

export async function readSharedLogins(home: string): Promise<{ profileId: string; credential: OAuthCredential }[]> {
  const found = await Promise.all(
    shared.map(async ({ provider, profileId }) => {
      const file = await readJson(sharedLoginFile(provider, home));
      const access = textField(file, "access_token");
      const refresh = textField(file, "refresh_token");
      const expires = numberField(file, "expiry_date");
      if (!access || !refresh || expires === undefined) return [];
      return [{ profileId, credential: { type: "oauth" as const, provider, access, refresh, expires } }];
    }),
  );
  return found.flat();
}

/** Whether a login found elsewhere is better than the one that is stored: newer, while the stored one is about to end. */
export function isBetterLogin(found: OAuthCredential, stored: Credential | undefined, now: number): boolean {
  if (stored?.type !== "oauth") return found.expires > now || stored === undefined;
  if (found.access === stored.access) return false;
  return found.expires > stored.expires || (stored.expires - now < 10 * 60_000 && found.expires > now);
}

/** Undefined for a file that is not there or cannot be understood: another program's files are not ours to report. */
async function readJson(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "@openclaw/storage";
import { ModelError } from "../model-error.ts";
import type { RequestCredential } from "./request-credential.ts";
import { numberField, textField } from "./wire-fields.ts";

const exchangeUrl = "https://api.github.com/copilot_internal/v2/token";
/** A token with less time left is exchanged anew, ms. */
const leastLeftMs = 5 * 60_000;
const usualBaseUrl = "https://api.individual.githubcopilot.com";

interface CopilotToken {
  /** The GitHub token it was made for, as a hash: another account must not get it. */
  readonly account?: string;
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Turns a GitHub token into what Copilot takes, which lasts for half an hour. */
export type CopilotExchange = (githubToken: string) => Promise<RequestCredential>;

/**
 * Exchanges a GitHub token for a Copilot token, kept in `file` for other processes. The answer names the address
 * requests go to.
 */
export function createCopilotExchange(options: {
  file: string;
  fetch: typeof fetch;
  now: () => number;
}): CopilotExchange {
  const { file, now } = options;
  let known: CopilotToken | undefined;
  let running: Promise<CopilotToken> | undefined;

  const isGood = (token: CopilotToken | undefined, account: string): token is CopilotToken =>
    token !== undefined && token.account === account && token.expiresAt - now() > leastLeftMs;

  async function exchange(githubToken: string, account: string): Promise<CopilotToken> {
    const stored = await readStored(file);
    if (isGood(stored, account)) return stored;
    const response = await options.fetch(exchangeUrl, {
      headers: { accept: "application/json", authorization: `Bearer ${githubToken}` },
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ModelError(
        "auth-refresh-failed",
        `GitHub gave no Copilot token (HTTP ${response.status}). Check that the account has Copilot, or sign in again with "openclaw models auth login-github-copilot".`,
      );
    }
    const body: unknown = await response.json();
    const token = textField(body, "token");
    const expires = numberField(body, "expires_at");
    if (!token || expires === undefined) {
      throw new ModelError("auth-refresh-failed", "GitHub answered without a Copilot token. Try again in a moment.");
    }
    // GitHub counts in seconds; tests and proxies may not.
    const made = { account, token, expiresAt: expires < 1e12 ? expires * 1000 : expires };
    await ensurePrivateDir(dirname(file));
    await writeFileAtomic(file, `${JSON.stringify({ ...made, updatedAt: now() }, null, 2)}\n`, {
      mode: 0o600,
      fsync: false,
    });
    return made;
  }

  return async (githubToken) => {
    const account = createHash("sha256").update(githubToken).digest("hex").slice(0, 16);
    if (!isGood(known, account)) {
      running ??= exchange(githubToken, account).finally(() => {
        running = undefined;
      });
      known = await running;
    }
    return { kind: "token", token: known.token, baseUrl: copilotBaseUrl(known.token) };
  };
}

/** The token says where its requests go: `proxy-ep=proxy.…`, whose API is at `api.…`. */
export function copilotBaseUrl(token: string): string {
  const proxy = /(?:^|;)\s*proxy-ep=([^;\s]+)/i.exec(token)?.[1];
  if (!proxy) return usualBaseUrl;
  return `https://${proxy.replace(/^https?:\/\//, "").replace(/^proxy\./i, "api.")}`;
}

async function readStored(file: string): Promise<CopilotToken | undefined> {
  const stored = await readJsonFile(file).catch(() => undefined);
  const token = textField(stored, "token");
  const expiresAt = numberField(stored, "expiresAt");
  const account = textField(stored, "account");
  return token && expiresAt !== undefined ? { token, expiresAt, ...(account && { account }) } : undefined;
}

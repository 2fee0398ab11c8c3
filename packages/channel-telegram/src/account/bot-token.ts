import { readFileSync } from "node:fs";
import { type AccountInput, defaultAccountId, ownAccountSection } from "@openclaw/plugin-sdk";

/** Where a token came from. */
export type TokenSource = "tokenFile" | "config" | "env" | "none";

export interface BotToken {
  token?: string;
  source: TokenSource;
}

/** The variable that holds the token of the account `default`. */
export const tokenVariable = "TELEGRAM_BOT_TOKEN";

/**
 * Finds the token of an account. Only the account `default` takes one from the section itself or from the environment. A
 * `tokenFile` that cannot be read means no token: a token from elsewhere could be another bot's.
 */
export function findBotToken(
  { accountId, section, env }: Pick<AccountInput, "accountId" | "section" | "env">,
  readFile: (path: string) => string = (path) => readFileSync(path, "utf8"),
): BotToken {
  const places = [ownAccountSection(section, accountId)];
  if (accountId === defaultAccountId) places.push({ ...section });
  for (const place of places) {
    const file = textOf(place.tokenFile);
    if (file !== undefined) return fromFile(file, readFile);
    const token = textOf(place.botToken);
    if (token !== undefined) return { token, source: "config" };
  }
  const variable = accountId === defaultAccountId ? textOf(env[tokenVariable]) : undefined;
  return variable === undefined ? { source: "none" } : { token: variable, source: "env" };
}

/** What to do about an account without a token. */
export function missingToken(accountId: string): string {
  return `Telegram bot token missing for account "${accountId}" (set channels.telegram.accounts.${accountId}.botToken/tokenFile or ${tokenVariable} for default).`;
}

function fromFile(file: string, readFile: (path: string) => string): BotToken {
  let token: string | undefined;
  try {
    token = textOf(readFile(file));
  } catch {
    // Shown by status as a missing token; the path alone is not worth an error of the whole channel.
    return { source: "none" };
  }
  return token === undefined ? { source: "none" } : { token, source: "tokenFile" };
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

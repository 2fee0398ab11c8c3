import type { AccountProbe } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { type DiscordAccount, missingToken } from "../account/discord-account.ts";
import { plainApi, StatusError } from "./plain-api.ts";

const wireSelf = z.object({ id: z.string(), username: z.string() });
const wireApplication = z.object({ id: z.string(), flags: z.number().default(0) });

/** Bits of an application's flags: allowed, or allowed because the bot is in few guilds. */
const flags = {
  presence: { full: 1 << 12, limited: 1 << 13 },
  guildMembers: { full: 1 << 14, limited: 1 << 15 },
  messageContent: { full: 1 << 18, limited: 1 << 19 },
} as const;

export type IntentState = "enabled" | "limited" | "disabled";

/** Asks Discord who the bot is and which privileged intents it was allowed. */
export async function probeDiscord(account: DiscordAccount, signal: AbortSignal): Promise<AccountProbe> {
  if (account.token === undefined) return { ok: false, error: missingToken(account.accountId) };
  const began = Date.now();
  const api = plainApi(account, signal);
  try {
    const self = await api.get(wireSelf, "/users/@me");
    const application = await api.get(wireApplication, "/oauth2/applications/@me");
    return {
      ok: true,
      status: 200,
      error: null,
      elapsedMs: Date.now() - began,
      bot: { id: self.id, username: self.username },
      application: { id: application.id, intents: intentStates(application.flags) },
    };
  } catch (error) {
    return {
      ok: false,
      status: error instanceof StatusError ? error.status : null,
      error: error instanceof Error ? error.message : String(error),
      elapsedMs: Date.now() - began,
    };
  }
}

export function intentStates(bits: number): Record<keyof typeof flags, IntentState> {
  const state = ({ full, limited }: { full: number; limited: number }): IntentState =>
    bits & full ? "enabled" : bits & limited ? "limited" : "disabled";
  return {
    presence: state(flags.presence),
    guildMembers: state(flags.guildMembers),
    messageContent: state(flags.messageContent),
  };
}

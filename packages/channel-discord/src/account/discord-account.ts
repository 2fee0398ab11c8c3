import { type AccountInput, defaultAccountId, ownAccountSection } from "@openclaw/plugin-sdk";
import { z } from "zod";

const retry = z.object({
  attempts: z.number().int().min(1).default(3),
  minDelayMs: z.number().min(0).default(500),
  maxDelayMs: z.number().min(0).default(30_000),
  jitter: z.number().min(0).max(1).default(0.1),
});

const ids = z.array(z.union([z.string(), z.number()]).transform(String));

const guildSettings = z.object({
  slug: z.string().optional(),
  reactionNotifications: z.enum(["off", "own", "all", "allowlist"]).default("own"),
  users: ids.default([]),
  channels: z
    .record(
      z.string(),
      z.object({
        allow: z.boolean().optional(),
        enabled: z.boolean().optional(),
        includeThreadStarter: z.boolean().default(true),
        autoThread: z.boolean().default(false),
        users: ids.default([]),
      }),
    )
    .default({}),
});

/** What the connection and the sending of an account need from its section; who may write is read from the section itself. */
const settings = z.object({
  allowBots: z.boolean().default(false),
  maxLinesPerMessage: z.number().int().min(1).default(17),
  chunkMode: z.enum(["length", "newline"]).default("length"),
  markdown: z.object({ tables: z.enum(["off", "bullets", "code"]).default("code") }).prefault({}),
  retry: retry.prefault({}),
  guilds: z.record(z.string(), guildSettings).default({}),
  dm: z.object({ allowFrom: ids.default([]) }).prefault({}),
  actions: z.record(z.string(), z.boolean()).default({}),
  execApprovals: z
    .object({
      enabled: z.boolean().default(false),
      approvers: ids.default([]),
      agentFilter: z.array(z.string()).default([]),
      sessionFilter: z.array(z.string()).default([]),
    })
    .prefault({}),
  intents: z.object({ presence: z.boolean().default(false), guildMembers: z.boolean().default(false) }).prefault({}),
  pluralkit: z.object({ enabled: z.boolean().default(false), token: z.string().optional() }).prefault({}),
});

export type DiscordSettings = z.output<typeof settings>;
export type GuildSettings = z.output<typeof guildSettings>;

/** One account, as the configuration and the environment make it. */
export interface DiscordAccount {
  accountId: string;
  /** Without the prefix `Bot `. */
  token: string | undefined;
  tokenSource: "config" | "env" | "none";
  /** Root of the REST interface, without a version. */
  apiUrl: string;
  settings: DiscordSettings;
}

const discordApi = "https://discord.com/api";

/**
 * Reads an account. Accounts beside `default` need a token of their own: two connections with one token would each answer
 * every message.
 */
export function resolveDiscordAccount(input: AccountInput): DiscordAccount {
  const { accountId, env } = input;
  const isDefault = accountId === defaultAccountId;
  const own = cleanToken(ownAccountSection(input.section, accountId).token);
  const configured = own ?? (isDefault ? cleanToken(input.section?.token) : undefined);
  const fromEnv = isDefault ? cleanToken(env.DISCORD_BOT_TOKEN) : undefined;
  return {
    accountId,
    token: configured ?? fromEnv,
    tokenSource: configured !== undefined ? "config" : fromEnv !== undefined ? "env" : "none",
    apiUrl: apiRoot(env.OPENCLAW_DISCORD_API_URL),
    settings: settings.parse(input.config),
  };
}

/** What a person reads when an account has no token. */
export function missingToken(accountId: string): string {
  return `Discord bot token missing for account "${accountId}" (set discord.accounts.${accountId}.token or DISCORD_BOT_TOKEN for default).`;
}

function cleanToken(raw: unknown): string | undefined {
  const text = typeof raw === "string" ? raw.trim().replace(/^Bot\s+/i, "") : "";
  return text === "" ? undefined : text;
}

/** The address of a stand-in for Discord on this machine; a token never goes to another one. */
function apiRoot(override: string | undefined): string {
  if (override === undefined || !URL.canParse(override)) return discordApi;
  const { hostname } = new URL(override);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? override.replace(/\/+$/, "") : discordApi;
}

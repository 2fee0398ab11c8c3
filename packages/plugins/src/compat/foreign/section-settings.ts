import { findPlace, mergeAccountSection, normalizeAccountId } from "@openclaw/plugin-sdk";

type Config = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** The settings of one account of a channel. */
export function accountSection(config: Config, channel: string, accountId: string | null | undefined): Config {
  return mergeAccountSection(
    recordOf(recordOf(config.channels)?.[channel]),
    normalizeAccountId(accountId ?? undefined),
  );
}

/** How texts of a channel are cut. */
export function chunkModeOf(config: Config, channel: string, accountId?: string | null): "length" | "newline" {
  return accountSection(config, channel, accountId).chunkMode === "newline" ? "newline" : "length";
}

/** Longest text of one message. */
export function textLimitOf(
  config: Config,
  channel: string,
  accountId?: string | null,
  options: { fallbackLimit?: number } = {},
): number {
  const own = accountSection(config, channel, accountId).textChunkLimit;
  return typeof own === "number" && own > 0 ? own : (options.fallbackLimit ?? 4000);
}

/** How tables are shown. */
export function tableModeOf(options: {
  cfg?: Config;
  channel?: string | null;
  accountId?: string | null;
}): "off" | "bullets" | "code" {
  const channel = options.channel ?? "";
  const own = recordOf(accountSection(options.cfg ?? {}, channel, options.accountId).markdown)?.tables;
  if (own === "off" || own === "bullets" || own === "code") return own;
  return channel === "signal" || channel === "whatsapp" ? "bullets" : "code";
}

/** Whether a group is among those that are listed, and what the configuration says of it. */
export function groupPolicyOf(options: {
  cfg: Config;
  channel: string;
  groupId?: string | null;
  accountId?: string | null;
}) {
  const groups = recordOf(accountSection(options.cfg, options.channel, options.accountId).groups) ?? {};
  const allowlistEnabled = Object.keys(groups).length > 0;
  const groupConfig = options.groupId ? recordOf(groups[options.groupId]) : undefined;
  const defaultConfig = recordOf(groups["*"]);
  const allowed = !allowlistEnabled || groupConfig !== undefined || defaultConfig !== undefined;
  return { allowlistEnabled, allowed, groupConfig, defaultConfig };
}

/** Whether the assistant answers in a group only when it is mentioned. */
export function requireMentionOf(options: {
  cfg: Config;
  channel: string;
  groupId?: string | null;
  accountId?: string | null;
  requireMentionOverride?: boolean;
  overrideOrder?: "before-config" | "after-config";
}): boolean {
  const section = accountSection(options.cfg, options.channel, options.accountId);
  const found = findPlace(recordOf(section.groups) ?? {}, options.groupId ? [options.groupId] : []);
  const wildcard = recordOf(recordOf(section.groups)?.["*"]);
  const configured = [found?.rules.requireMention, wildcard?.requireMention].find((each) => typeof each === "boolean");
  const order =
    options.overrideOrder === "before-config"
      ? [options.requireMentionOverride, configured]
      : [configured, options.requireMentionOverride];
  const decided = order.find((each) => typeof each === "boolean");
  return decided !== false;
}

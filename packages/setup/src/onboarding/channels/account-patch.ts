import { mergePatch, type OpenClawConfig } from "@openclaw/config";
import { defaultAccountId, normalizeAccountId } from "@openclaw/plugin-sdk";
import type { ConfigPatch } from "./channel-steps.ts";

type Section = Record<string, unknown>;

/** Where the accounts of a channel stand. */
export interface AccountPlaces {
  channelId: string;
  /** The section has no `enabled` of its own. */
  switchedSingly?: boolean | undefined;
}

/** A channel's section of the configuration. */
export function channelSection(config: OpenClawConfig, channelId: string): Section | undefined {
  const section: unknown = config.channels?.[channelId];
  return isRecord(section) ? section : undefined;
}

/**
 * Lays keys over those of an account and switches it on. The only account stands in the section itself; with others, each
 * below `accounts`, and what was in the section still belongs to `default`.
 */
export function accountPatch(
  config: OpenClawConfig,
  { channelId, switchedSingly }: AccountPlaces,
  accountId: string,
  keys: ConfigPatch,
): ConfigPatch {
  const section = channelSection(config, channelId);
  const accounts = section?.accounts;
  const listed = accountKey(accounts, accountId);
  if (accountId === defaultAccountId && !isRecord(accounts)) {
    return within(channelId, switchedSingly ? keys : { enabled: true, ...keys });
  }
  const own = { accounts: { [listed ?? accountId]: { enabled: true, ...keys } } };
  if (accountId === defaultAccountId || section === undefined) return within(channelId, own);
  // The channel may have been switched off as a whole.
  const on = section.enabled === false ? { enabled: true } : {};
  return within(channelId, mergeKeys(on, mergeKeys(keepDefault(section), own)));
}

/** Without a place among the accounts, what stands in the section itself would be nobody's any more. */
function keepDefault(section: Section): Section {
  const { accounts, name, ...base } = section;
  if (accountKey(accounts, defaultAccountId) !== undefined) return {};
  if (typeof name === "string") return { name: null, accounts: { [defaultAccountId]: { name } } };
  const hasOwn = !isRecord(accounts) && Object.keys(base).some((key) => key !== "enabled");
  return hasOwn ? { accounts: { [defaultAccountId]: {} } } : {};
}

/** Switches an account off; what it has stays. */
export function disablePatch(
  config: OpenClawConfig,
  { channelId, switchedSingly }: AccountPlaces,
  accountId: string,
): ConfigPatch {
  const listed = accountKey(channelSection(config, channelId)?.accounts, accountId);
  if (listed === undefined && !switchedSingly) return within(channelId, { enabled: false });
  return within(channelId, { accounts: { [listed ?? accountId]: { enabled: false } } });
}

/** Takes an account out; with the last one the whole section. */
export function removePatch(config: OpenClawConfig, channelId: string, accountId: string): ConfigPatch {
  const section = channelSection(config, channelId);
  const listed = accountKey(section?.accounts, accountId);
  if (listed === undefined) return { channels: { [channelId]: null } };
  const left = mergePatch(section?.accounts, { [listed]: null });
  const others = isRecord(left) && Object.keys(left).length > 0;
  const alone = Object.keys(section ?? {}).every((key) => key === "accounts" || key === "enabled");
  if (!others && alone) return { channels: { [channelId]: null } };
  return within(channelId, { accounts: others ? { [listed]: null } : null });
}

/** Gives an account a display name. */
export function renamePatch(config: OpenClawConfig, channelId: string, accountId: string, name: string): ConfigPatch {
  const accounts = channelSection(config, channelId)?.accounts;
  const listed = accountKey(accounts, accountId);
  if (listed === undefined && accountId === defaultAccountId && !isRecord(accounts)) return within(channelId, { name });
  return within(channelId, { accounts: { [listed ?? accountId]: { name } } });
}

const within = (channelId: string, keys: ConfigPatch): ConfigPatch => ({ channels: { [channelId]: keys } });

/** The key under which an account stands, as it is written there. */
function accountKey(accounts: unknown, accountId: string): string | undefined {
  if (!isRecord(accounts)) return undefined;
  return Object.keys(accounts).find((key) => normalizeAccountId(key) === accountId);
}

/** Two patches as one; `null` stays. */
function mergeKeys(earlier: Section, later: Section): Section {
  const joined: Section = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const before = joined[key];
    joined[key] = isRecord(before) && isRecord(value) ? mergeKeys(before, value) : value;
  }
  return joined;
}

function isRecord(value: unknown): value is Section {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

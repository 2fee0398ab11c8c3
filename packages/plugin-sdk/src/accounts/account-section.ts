import type { AccountInput, ChannelConfigInput } from "../channel/channel-accounts.ts";

type Section = Readonly<Record<string, unknown>>;

/** The id of the account that is meant where none is named. */
export const defaultAccountId = "default";

/** An account id as it is kept: lower case, letters, digits, `_` and `-`, at most 64 characters; `default` for nothing. */
export function normalizeAccountId(id: string | undefined): string {
  const wanted = (id ?? "").trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(wanted)) return wanted;
  const made = wanted
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
  return made === "" ? defaultAccountId : made;
}

/** The keys of `accounts` in a channel's section, normalised and sorted; `default` alone when there are none. */
export function listAccountIds(section: Section | undefined): string[] {
  const ids = Object.keys(accountsOf(section)).map(normalizeAccountId);
  return ids.length === 0 ? [defaultAccountId] : [...new Set(ids)].sort();
}

/** The account meant where none is named: `default` if there is one, else the first. */
export function pickDefaultAccount(ids: readonly string[]): string {
  return ids.includes(defaultAccountId) ? defaultAccountId : (ids[0] ?? defaultAccountId);
}

/** A channel's section with the keys of one account over it, without `accounts`. */
export function mergeAccountSection(section: Section | undefined, accountId: string): Record<string, unknown> {
  const { accounts: _, ...base } = section ?? {};
  return { ...base, ...ownAccountSection(section, accountId) };
}

/** What stands under `accounts.<id>` alone. */
export function ownAccountSection(section: Section | undefined, accountId: string): Record<string, unknown> {
  const found = Object.entries(accountsOf(section)).find(([key]) => normalizeAccountId(key) === accountId)?.[1];
  const own = isRecord(found) ? found : {};
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

/** Whether the channel and the account are both switched on. */
export function isAccountEnabled(section: Section | undefined, accountId: string): boolean {
  return section?.enabled !== false && ownAccountSection(section, accountId).enabled !== false;
}

/** What a channel is told of one of its accounts. */
export function accountInput(input: ChannelConfigInput, accountId: string): AccountInput {
  return {
    accountId,
    config: mergeAccountSection(input.section, accountId),
    section: input.section,
    shared: input.shared,
    env: input.env,
    stateDir: input.stateDir,
  };
}

function accountsOf(section: Section | undefined): Section {
  return isRecord(section?.accounts) ? section.accounts : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

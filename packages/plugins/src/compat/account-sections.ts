import { defaultAccountId, normalizeAccountId } from "@openclaw/plugin-sdk";

/** The account of a channel that has only one. */
export const DEFAULT_ACCOUNT_ID = defaultAccountId;

type Section = Record<string, unknown>;
type Config = Section & { channels?: Section };

function sectionOf(config: Config, channel: string): Section {
  return asSection(config.channels?.[channel]);
}

function asSection(value: unknown): Section {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function withSection<C extends Config>(config: C, channel: string, section: Section): C {
  return { ...config, channels: { ...config.channels, [channel]: section } };
}

function withAccount(section: Section, accountId: string, patch: Section): Section {
  const accounts = asSection(section.accounts);
  return { ...section, accounts: { ...accounts, [accountId]: { ...asSection(accounts[accountId]), ...patch } } };
}

/** Names an account: in the section itself for the only one, else among the accounts. */
export function applyAccountNameToChannelSection<C extends Config>(options: {
  cfg: C;
  channelKey: string;
  accountId: string;
  name?: string;
  alwaysUseAccounts?: boolean;
}): C {
  const name = options.name?.trim();
  if (!name) return options.cfg;
  const accountId = normalizeAccountId(options.accountId);
  const section = sectionOf(options.cfg, options.channelKey);
  const inAccounts =
    options.alwaysUseAccounts === true || accountId !== DEFAULT_ACCOUNT_ID || section.accounts !== undefined;
  const { name: _moved, ...rest } = section;
  const named = inAccounts
    ? withAccount(accountId === DEFAULT_ACCOUNT_ID ? rest : section, accountId, { name })
    : { ...section, name };
  return withSection(options.cfg, options.channelKey, named);
}

/** Moves the name of a section to its default account, before a second account joins it. */
export function migrateBaseNameToDefaultAccount<C extends Config>(options: {
  cfg: C;
  channelKey: string;
  alwaysUseAccounts?: boolean;
}): C {
  if (options.alwaysUseAccounts) return options.cfg;
  const { name, ...rest } = sectionOf(options.cfg, options.channelKey);
  if (typeof name !== "string" || name.trim() === "") return options.cfg;
  const known = asSection(asSection(rest.accounts)[DEFAULT_ACCOUNT_ID]).name;
  return withSection(
    options.cfg,
    options.channelKey,
    withAccount(rest, DEFAULT_ACCOUNT_ID, { name: typeof known === "string" ? known : name }),
  );
}

/** Switches an account on or off. */
export function setAccountEnabledInConfigSection<C extends Config>(options: {
  cfg: C;
  sectionKey: string;
  accountId: string;
  enabled: boolean;
  allowTopLevel?: boolean;
}): C {
  const { cfg, sectionKey, enabled } = options;
  const accountId = normalizeAccountId(options.accountId);
  const section = sectionOf(cfg, sectionKey);
  const top = options.allowTopLevel === true && accountId === DEFAULT_ACCOUNT_ID && section.accounts === undefined;
  return withSection(cfg, sectionKey, top ? { ...section, enabled } : withAccount(section, accountId, { enabled }));
}

/** Takes an account out of a section; the section goes with its last account. */
export function deleteAccountFromConfigSection<C extends Config>(options: {
  cfg: C;
  sectionKey: string;
  accountId: string;
  clearBaseFields?: readonly string[];
}): C {
  const { cfg, sectionKey } = options;
  const accountId = normalizeAccountId(options.accountId);
  const section = sectionOf(cfg, sectionKey);
  const { [accountId]: _removed, ...others } = asSection(section.accounts);
  if (accountId === DEFAULT_ACCOUNT_ID && Object.keys(others).length === 0) {
    const { [sectionKey]: _gone, ...channels } = cfg.channels ?? {};
    return { ...cfg, channels };
  }
  const rest = { ...section };
  if (accountId === DEFAULT_ACCOUNT_ID) for (const field of options.clearBaseFields ?? []) delete rest[field];
  return withSection(cfg, sectionKey, { ...rest, accounts: others });
}

import type { OpenClawConfig } from "@openclaw/config";
import { isAccountEnabled, mergeAccountSection } from "@openclaw/plugin-sdk";

/** One account of a channel as the audit sees it: the section of the channel with the account's own over it. */
export interface ConfiguredChannel {
  id: string;
  /** Undefined for the channel's own settings, which count as the only account. */
  accountId: string | undefined;
  /** Where it stands in the configuration: `channels.telegram.accounts.work`. */
  place: string;
  section: Readonly<Record<string, unknown>>;
  dmPolicy: string;
  /** Where the policy is written: `dmPolicy` or `dm.policy`. */
  dmPolicyKey: string;
  allowFrom: readonly string[];
  /** Let in by pairing. */
  paired: readonly string[];
  groupPolicy: string;
}

type Section = Readonly<Record<string, unknown>>;

/** Every account of every channel that is switched on. */
export function configuredChannels(
  config: OpenClawConfig,
  paired: (channel: string) => readonly string[],
): ConfiguredChannel[] {
  const defaults = recordOf(config.channels?.defaults);
  return Object.entries(config.channels ?? {}).flatMap(([id, value]) => {
    const section = recordOf(value);
    if (id === "defaults" || !isRecord(value) || section.enabled === false) return [];
    const accounts = Object.keys(recordOf(section.accounts)).filter((account) => isAccountEnabled(section, account));
    const views: { accountId: string | undefined; place: string; merged: Section }[] =
      accounts.length === 0
        ? [{ accountId: undefined, place: `channels.${id}`, merged: section }]
        : accounts.map((account) => ({
            accountId: account,
            place: `channels.${id}.accounts.${account}`,
            merged: mergeAccountSection(section, account),
          }));
    return views.map(({ accountId, place, merged }) => {
      const dm = recordOf(merged.dm);
      const nested = merged.dmPolicy === undefined && (isRecord(merged.dm) || id === "discord" || id === "slack");
      return {
        id,
        accountId,
        place,
        section: merged,
        dmPolicy: textOf(merged.dmPolicy) ?? textOf(dm.policy) ?? "pairing",
        dmPolicyKey: nested ? "dm.policy" : "dmPolicy",
        allowFrom: entriesOf(merged.allowFrom ?? dm.allowFrom),
        paired: paired(id),
        groupPolicy: textOf(merged.groupPolicy) ?? textOf(defaults.groupPolicy) ?? "allowlist",
      };
    });
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Entries of a list of senders as texts. */
export function entriesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((entry) => typeof entry === "string" || typeof entry === "number").map(String);
}

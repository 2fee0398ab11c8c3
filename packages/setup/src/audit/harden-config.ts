import { entriesOf, isRecord } from "./channel-facts.ts";

/** Channels whose groups are closed by a fix. */
const closedChannels = ["telegram", "whatsapp", "discord", "signal", "imessage", "slack", "msteams"];

/** A configuration with its groups closed and its logs masked, and what is different in words. */
export interface HardenedConfig {
  value: unknown;
  changes: string[];
}

/**
 * Closes open groups and switches the masking of logs on. Nothing else is touched: secrets, policies for private
 * messages, tools and plugins are for their owner to decide.
 * @param pairedWhatsApp senders who paired with WhatsApp; they are let into its groups when nobody else would be
 */
export function hardenConfig(value: unknown, pairedWhatsApp: readonly string[]): HardenedConfig {
  if (!isRecord(value)) return { value, changes: [] };
  const changes: string[] = [];
  const next = { ...value };
  if (isRecord(value.channels)) {
    const channels = { ...value.channels };
    for (const id of closedChannels) {
      const section = channels[id];
      if (!isRecord(section)) continue;
      const paired = id === "whatsapp" ? pairedWhatsApp : [];
      let closed = closeGroups(section, `channels.${id}`, paired, changes);
      if (isRecord(section.accounts)) {
        const accounts = Object.entries(section.accounts).map(([account, own]) => [
          account,
          isRecord(own) ? closeGroups(own, `channels.${id}.accounts.${account}`, paired, changes, section) : own,
        ]);
        closed = { ...closed, accounts: Object.fromEntries(accounts) };
      }
      channels[id] = closed;
    }
    next.channels = channels;
  }
  if (isRecord(value.logging) && value.logging.redactSensitive === "off") {
    next.logging = { ...value.logging, redactSensitive: "tools" };
    changes.push('logging.redactSensitive: "off" → "tools"');
  }
  return { value: changes.length === 0 ? value : next, changes };
}

function closeGroups(
  section: Record<string, unknown>,
  place: string,
  paired: readonly string[],
  changes: string[],
  parent: Record<string, unknown> = {},
): Record<string, unknown> {
  if (section.groupPolicy !== "open") return section;
  changes.push(`${place}.groupPolicy: "open" → "allowlist"`);
  const closed: Record<string, unknown> = { ...section, groupPolicy: "allowlist" };
  const senders = [section, parent].flatMap((part) => [
    ...entriesOf(part.groupAllowFrom),
    ...entriesOf(part.allowFrom),
  ]);
  if (paired.length === 0 || senders.length > 0) return closed;
  changes.push(`${place}.groupAllowFrom: ${paired.length} paired ${paired.length === 1 ? "sender" : "senders"} added`);
  return { ...closed, groupAllowFrom: [...paired] };
}

import type { AllowlistStore } from "@openclaw/agent-runtime/commands";
import type { ConfigStore } from "@openclaw/config";
import { memberOf, refusing } from "./config-file.ts";

/** Allow lists as the configuration has them. Channels with a `dm` object keep that of direct messages there. */
export function createAllowlists(store: ConfigStore): AllowlistStore {
  const sectionOf = (channel: string, accountId: string | undefined) => {
    const section = memberOf(store.snapshot().config.channels, channel);
    const account = accountId === undefined ? undefined : memberOf(memberOf(section, "accounts"), accountId);
    return { section, account };
  };
  return {
    async read(channel, accountId) {
      const { section, account } = sectionOf(channel, accountId);
      if (section === undefined) return undefined;
      const value = (name: string) => memberOf(account, name) ?? memberOf(section, name);
      const dm = value("dm");
      return {
        dmPolicy: textOf(value("dmPolicy") ?? memberOf(dm, "policy"), "pairing"),
        groupPolicy: textOf(value("groupPolicy"), "allowlist"),
        dm: listOf(value("allowFrom") ?? memberOf(dm, "allowFrom")),
        group: listOf(value("groupAllowFrom")),
        paired: undefined,
      };
    },
    async writeConfig(channel, accountId, kind, entries) {
      const { section, account } = sectionOf(channel, accountId);
      const base = ["channels", channel, ...(account === undefined ? [] : ["accounts", accountId ?? ""])];
      const owner = account ?? section;
      const inDm = memberOf(owner, "allowFrom") === undefined && memberOf(owner, "dm") !== undefined;
      const name = kind === "group" ? ["groupAllowFrom"] : inDm ? ["dm", "allowFrom"] : ["allowFrom"];
      const path = [...base, ...name];
      await refusing(path, () => store.set(path, [...entries]));
    },
  };
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

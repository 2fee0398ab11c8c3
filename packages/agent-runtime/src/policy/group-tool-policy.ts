import { type PlaceRules, sessionKeyRest } from "@openclaw/sessions";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { ToolProfilePolicyConfig } from "./tool-policy.ts";

/**
 * What a chat group, room or topic allows in its sessions. The first that is there counts: what the place says of the
 * sender, what it says of all, then the same of the next place in the list.
 * @param senders ids and names of who wrote the message; nobody in particular when empty
 * @param known the rules the last message brought along; without them those of `channels.<id>.groups.<group>`
 * @param accountId the account whose own groups come before those of its channel
 */
export function groupToolPolicy(
  config: RuntimeConfig,
  sessionKey: string,
  senders: readonly string[] = [],
  known?: PlaceRules,
  accountId?: string,
): ToolProfilePolicyConfig | undefined {
  for (const { bySender, all } of known === undefined
    ? configuredRules(config, sessionKey, accountId)
    : (known.tools ?? [])) {
    for (const sender of [...senders, "*"]) {
      const policy = readPolicy(member(bySender, sender));
      if (policy !== undefined) return policy;
    }
    const policy = readPolicy(all);
    if (policy !== undefined) return policy;
  }
  return undefined;
}

/** For sessions no message of a channel has come to since they were begun. */
function configuredRules(
  config: RuntimeConfig,
  sessionKey: string,
  accountId: string | undefined,
): { bySender: unknown; all: unknown }[] {
  const [, channel, id] =
    /^([^:]+):(?:group|channel):(.+?)(?::(?:topic|thread):.+)?$/.exec(sessionKeyRest(sessionKey)) ?? [];
  if (channel === undefined || id === undefined) return [];
  const section = member(config.channels, channel);
  const account = accountId === undefined ? undefined : member(member(section, "accounts"), accountId);
  const places = [member(account, "groups"), member(section, "groups")];
  return places
    .flatMap((groups) => [member(groups, id), member(groups, "*")])
    .map((group) => ({
      bySender: member(group, "toolsBySender"),
      all: member(group, "tools"),
    }));
}

/** A property by its name, whatever its letter case and without a leading `@`. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const plain = (text: string) => text.trim().replace(/^@/, "").toLowerCase();
  return Object.entries(value).find(([key]) => plain(key) === plain(name))?.[1];
}

function readPolicy(value: unknown): ToolProfilePolicyConfig | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const list = (name: string): string[] | undefined => {
    const names: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
    return Array.isArray(names) ? names.filter((item) => typeof item === "string") : undefined;
  };
  const allow = list("allow");
  const alsoAllow = list("alsoAllow");
  const deny = list("deny");
  return {
    ...(allow === undefined ? {} : { allow: [...allow, ...(allow.length === 0 ? [] : (alsoAllow ?? []))] }),
    // Without an allow list everything is allowed already; what is named may be tools that have to be.
    ...(alsoAllow === undefined ? {} : { alsoAllow }),
    ...(deny === undefined ? {} : { deny }),
  };
}

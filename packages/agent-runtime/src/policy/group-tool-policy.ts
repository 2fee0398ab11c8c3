import { sessionKeyRest } from "@openclaw/sessions";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { ToolPolicyConfig } from "./tool-policy.ts";

/**
 * What a chat group allows in its sessions (`channels.<id>.groups.<group>`). The first that is there counts: what the
 * group says of the sender, what it says of all, then the same of the group `*`.
 * @param senders id and names of who wrote the message; nobody in particular when empty
 */
export function groupToolPolicy(
  config: RuntimeConfig,
  sessionKey: string,
  senders: readonly string[] = [],
): ToolPolicyConfig | undefined {
  const [, channel, id] =
    /^([^:]+):(?:group|channel):(.+?)(?::(?:topic|thread):.+)?$/.exec(sessionKeyRest(sessionKey)) ?? [];
  if (channel === undefined || id === undefined) return undefined;
  const groups = member(member(config.channels, channel), "groups");
  for (const group of [member(groups, id), member(groups, "*")]) {
    const bySender = member(group, "toolsBySender");
    for (const sender of [...senders, "*"]) {
      const policy = readPolicy(member(bySender, sender));
      if (policy !== undefined) return policy;
    }
    const policy = readPolicy(member(group, "tools"));
    if (policy !== undefined) return policy;
  }
  return undefined;
}

/** A property by its name, whatever its letter case and without a leading `@`. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const plain = (text: string) => text.trim().replace(/^@/, "").toLowerCase();
  return Object.entries(value).find(([key]) => plain(key) === plain(name))?.[1];
}

function readPolicy(value: unknown): ToolPolicyConfig | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const list = (name: string): string[] | undefined => {
    const names: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
    return Array.isArray(names) ? names.filter((item) => typeof item === "string") : undefined;
  };
  const allow = list("allow");
  const deny = list("deny");
  // Without an allow list everything is allowed already, so there is nothing to add to.
  const alsoAllow = allow === undefined || allow.length === 0 ? [] : (list("alsoAllow") ?? []);
  return {
    ...(allow === undefined ? {} : { allow: [...allow, ...alsoAllow] }),
    ...(deny === undefined ? {} : { deny }),
  };
}

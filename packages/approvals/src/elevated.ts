export const elevatedLevels = ["off", "on", "ask", "full"] as const;
export type ElevatedLevel = (typeof elevatedLevels)[number];

/** `tools.elevated` of the configuration or of an agent. */
export interface ElevatedConfig {
  enabled?: boolean;
  /** Senders by channel. */
  allowFrom?: Readonly<Record<string, readonly (string | number)[] | undefined>>;
}

/** Who a message is from, by all the names a channel knows. */
export interface ElevatedSender {
  channel: string;
  names: readonly string[];
}

export type ElevatedGate = "enabled" | "allowFrom";
export type ElevatedAccess = { allowed: true } | { allowed: false; failing: ElevatedGate[] };

/**
 * Whether a sender may have commands run outside the sandbox: elevated mode is on for all and for the agent, and the
 * sender is on the list of the channel and, if the agent has a list of its own, on that too. An empty list is nobody.
 */
export function elevatedAccess(
  sender: ElevatedSender,
  config: { all?: ElevatedConfig | undefined; agent?: ElevatedConfig | undefined },
): ElevatedAccess {
  const failing: ElevatedGate[] = [];
  if (config.all?.enabled === false || config.agent?.enabled === false) failing.push("enabled");
  const own = config.agent?.allowFrom?.[sender.channel];
  const listed = isListed(sender, config.all?.allowFrom?.[sender.channel] ?? []);
  if (!listed || (own !== undefined && !isListed(sender, own))) failing.push("allowFrom");
  return failing.length === 0 ? { allowed: true } : { allowed: false, failing };
}

/** The level that counts: of the message, else of the session, else as configured, else `on`; `off` without access. */
export function elevatedLevel(
  access: ElevatedAccess,
  levels: { inline?: string | undefined; session?: string | undefined; configured?: string | undefined },
): ElevatedLevel {
  if (!access.allowed) return "off";
  const wanted = levels.inline ?? levels.session ?? levels.configured ?? "on";
  return elevatedLevels.find((level) => level === wanted) ?? "off";
}

/** What is answered to somebody who may not. */
export function elevatedRefusal(context: {
  failing: readonly ElevatedGate[];
  sandboxed: boolean;
  channel: string;
  sessionKey: string;
}): string {
  const keys = {
    enabled: ["tools.elevated.enabled", "agents.list[].tools.elevated.enabled"],
    allowFrom: [
      `tools.elevated.allowFrom.${context.channel}`,
      `agents.list[].tools.elevated.allowFrom.${context.channel}`,
    ],
  };
  const gates = context.failing.map((gate) => `${gate} (${keys[gate].join(" / ")})`);
  return [
    `elevated is not available right now (runtime=${context.sandboxed ? "sandboxed" : "direct"}).`,
    `Failing gates: ${gates.join(", ")}`,
    `Context: provider=${context.channel} session=${context.sessionKey}`,
    "Fix-it keys:",
    ...[keys.enabled[0], keys.allowFrom[0], keys.enabled[1], keys.allowFrom[1]].map((key) => `- ${key}`),
  ].join("\n");
}

function isListed(sender: ElevatedSender, list: readonly (string | number)[]): boolean {
  const names = new Set(sender.names.flatMap((name) => forms(name, sender.channel)));
  return list.some((entry) => {
    const text = String(entry).trim();
    return text === "*" || forms(text, sender.channel).some((form) => names.has(form));
  });
}

/** A name as it stands, in small letters, without the channel or kind in front, and as a slug. */
function forms(name: string, channel: string): string[] {
  const small = name.trim().toLowerCase();
  const prefix = new RegExp(`^(?:${channel.replace(/[^a-z0-9]/gi, "\\$&")}|user|direct|dm|id|sender):`, "i");
  let bare = small;
  while (prefix.test(bare)) bare = bare.replace(prefix, "");
  bare = bare.replace(/^@/, "");
  const slug = bare.replace(/[^\p{L}\p{N}+]+/gu, "-").replace(/^-+|-+$/g, "");
  return [name.trim(), small, bare, slug].filter((form) => form !== "");
}

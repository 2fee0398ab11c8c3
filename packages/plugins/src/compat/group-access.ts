/** Whether a message of a group is answered. */
export interface MentionGate {
  effectiveWasMentioned: boolean;
  shouldSkip: boolean;
}

interface MentionFacts {
  requireMention: boolean;
  canDetectMention: boolean;
  wasMentioned: boolean;
  implicitMention?: boolean;
  shouldBypassMention?: boolean;
}

export function resolveMentionGating(facts: MentionFacts): MentionGate {
  const effectiveWasMentioned =
    facts.wasMentioned || facts.implicitMention === true || facts.shouldBypassMention === true;
  return {
    effectiveWasMentioned,
    shouldSkip: facts.requireMention && facts.canDetectMention && !effectiveWasMentioned,
  };
}

/** The same where commands of people who may use them count as a mention. */
export function resolveMentionGatingWithBypass(
  facts: Omit<MentionFacts, "shouldBypassMention"> & {
    isGroup: boolean;
    hasAnyMention?: boolean;
    allowTextCommands: boolean;
    hasControlCommand: boolean;
    commandAuthorized: boolean;
  },
): MentionGate & { shouldBypassMention: boolean } {
  const isCommand = facts.allowTextCommands && facts.hasControlCommand && facts.commandAuthorized;
  const nobodyMentioned = !facts.wasMentioned && facts.hasAnyMention !== true;
  const shouldBypassMention = facts.isGroup && facts.requireMention && nobodyMentioned && isCommand;
  return { ...resolveMentionGating({ ...facts, shouldBypassMention }), shouldBypassMention };
}

/** A name of a place as keys of the configuration are compared: lower case, words joined by `-`. */
export function normalizeChannelSlug(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^#/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** Names under which a place may stand in the configuration, each once. */
export function buildChannelKeyCandidates(...names: (string | null | undefined)[]): string[] {
  return [...new Set(names.map((name) => name?.trim() ?? "").filter((name) => name !== ""))];
}

/** Where an entry for a place was found. */
export interface ChannelEntryMatch<T> {
  entry?: T;
  key?: string;
  wildcardEntry?: T;
  wildcardKey?: string;
  parentEntry?: T;
  parentKey?: string;
  matchKey?: string;
  matchSource?: "direct" | "parent" | "wildcard";
}

/** Looks a place up by its own names, and what stands for all others. */
export function resolveChannelEntryMatch<T>(asked: {
  entries?: Record<string, T>;
  keys: readonly string[];
  wildcardKey?: string;
}): ChannelEntryMatch<T> {
  const entries = asked.entries ?? {};
  const key = asked.keys.find((each) => Object.hasOwn(entries, each));
  const { wildcardKey } = asked;
  return {
    ...(key === undefined ? {} : { entry: entries[key], key }),
    ...(wildcardKey !== undefined && Object.hasOwn(entries, wildcardKey)
      ? { wildcardEntry: entries[wildcardKey], wildcardKey }
      : {}),
  };
}

/** Looks a place up by its own names, by them as slugs, by those of the place it is in, then takes what stands for all. */
export function resolveChannelEntryMatchWithFallback<T>(asked: {
  entries?: Record<string, T>;
  keys: readonly string[];
  parentKeys?: readonly string[];
  wildcardKey?: string;
  normalizeKey?: (key: string) => string;
}): ChannelEntryMatch<T> {
  const entries = asked.entries ?? {};
  const { normalizeKey } = asked;
  const find = (names: readonly string[]): string | undefined => {
    const exact = names.find((name) => Object.hasOwn(entries, name));
    if (exact !== undefined || normalizeKey === undefined) return exact;
    const wanted = new Set(names.map(normalizeKey).filter((name) => name !== ""));
    return Object.keys(entries).find((key) => key !== asked.wildcardKey && wanted.has(normalizeKey(key)));
  };
  const found = resolveChannelEntryMatch<T>({ ...asked, keys: [] });
  const own = find(asked.keys);
  if (own !== undefined) return { ...found, entry: entries[own], key: own, matchKey: own, matchSource: "direct" };
  const parent = find(asked.parentKeys ?? []);
  if (parent !== undefined) {
    const entry = entries[parent];
    return {
      ...found,
      entry,
      key: parent,
      parentEntry: entry,
      parentKey: parent,
      matchKey: parent,
      matchSource: "parent",
    };
  }
  const { wildcardEntry, wildcardKey } = found;
  if (wildcardKey === undefined) return found;
  return { ...found, entry: wildcardEntry, key: wildcardKey, matchKey: wildcardKey, matchSource: "wildcard" };
}

/** Whether a place inside another is let in, where both may have lists. */
export function resolveNestedAllowlistDecision(asked: {
  outerConfigured: boolean;
  outerMatched: boolean;
  innerConfigured: boolean;
  innerMatched: boolean;
}): boolean {
  if (!asked.outerConfigured) return true;
  return asked.outerMatched && (!asked.innerConfigured || asked.innerMatched);
}

/** Where a list named somebody, for logs. */
export function formatAllowlistMatchMeta(match?: { matchKey?: string; matchSource?: string } | null): string {
  return `matchKey=${match?.matchKey ?? "none"} matchSource=${match?.matchSource ?? "none"}`;
}

/** The tool rules a group has for one of its members; those of `*` for members it does not name. */
export function resolveToolsBySender<T>(asked: {
  toolsBySender?: Record<string, T>;
  senderId?: string | null;
  senderE164?: string | null;
  senderUsername?: string | null;
  senderName?: string | null;
}): T | undefined {
  const plain = (name: string) => name.trim().replace(/^@/, "").toLowerCase();
  const rules = new Map(Object.entries(asked.toolsBySender ?? {}).map(([name, rule]) => [plain(name), rule]));
  const names = [asked.senderId, asked.senderE164, asked.senderUsername, asked.senderName];
  const known = names.map((name) => plain(name ?? "")).find((name) => name !== "" && name !== "*" && rules.has(name));
  return rules.get(known ?? "*");
}

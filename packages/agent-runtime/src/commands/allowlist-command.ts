import { type CommandHandler, type CommandReply, ConfigRefused, say } from "./command-request.ts";

type ListKind = "dm" | "group";

/** The allow lists of one channel account. */
export interface Allowlists {
  dmPolicy: string;
  groupPolicy: string;
  dm: readonly string[];
  group: readonly string[];
  /** Senders that were paired; undefined when the channel has no such store. */
  paired: readonly string[] | undefined;
}

/** Who may write to the assistant, as the configuration and the store of paired senders have it. */
export interface AllowlistStore {
  /** Undefined for a channel that is not known. */
  read(channel: string, accountId: string | undefined): Promise<Allowlists | undefined>;
  /** Replaces a list in the configuration. @throws ConfigRefused */
  writeConfig(
    channel: string,
    accountId: string | undefined,
    kind: ListKind,
    entries: readonly string[],
  ): Promise<void>;
  /** Changes the store of paired senders; absent when there is none. */
  writeStore?(channel: string, accountId: string | undefined, entries: readonly string[]): Promise<void>;
}

interface Parsed {
  action: "list" | "add" | "remove";
  entry: string | undefined;
  kind: ListKind | "all" | undefined;
  where: "config" | "store" | "both";
  channel: string | undefined;
  account: string | undefined;
}

const usage = "⚙️ Usage: /allowlist list [dm|group|all], /allowlist add|remove <entry> [dm|group] [--config|--store]";

/** `/allowlist`: shows and changes who may write to the assistant on a channel. */
export const allowlistCommand: CommandHandler = async (request, services) => {
  const { allowlist, config, configFile } = services;
  const parsed = readArguments(request.args);
  if (!parsed || !allowlist) return say(usage);
  const channel = parsed.channel ?? (request.place.channel === "webchat" ? undefined : request.place.channel);
  if (channel === undefined) return say("⚠️ Unknown channel. Add channel=<id> to the command.");
  const account = parsed.account ?? (parsed.channel === undefined ? request.place.accountId : undefined);
  const lists = await allowlist.read(channel, account);
  if (!lists) return say("⚠️ Unknown channel. Add channel=<id> to the command.");
  if (parsed.action === "list") return listText(channel, account, lists, parsed.kind ?? "all");

  if (config().commands?.config !== true) {
    return say("⚠️ /allowlist edits are disabled. Set commands.config=true to enable.");
  }
  if (!request.sender.mayConfigure) return say("❌ /allowlist edits require operator.admin for gateway clients.");
  if (!configFile.writesAllowed(channel, account)) {
    return say(`⚠️ Config writes are disabled for ${channel}. Set channels.${channel}.configWrites=true to enable.`);
  }
  const { entry } = parsed;
  if (entry === undefined || entry === "") return say("⚠️ Invalid allowlist entry.");
  const kind = parsed.kind === "group" ? "group" : "dm";
  try {
    return await edit(parsed, entry, kind);
  } catch (error) {
    if (!(error instanceof ConfigRefused)) throw error;
    return say(`⚠️ Config invalid after set (${error.path}: ${error.message}).`);
  }

  async function edit({ action, where }: Parsed, wanted: string, list: ListKind): Promise<CommandReply> {
    const label = list === "dm" ? "DM" : "Group";
    const changes: string[] = [];
    if (where !== "store") {
      const next = changed(lists?.[list] ?? [], wanted, action === "add");
      if (next) {
        await allowlist?.writeConfig(channel ?? "", account, list, next);
        changes.push("config");
      }
    }
    const paired = lists?.paired;
    if (where !== "config" && list === "dm" && paired && allowlist?.writeStore) {
      // Without a word about it, only what is there is taken out of the store; nobody is put into it.
      const next = where === "store" || action === "remove" ? changed(paired, wanted, action === "add") : undefined;
      if (next) {
        await allowlist.writeStore(channel ?? "", account, next);
        changes.push("store");
      }
    }
    if (changes.length === 0) {
      return say(action === "add" ? "✅ Already allowlisted." : "⚠️ Entry not found.");
    }
    return say(`✅ ${label} allowlist ${action === "add" ? "added" : "removed"}: ${wanted} (${changes.join(", ")}).`);
  }
};

/** The list after the change; undefined when it changes nothing. */
function changed(entries: readonly string[], entry: string, add: boolean): string[] | undefined {
  const same = (other: string) => other.toLowerCase() === entry.toLowerCase();
  if (add) return entries.some(same) ? undefined : [...entries, entry];
  return entries.some(same) ? entries.filter((other) => !same(other)) : undefined;
}

function listText(channel: string, account: string | undefined, lists: Allowlists, kind: "dm" | "group" | "all") {
  const names = (entries: readonly string[]) => (entries.length === 0 ? "(none)" : entries.join(", "));
  return say(
    "🧾 Allowlist",
    `Channel: ${channel}${account ? ` (account ${account})` : ""}`,
    `DM policy: ${lists.dmPolicy} · Group policy: ${lists.groupPolicy}`,
    kind === "group" ? undefined : `DM allowFrom (config): ${names(lists.dm)}`,
    kind === "group" || lists.paired === undefined ? undefined : `Paired allowFrom (store): ${names(lists.paired)}`,
    kind === "dm" ? undefined : `Group allowFrom (config): ${names(lists.group)}`,
  );
}

function readArguments(args: string): Parsed | undefined {
  const words = args.split(/\s+/).filter(Boolean);
  const action = words[0]?.toLowerCase() ?? "list";
  if (action !== "list" && action !== "add" && action !== "remove") return undefined;
  const parsed: Parsed = {
    action,
    entry: undefined,
    kind: undefined,
    where: "both",
    channel: undefined,
    account: undefined,
  };
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? "";
    const lower = word.toLowerCase();
    const option = /^(?:--)?(channel|account)(?:=(.*))?$/i.exec(word);
    if (lower === "dm" || lower === "group" || lower === "all") parsed.kind = lower;
    else if (lower === "--config") parsed.where = "config";
    else if (lower === "--store") parsed.where = "store";
    else if (option && (option[2] !== undefined || word.startsWith("--"))) {
      const value = option[2] ?? words[++at];
      if (option[1]?.toLowerCase() === "channel") parsed.channel = value?.toLowerCase();
      else parsed.account = value;
    } else if (parsed.entry === undefined) parsed.entry = word;
    else return undefined;
  }
  return parsed;
}

import type { ChannelLog } from "./channel-log.ts";
import type { InboundChat, InboundSender } from "./inbound-message.ts";

export type DirectPolicyName = "pairing" | "allowlist" | "open" | "disabled";
export type GroupPolicyName = "open" | "disabled" | "allowlist";
export type AllowList = readonly (string | number)[];

/** Who may write to the assistant in private. */
export interface DirectRules {
  policy?: DirectPolicyName | undefined;
  allowFrom?: AllowList | undefined;
}

/** Tool rules of one place, as the configuration has them: for single senders, and for everybody else. */
export interface PlaceToolRules {
  bySender?: Readonly<Record<string, unknown>> | undefined;
  all?: unknown;
}

/** What the configuration says about one group, room or topic. */
export interface GroupRules {
  /** False: nothing is taken from here. */
  enabled?: boolean | undefined;
  /** Whether the place is among those that are listed; undefined when there is no such list. */
  listed?: boolean | undefined;
  /** The most specific policy that is written down. */
  policy?: GroupPolicyName | undefined;
  /** What the policy `allowlist` asks for: a sender that is listed (default), or a place that is. */
  allowlistNames?: "senders" | "places" | undefined;
  /** Senders of this place alone; when given, the sender must be among them, whatever the policy. */
  senders?: AllowList | undefined;
  /** Whoever is named among them counts as the owner, where nobody is by `commands.ownerAllowFrom`. */
  sendersAreOwners?: boolean | undefined;
  /** Senders of all groups, where the place has no list of its own. */
  groupAllowFrom?: AllowList | undefined;
  requireMention?: boolean | undefined;
  /** Tool rules in the order they are looked through: those of the place, then those of `"*"`. */
  toolRules?: readonly PlaceToolRules[] | undefined;
  skills?: readonly string[] | undefined;
  systemPrompt?: string | undefined;
  /** Answers go into a thread that is begun on the message; see `RunningAccount.openThread`. */
  autoThread?: boolean | undefined;
  /** Messages of other bots count here. */
  allowBots?: boolean | undefined;
  /** Where the rules were found, for logs. */
  matched?: { key: string; source: "direct" | "parent" | "wildcard" } | undefined;
}

/** Why somebody was not let in. */
export type AccessRefusal =
  | "direct-disabled"
  | "groups-disabled"
  | "place-disabled"
  | "place-not-listed"
  | "sender-not-listed"
  /** Let in, but without the right to use commands. */
  | "commands-not-allowed";

/** How a channel reads its access rules, and whom its lists mean. Everything is called with the merged account section. */
export interface ChannelAccess {
  /** What `pairing list` calls an id of a sender, for example `telegramUserId`. Absent: nobody can pair. */
  idLabel?: string;
  /** The line of a pairing reply that tells strangers their id, for example `Your Telegram user id: 42`. */
  idLine?(senderId: string): string;
  /** Where a message to a sender who was let in goes; default the sender's id. */
  directChat?(senderId: string): string;
  /** Tells a sender that they were let in, for channels that can without a connection; default a message. */
  approved?(senderId: string, log: ChannelLog): Promise<void>;
  /** What the pairing store keeps beside the id; default the sender's names. */
  pairingDetails?(sender: InboundSender): Record<string, string>;
  /** The form in which entries of lists are compared and stored; default: trimmed, lower case, without `<channel>:`. */
  normalizeEntry?(entry: string): string;
  /** Whether an entry in that form means this sender; default: it is the id, user name, number or an alias. */
  matches?(entry: string, sender: InboundSender): boolean;
  /** Default: `dmPolicy` and `allowFrom`, or `dm.policy`, `dm.allowFrom` and `dm.enabled`. */
  direct?(config: Readonly<Record<string, unknown>>, chat: InboundChat): DirectRules;
  /** Default: `groups.<id>` with its `topics`, then `groups."*"`, `groupPolicy`, `groupAllowFrom`. */
  group?(
    config: Readonly<Record<string, unknown>>,
    chat: InboundChat,
    sender: InboundSender | undefined,
    accountId: string,
  ): GroupRules;
  /** What somebody is told who used a command of the service's own menu and was not let in. */
  refusal?(reason: AccessRefusal, chat: InboundChat, config: Readonly<Record<string, unknown>>): string;
  /** People who paired count as listed in groups too. */
  storeCountsInGroups?: boolean;
  /** Who paired, or is listed, counts for commands in private chats; otherwise everybody let in may use them there. */
  listedDirectCommands?: boolean;
  /** Without the access groups of commands, a list that exists still counts. */
  listedCommandsAlways?: boolean;
  /** Only people in `allowFrom` may use commands, also in groups open to more. */
  ownersOnly?: boolean;
  /** The account itself may always write, and stands in for an empty list. */
  selfIsAllowed?: boolean;
  /** Own ids of a running account: an empty owner list means them. */
  ownIds?(config: Readonly<Record<string, unknown>>): readonly string[];
}

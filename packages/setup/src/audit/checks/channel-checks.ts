import type { AuditCheck } from "../audit-check.ts";
import type { AuditFacts } from "../audit-facts.ts";
import { type ConfiguredChannel, entriesOf, isRecord, recordOf } from "../channel-facts.ts";
import type { AuditFinding, Severity } from "../finding.ts";

const allowsAll = ({ allowFrom }: ConfiguredChannel) => allowFrom.some((entry) => entry.trim() === "*");

function perChannel(
  id: string,
  judge: (channel: ConfiguredChannel, facts: AuditFacts) => Omit<AuditFinding, "checkId"> | undefined,
): AuditCheck {
  return {
    ids: [id],
    run: (facts) =>
      facts.channels.flatMap((channel) => {
        const finding = judge(channel, facts);
        return finding ? [{ checkId: id.replace("<id>", channel.id), ...finding }] : [];
      }),
  };
}

const dmOpen = perChannel("channels.<id>.dm.open", (channel) =>
  channel.dmPolicy === "open"
    ? {
        severity: "critical",
        title: `Everybody may write to ${channel.id} in private`,
        detail: `${channel.place}.${channel.dmPolicyKey} is open: whoever finds the account talks to your assistant.`,
        remediation: `Set ${channel.place}.${channel.dmPolicyKey} to pairing or allowlist.`,
      }
    : undefined,
);

const dmOpenInvalid = perChannel("channels.<id>.dm.open_invalid", (channel) =>
  channel.dmPolicy === "open" && !allowsAll(channel)
    ? {
        severity: "warn",
        title: `${channel.id} is open and its list says otherwise`,
        detail: `${channel.place}.${channel.dmPolicyKey} is open without "*" in allowFrom.`,
        remediation: 'Add "*" to allowFrom, or change the policy.',
      }
    : undefined,
);

const dmDisabled = perChannel("channels.<id>.dm.disabled", (channel) =>
  channel.dmPolicy === "disabled"
    ? {
        severity: "info",
        title: `Nobody can write to ${channel.id} in private`,
        detail: `${channel.place}.${channel.dmPolicyKey} is disabled.`,
      }
    : undefined,
);

const mainForMany = perChannel("channels.<id>.dm.scope_main_multiuser", (channel, { config }) => {
  if ((config.session?.dmScope ?? "main") !== "main" || channel.dmPolicy === "disabled") return undefined;
  const senders = new Set([...channel.allowFrom, ...channel.paired].map((entry) => entry.trim().toLowerCase()));
  if (!allowsAll(channel) && senders.size <= 1) return undefined;
  const many = allowsAll(channel) ? "everybody" : `${senders.size} senders`;
  return {
    severity: "warn",
    title: `Several people share one conversation on ${channel.id}`,
    detail: `${many} may write in private, and session.dmScope is main: each can read what the others said.`,
    remediation: 'Set session.dmScope: "per-channel-peer".',
  };
});

/** Whether a channel's own command menu is on. */
function nativeOn({ section, id }: ConfiguredChannel, { config }: AuditFacts): boolean {
  const own = recordOf(section.commands).native ?? config.commands?.native ?? "auto";
  return own === "auto" ? id === "discord" || id === "telegram" : own === true;
}

/** Lists of people below `guilds`, `channels` or `groups`. */
function peopleIn(value: unknown): string[] {
  return Object.values(recordOf(value)).flatMap((place) => {
    if (!isRecord(place)) return [];
    return [
      ...entriesOf(place.users),
      ...entriesOf(place.allowFrom),
      ...peopleIn(place.channels),
      ...peopleIn(place.topics),
    ];
  });
}

interface CommandKind {
  channel: "discord" | "slack";
  /** The menu is on. */
  on(channel: ConfiguredChannel, facts: AuditFacts): boolean;
  people(channel: ConfiguredChannel): string[];
  unrestricted: string;
  noAllowlists: string;
  words: string;
}

const discordCommands: CommandKind = {
  channel: "discord",
  on: nativeOn,
  people: ({ section }) => peopleIn(section.guilds),
  unrestricted: "channels.discord.commands.native.unrestricted",
  noAllowlists: "channels.discord.commands.native.no_allowlists",
  words: "Discord commands",
};

const slackCommands: CommandKind = {
  channel: "slack",
  on: (channel, facts) => recordOf(channel.section.slashCommand).enabled === true || nativeOn(channel, facts),
  people: ({ section }) => peopleIn(section.channels),
  unrestricted: "channels.slack.commands.slash.useAccessGroups_off",
  noAllowlists: "channels.slack.commands.slash.no_allowlists",
  words: "Slack commands",
};

function commandsUnrestricted(kind: CommandKind): AuditCheck {
  return perChannel(kind.unrestricted, (channel, facts) =>
    channel.id === kind.channel &&
    kind.on(channel, facts) &&
    facts.config.commands?.useAccessGroups === false &&
    kind.people(channel).length === 0
      ? {
          severity: "critical",
          title: `${kind.words} are open to everybody`,
          detail: `commands.useAccessGroups is off and ${channel.place} lists no users.`,
          remediation: "Set commands.useAccessGroups: true, or list the users who may run commands.",
        }
      : undefined,
  );
}

function commandsNoAllowlists(kind: CommandKind): AuditCheck {
  return perChannel(kind.noAllowlists, (channel, facts) =>
    channel.id === kind.channel &&
    kind.on(channel, facts) &&
    facts.config.commands?.useAccessGroups !== false &&
    [...kind.people(channel), ...channel.allowFrom, ...channel.paired].length === 0
      ? {
          severity: "warn",
          title: `${kind.words} are offered and nobody may run them`,
          detail: `${channel.place} has no list of senders, and nobody has paired.`,
          remediation: "List senders in dm.allowFrom or users, or approve a pairing.",
        }
      : undefined,
  );
}

/** Whether groups of Telegram are heard at all. */
function hearsGroups({ section, groupPolicy }: ConfiguredChannel): boolean {
  return groupPolicy !== "disabled" && (groupPolicy === "open" || Object.keys(recordOf(section.groups)).length > 0);
}

const groupSenders = ({ section }: ConfiguredChannel) => [
  ...entriesOf(section.groupAllowFrom),
  ...peopleIn(section.groups),
];

const telegramWildcard = perChannel("channels.telegram.groups.allowFrom.wildcard", (channel) =>
  channel.id === "telegram" && hearsGroups(channel) && groupSenders(channel).some((entry) => entry.trim() === "*")
    ? {
        severity: "critical",
        title: "Everybody in a Telegram group may run commands",
        detail: `A list of group senders of ${channel.place} contains "*".`,
        remediation: "List the ids of the people you trust.",
      }
    : undefined,
);

const telegramMissing = perChannel("channels.telegram.groups.allowFrom.missing", (channel) =>
  channel.id === "telegram" &&
  hearsGroups(channel) &&
  [...groupSenders(channel), ...channel.allowFrom, ...channel.paired].length === 0
    ? {
        severity: "critical",
        title: "Telegram groups have no list of senders",
        detail: `${channel.place} hears groups, and neither groupAllowFrom nor a group names who may give commands.`,
        remediation: "Set groupAllowFrom (or a group's allowFrom) to explicit ids.",
      }
    : undefined,
);

/** How bad a channel's own words sound. */
export function warningSeverity(text: string): Severity {
  const small = text.toLowerCase();
  const grave = ["dms: open", 'grouppolicy="open"', 'dmpolicy="open"', "allows any", "anyone can dm", "public"];
  if (grave.some((words) => small.includes(words))) return "critical";
  return small.includes("locked") || small.includes("disabled") ? "info" : "warn";
}

const ownWarnings: AuditCheck = {
  ids: ["channels.<id>.warning.<n>"],
  run: ({ channelWarnings = {} }) =>
    Object.entries(channelWarnings).flatMap(([id, texts]) =>
      texts.map((text, index) => ({
        checkId: `channels.${id}.warning.${index + 1}`,
        severity: warningSeverity(text),
        title: `${id} warns`,
        detail: text,
      })),
    ),
};

/** Who may write, and what they may run. */
export const channelChecks: readonly AuditCheck[] = [
  dmOpen,
  dmOpenInvalid,
  dmDisabled,
  mainForMany,
  commandsUnrestricted(discordCommands),
  commandsNoAllowlists(discordCommands),
  commandsUnrestricted(slackCommands),
  commandsNoAllowlists(slackCommands),
  telegramWildcard,
  telegramMissing,
  ownWarnings,
];

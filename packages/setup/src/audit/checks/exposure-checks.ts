import type { AuditCheck } from "../audit-check.ts";
import type { AuditFacts } from "../audit-facts.ts";
import { isRecord, recordOf } from "../channel-facts.ts";
import { isSynced } from "../synced-folder.ts";

/** So many senders are more than one can keep an eye on. */
const manySenders = 25;

const elevatedOn = ({ config }: AuditFacts) => config.tools?.elevated?.enabled !== false;

/** Lists of who may run commands outside the sandbox: the general one and those of agents. */
function elevatedLists({ config }: AuditFacts): { place: string; channel: string; entries: string[] }[] {
  const holders = [
    { place: "tools.elevated", value: config.tools?.elevated },
    ...(config.agents?.list ?? []).map((agent) => ({
      place: `agents.list[${agent.id}].tools.elevated`,
      value: agent.tools?.elevated,
    })),
  ];
  return holders.flatMap(({ place, value }) =>
    value?.enabled === false
      ? []
      : Object.entries(value?.allowFrom ?? {}).map(([channel, entries]) => ({
          place: `${place}.allowFrom.${channel}`,
          channel,
          entries: (entries ?? []).map((entry) => String(entry).trim()),
        })),
  );
}

/** Groups of an account whose own policy is another than the account's. */
function policiesOf({ channels }: AuditFacts): string[] {
  return channels.flatMap(({ section, groupPolicy }) => [
    groupPolicy,
    ...Object.values(recordOf(section.groups)).flatMap((group) =>
      isRecord(group) && typeof group.groupPolicy === "string" ? [group.groupPolicy] : [],
    ),
  ]);
}

const attackSurface: AuditCheck = {
  ids: ["summary.attack_surface"],
  run(facts) {
    const { config } = facts;
    const policies = policiesOf(facts);
    const count = (policy: string) => policies.filter((each) => each === policy).length;
    const onOff = (on: boolean) => (on ? "on" : "off");
    return [
      {
        checkId: "summary.attack_surface",
        severity: "info",
        title: "What can be reached",
        detail: [
          `groups: ${count("open")} open, ${count("allowlist")} allowlist`,
          `elevated commands: ${onOff(elevatedOn(facts) && elevatedLists(facts).some(({ entries }) => entries.length > 0))}`,
          `hooks: ${onOff(config.hooks?.enabled === true)}`,
          `browser: ${onOff(config.browser !== undefined && config.browser.enabled !== false)}`,
        ].join(" · "),
      },
    ];
  },
};

const syncedDir: AuditCheck = {
  ids: ["fs.synced_dir"],
  run: ({ paths }) => {
    const synced = [paths.stateDir, paths.configPath].filter(isSynced);
    return synced.length === 0
      ? []
      : [
          {
            checkId: "fs.synced_dir",
            severity: "warn",
            title: "State lies in a folder that is copied to a cloud service",
            detail: `${synced.join(" and ")}: secrets and transcripts leave this machine, and two machines may write at once.`,
            remediation: "Keep the state directory on a local disk: set OPENCLAW_STATE_DIR.",
          },
        ];
  },
};

const redactOff: AuditCheck = {
  ids: ["logging.redact_off"],
  run: ({ config }) =>
    config.logging?.redactSensitive === "off"
      ? [
          {
            checkId: "logging.redact_off",
            severity: "warn",
            title: "Secrets are not masked in logs",
            detail: "logging.redactSensitive is off.",
            remediation: 'Set logging.redactSensitive: "tools".',
          },
        ]
      : [],
};

const elevatedWildcard: AuditCheck = {
  ids: ["tools.elevated.allowFrom.<id>.wildcard"],
  run: (facts) =>
    elevatedLists(facts)
      .filter(({ entries }) => entries.includes("*"))
      .map(({ place, channel }) => ({
        checkId: `tools.elevated.allowFrom.${channel}.wildcard`,
        severity: "critical",
        title: "Everybody may run commands outside the sandbox",
        detail: `${place} contains "*".`,
        remediation: `List the senders you trust in ${place}.`,
      })),
};

const elevatedLarge: AuditCheck = {
  ids: ["tools.elevated.allowFrom.<id>.large"],
  run: (facts) =>
    elevatedLists(facts)
      .filter(({ entries }) => entries.length > manySenders)
      .map(({ place, channel, entries }) => ({
        checkId: `tools.elevated.allowFrom.${channel}.large`,
        severity: "warn",
        title: "Many senders may run commands outside the sandbox",
        detail: `${place} has ${entries.length} entries.`,
        remediation: `Shorten ${place}.`,
      })),
};

const openGroupsWithElevated: AuditCheck = {
  ids: ["security.exposure.open_groups_with_elevated"],
  run(facts) {
    if (!elevatedOn(facts)) return [];
    const open = facts.channels.filter(({ groupPolicy }) => groupPolicy === "open").map(({ place }) => place);
    return open.length === 0
      ? []
      : [
          {
            checkId: "security.exposure.open_groups_with_elevated",
            severity: "critical",
            title: "Groups are open while elevated commands are possible",
            detail: `groupPolicy is open for ${open.join(", ")}, and tools.elevated is not off: a stranger's text may reach a host command.`,
            remediation: 'Set groupPolicy: "allowlist" there, or tools.elevated.enabled: false.',
          },
        ];
  },
};

/** What is open to whom. */
export const exposureChecks: readonly AuditCheck[] = [
  attackSurface,
  syncedDir,
  redactOff,
  elevatedWildcard,
  elevatedLarge,
  openGroupsWithElevated,
];

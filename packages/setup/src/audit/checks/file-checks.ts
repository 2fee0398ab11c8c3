import path from "node:path";
import { agentDir, sessionsDir } from "@openclaw/config/paths";
import type { AuditCheck } from "../audit-check.ts";
import type { AuditFacts } from "../audit-facts.ts";
import { isSymlink, type Openness } from "../file-access.ts";
import type { AuditFinding, Severity } from "../finding.ts";

interface Judgement {
  id: string;
  severity: Severity;
  /** What others can do, for the sentence "its group can read it". */
  why: string;
}

/** Judgements from the worst on; the first that applies is told. */
type Rules = readonly (Judgement & { when(open: Openness): boolean })[];

const anyWrite = (open: Openness) => open.worldWritable || open.groupWritable;
const anyRead = (open: Openness) => open.worldReadable || open.groupReadable;

const stateDirRules: Rules = [
  {
    id: "perms_world_writable",
    severity: "critical",
    why: "every user can write to it",
    when: (open) => open.worldWritable,
  },
  {
    id: "perms_group_writable",
    severity: "warn",
    why: "its group can write to it",
    when: (open) => open.groupWritable,
  },
  { id: "perms_readable", severity: "warn", why: "others can read it", when: anyRead },
];

const configRules: Rules = [
  { id: "perms_writable", severity: "critical", why: "others can write to it", when: anyWrite },
  {
    id: "perms_world_readable",
    severity: "critical",
    why: "every user can read it",
    when: (open) => open.worldReadable,
  },
  { id: "perms_group_readable", severity: "warn", why: "its group can read it", when: (open) => open.groupReadable },
];

const secretRules: Rules = [
  { id: "perms_writable", severity: "critical", why: "others can write to it", when: anyWrite },
  { id: "perms_readable", severity: "warn", why: "others can read it", when: anyRead },
];

const readableRules: Rules = [
  {
    id: "perms_readable",
    severity: "warn",
    why: "others can read it",
    when: (open) => anyRead(open) || anyWrite(open),
  },
];

async function judge(
  facts: AuditFacts,
  prefix: string,
  title: string,
  rules: Rules,
  targets: readonly string[],
): Promise<AuditFinding[]> {
  const findings = await Promise.all(
    targets.map(async (target): Promise<AuditFinding[]> => {
      const open = await facts.files.inspect(target);
      if (open === undefined || open.kind === "symlink" || open.kind === "other") return [];
      const rule = rules.find(({ when }) => when(open));
      return rule === undefined
        ? []
        : [
            {
              checkId: `${prefix}.${rule.id}`,
              severity: rule.severity,
              title,
              detail: `${target} has ${open.text}: ${rule.why}.`,
              remediation: facts.files.remedy(target, open.kind),
            },
          ];
    }),
  );
  return findings.flat();
}

function permissionCheck(
  prefix: string,
  title: string,
  rules: Rules,
  targets: (facts: AuditFacts) => readonly string[],
): AuditCheck {
  return {
    ids: rules.map(({ id }) => `${prefix}.${id}`),
    run: (facts) => judge(facts, prefix, title, rules, targets(facts)),
  };
}

function symlinkCheck(checkId: string, what: string, target: (facts: AuditFacts) => string): AuditCheck {
  return {
    ids: [checkId],
    run: (facts) =>
      isSymlink(target(facts))
        ? [
            {
              checkId,
              severity: "warn",
              title: `${what} is a symbolic link`,
              detail: `${target(facts)} leads elsewhere; whoever can change the link decides what is read.`,
            },
          ]
        : [],
  };
}

/** Who can reach the files that hold secrets. */
export const fileChecks: readonly AuditCheck[] = [
  symlinkCheck("fs.state_dir.symlink", "The state directory", ({ paths }) => paths.stateDir),
  permissionCheck("fs.state_dir", "The state directory is open to others", stateDirRules, ({ paths }) => [
    paths.stateDir,
  ]),
  symlinkCheck("fs.config.symlink", "The configuration file", ({ paths }) => paths.configPath),
  permissionCheck("fs.config", "The configuration file is open to others", configRules, ({ paths }) => [
    paths.configPath,
  ]),
  permissionCheck(
    "fs.config_include",
    "An included configuration file is open to others",
    configRules,
    ({ includedPaths }) => includedPaths,
  ),
  permissionCheck("fs.credentials_dir", "The directory of credentials is open to others", secretRules, ({ paths }) => [
    paths.credentialsDir,
  ]),
  permissionCheck("fs.auth_profiles", "Model credentials are open to others", secretRules, ({ paths, agentIds }) =>
    agentIds.map((id) => path.join(agentDir(paths, id), "auth-profiles.json")),
  ),
  permissionCheck("fs.sessions_store", "The list of sessions is open to others", readableRules, ({ paths, agentIds }) =>
    agentIds.map((id) => path.join(sessionsDir(paths, id), "sessions.json")),
  ),
  permissionCheck("fs.log_file", "The log file is open to others", readableRules, ({ config }) =>
    config.logging?.file ? [config.logging.file] : [],
  ),
];

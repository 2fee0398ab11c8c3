import type { ConfigStore } from "@openclaw/config";
import {
  type AuditFinding,
  type AuditReport,
  type FixAction,
  type FixInput,
  type FixResult,
  fixAudit,
  planAuditFix,
  runAudit,
  type Severity,
} from "@openclaw/setup/audit";
import type { CommandContext } from "../run/command-context.ts";
import { auditInput, fileAccess } from "../security/audit-input.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { securityAuditFlags } from "../spec/security-commands.ts";
import { confirm } from "../terminal/confirm.ts";
import { startProgress } from "../terminal/progress.ts";
import { editConfig } from "./edit-config.ts";

/** `security audit`: what is open to whom. `--fix` closes what needs no decision; `--strict` makes it fail. */
export async function run(
  { flags }: CommandInput<typeof securityAuditFlags>,
  context: CommandContext,
): Promise<number> {
  const fix = flags.fix ? await editConfig(context, (store) => applyFix(store, flags.json, context)) : undefined;
  const progress = startProgress("Auditing…", {
    stream: context.stderr,
    style: context.errorStyle,
    env: context.env,
    quiet: flags.json,
  });
  let report: AuditReport;
  try {
    const current = fix?.configWritten ? await rereading(context) : context;
    report = await runAudit(await auditInput(current, { deep: flags.deep }));
  } finally {
    progress.stop();
  }
  if (flags.json) context.printJson(fix ? { fix, report } : report);
  else {
    if (fix) for (const line of fixLines(fix, context)) context.print(line);
    for (const line of reportLines(report, flags, context)) context.print(line);
  }
  return flags.strict && report.summary.critical > 0 ? 2 : 0;
}

/** The same context with the configuration read anew. */
async function rereading(context: CommandContext): Promise<CommandContext> {
  const { paths, env, version } = context;
  const { loadConfig } = await import("@openclaw/config");
  const { manifests } = await context.plugins();
  const snapshot = loadConfig({ paths, env, version, manifests });
  return { ...context, config: () => snapshot };
}

/** Where somebody sits at the terminal, what would change is shown and asked first. */
async function applyFix(store: ConfigStore, json: boolean, context: CommandContext): Promise<FixResult | undefined> {
  const { includedPaths } = store.snapshot();
  const input: FixInput = { paths: context.paths, includedPaths, files: fileAccess(context.env), store };
  if (!json && context.stdin.isTTY === true) {
    const { changes, actions } = await planAuditFix(input);
    if (changes.length + actions.length > 0) {
      context.print(context.style.heading("Would change"));
      for (const line of [...changes, ...actions.map(actionText)]) context.print(`  ${context.shorten(line)}`);
      if (!(await confirm("Apply these changes?", context))) {
        context.print("Nothing was changed.");
        return undefined;
      }
    }
  }
  return fixAudit(input);
}

function fixLines(fix: FixResult, { style, shorten, paths }: CommandContext): string[] {
  const done = fix.actions.filter((action) => action.ok && action.skipped === undefined);
  const undo = done.flatMap(({ kind, path, previous }) =>
    kind === "chmod" && previous ? [`  chmod ${previous} ${shorten(path)}`] : [],
  );
  if (fix.configWritten) undo.push(`  cp ${shorten(paths.configPath)}.bak ${shorten(paths.configPath)}`);
  return [
    style.heading("OpenClaw security audit --fix"),
    ...(fix.changes.length + done.length === 0 ? ["Nothing to change."] : []),
    ...fix.changes.map((change) => `  ${style.success("✓")} ${change}`),
    ...done.map((action) => `  ${style.success("✓")} ${shorten(actionText(action))}`),
    ...fix.errors.map((error) => `  ${style.error("✗")} ${shorten(error)}`),
    ...(undo.length > 0 ? [style.muted("To take it back:"), ...undo.map((line) => style.muted(line))] : []),
    "",
  ];
}

function actionText({ kind, path, mode, previous }: FixAction): string {
  return kind === "chmod" ? `${path}: ${previous ?? "?"} → ${mode}` : `${path}: closed to others`;
}

const sections: readonly Severity[] = ["critical", "warn", "info"];

function reportLines(report: AuditReport, flags: { deep: boolean }, context: CommandContext): string[] {
  const { style, hint } = context;
  const { critical, warn, info } = report.summary;
  const color = { critical: style.error, warn: style.warn, info: style.info };
  return [
    style.heading("OpenClaw security audit"),
    `Summary: ${critical} critical · ${warn} warn · ${info} info`,
    ...sections.flatMap((severity) => {
      const findings = report.findings.filter((finding) => finding.severity === severity);
      if (findings.length === 0) return [];
      return ["", color[severity](severity.toUpperCase()), ...findings.flatMap((each) => findingLines(each, context))];
    }),
    ...(flags.deep ? [] : ["", style.muted(`Deep probe: ${hint("openclaw security audit --deep")}`)]),
  ];
}

function findingLines(finding: AuditFinding, { style, shorten, hint }: CommandContext): string[] {
  const remediation = finding.remediation?.replace(/\bopenclaw (?=\w)/g, (command) => hint(command));
  return [
    `${style.accent(finding.checkId)} ${finding.title}`,
    ...finding.detail.split("\n").map((line) => `  ${shorten(line)}`),
    ...(remediation ? [style.muted(`  Fix: ${shorten(remediation)}`)] : []),
  ];
}

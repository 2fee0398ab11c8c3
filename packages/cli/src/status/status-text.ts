import { type ProviderUsage, usageReport } from "@openclaw/models";
import type { AuditReport } from "@openclaw/setup/audit";
import { isRecord, listOf, numberOf, recordOf, textOf } from "../commands/payload.ts";
import { healthLines } from "../commands/show-health.ts";
import type { CommandContext } from "../run/command-context.ts";
import { renderTable } from "../terminal/table.ts";
import { indentText } from "../terminal/text-width.ts";
import type { Status } from "./collect-status.ts";
import { channelRows, overviewRows, sessionRows } from "./overview.ts";

const mostFindings = 6;
const mostEvents = 5;

/** The report of `status` for people. */
export function statusText(status: Status, context: CommandContext): string {
  const { style } = context;
  const { document } = status;
  const table = (columns: Parameters<typeof renderTable>[0], rows: readonly (readonly string[])[]) =>
    renderTable(columns, rows, { width: context.stdout.columns, style });
  const channels = channelRows(status, context);
  const sessions = sessionRows(document);
  const events = document.queuedSystemEvents.filter((event) => typeof event === "string").slice(0, mostEvents);
  const sections = [
    style.heading("OpenClaw status"),
    section(
      "Overview",
      table([{ title: "Item" }, { title: "Value", flexible: true, min: 24 }], overviewRows(status, context)),
    ),
    section("Security audit", securityText(document.securityAudit, context)),
    section(
      "Channels",
      channels.length > 0
        ? table(
            [
              { title: "Channel" },
              { title: "Enabled" },
              { title: "State" },
              { title: "Detail", flexible: true, min: 20 },
            ],
            channels,
          )
        : style.muted("No channels configured. WebChat is part of the Gateway."),
    ),
    section(
      "Sessions",
      sessions.length > 0
        ? table(
            [
              { title: "Key", flexible: true, min: 20 },
              { title: "Kind" },
              { title: "Age" },
              { title: "Model", flexible: true },
              { title: "Tokens" },
            ],
            sessions,
          )
        : style.muted("No sessions yet."),
    ),
    events.length > 0 ? section("System events", events.map((event) => `- ${event}`).join("\n")) : undefined,
    "health" in document ? section("Health", healthText(document.health, context)) : undefined,
    "usage" in document ? section("Usage", usageText(document.usage, context)) : undefined,
    document.update?.availability.available
      ? `Update available (${document.update.git?.behind ? `git, ${document.update.git.behind} commits behind` : `npm ${document.update.registry.latestVersion}`}). Run: ${context.hint("openclaw update")}`
      : undefined,
    nextSteps(context),
  ];
  return sections.filter((part) => part !== undefined).join("\n\n");

  function section(title: string, body: string): string {
    return `${style.heading(title)}\n${body}`;
  }
}

/** Summary and the findings that matter. */
export function securityText(
  { summary, findings }: AuditReport,
  { style, hint, stdout }: Pick<CommandContext, "style" | "hint" | "stdout">,
): string {
  const head = `Summary: ${summary.critical} critical · ${summary.warn} warn · ${summary.info} info`;
  const shown = findings.filter((finding) => finding.severity !== "info").slice(0, mostFindings);
  const more = [
    style.muted(`Full report: ${hint("openclaw security audit")}`),
    style.muted(`Deep probe: ${hint("openclaw security audit --deep")}`),
  ];
  if (shown.length === 0) return [head, style.muted("No critical or warn findings detected."), ...more].join("\n");
  return [
    head,
    ...shown.flatMap((finding) => [
      `  ${finding.severity === "critical" ? style.error("CRITICAL") : style.warn("WARN")} ${finding.title}`,
      ...indentText(style.muted(finding.detail), 4, stdout.columns),
      ...(finding.remediation ? indentText(style.muted(`Fix: ${finding.remediation}`), 4, stdout.columns) : []),
    ]),
    ...more,
  ].join("\n");
}

function healthText(health: unknown, context: CommandContext): string {
  return isRecord(health) ? healthLines(health, context).join("\n") : context.style.muted("unknown without a Gateway");
}

function usageText(usage: unknown, { now }: CommandContext): string {
  const providers = listOf(recordOf(usage).providers).filter(isRecord).map(readUsage);
  const [first = "", ...lines] = usageReport(providers, now());
  // The section's heading stands in place of the first line.
  return lines.length > 0 ? lines.map((line) => line.slice(2)).join("\n") : first;
}

function readUsage(provider: Record<string, unknown>): ProviderUsage {
  const plan = textOf(provider.plan);
  const error = textOf(provider.error);
  const id = textOf(provider.provider) ?? "";
  return {
    provider: id,
    displayName: textOf(provider.displayName) ?? id,
    windows: listOf(provider.windows)
      .filter(isRecord)
      .map((window) => {
        const resetAt = numberOf(window.resetAt);
        return {
          label: textOf(window.label) ?? "",
          usedPercent: numberOf(window.usedPercent) ?? 0,
          ...(resetAt !== undefined && { resetAt }),
        };
      }),
    ...(plan !== undefined && { plan }),
    ...(error !== undefined && { error }),
  };
}

function nextSteps({ style, hint }: CommandContext): string {
  return [
    style.heading("Next steps:"),
    `  Need to share? ${hint("openclaw status --all")}`,
    `  Need to debug live? ${hint("openclaw logs --follow")}`,
    `  Need to test channels? ${hint("openclaw status --deep")}`,
  ].join("\n");
}

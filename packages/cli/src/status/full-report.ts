import { createRedactor, defaultLogDir, parseLogLine, rollingLogFile, tailLog } from "@openclaw/log";
import { readJsonFile } from "@openclaw/storage";
import { gatewayPort, targetLines } from "../call/gateway-target.ts";
import { listOf, recordOf, textOf } from "../commands/payload.ts";
import { doctorHelp } from "../doctor/doctor-help.ts";
import { systemProcesses } from "../foreground/port-listeners.ts";
import type { CommandContext } from "../run/command-context.ts";
import { formatAge } from "../terminal/age.ts";
import { renderTable } from "../terminal/table.ts";
import type { Status } from "./collect-status.ts";
import { channelRows, overviewRows } from "./overview.ts";
import { serviceLogTails } from "./service-logs.ts";
import { securityText } from "./status-text.ts";

const mostIssues = 12;

/** The report of `status --all`: everything, with secrets masked, for pasting somewhere. */
export async function fullReport(
  status: Status,
  context: CommandContext,
  onStep: (label: string) => void,
): Promise<string> {
  const { style, shorten, version, paths } = context;
  const { document } = status;
  const table = (columns: Parameters<typeof renderTable>[0], rows: readonly (readonly string[])[]) =>
    renderTable(columns, rows, { width: context.stdout.columns, style });
  const { summary } = document.securityAudit;
  const channels = channelRows(status, context);
  const self = document.gateway.self;
  const rows = [
    ["Version", version],
    ["Node", process.versions.node],
    ["Config", shorten(paths.configPath)],
    ...overviewRows(status, context),
    ["Security", `${summary.critical} critical · ${summary.warn} warn · ${summary.info} info`],
    ["Gateway self", self ? [self.host, self.ip, self.version, self.platform].filter(Boolean).join(" ") : "unknown"],
  ];
  const agents = document.agents.agents.map((agent) => [
    agent.id === document.agents.defaultId ? `${agent.id} (default)` : agent.id,
    agent.bootstrapPending ? "pending" : "done",
    String(agent.sessionsCount),
    formatAge(agent.lastActiveAgeMs),
    shorten(agent.sessionsPath),
  ]);
  const report = [
    style.heading("OpenClaw status --all"),
    `${style.heading("Overview")}\n${table([{ title: "Item" }, { title: "Value", flexible: true, min: 24 }], rows)}`,
    `${style.heading("Security audit")}\n${securityText(document.securityAudit, context)}`,
    `${style.heading("Channels")}\n${
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
        : style.muted("No channels configured.")
    }`,
    `${style.heading("Agents")}\n${table([{ title: "Agent" }, { title: "Bootstrap" }, { title: "Sessions" }, { title: "Active" }, { title: "Store", flexible: true, min: 20 }], agents)}`,
    `${style.heading("Diagnosis (read-only)")}\n${(await diagnosis(status, context, onStep)).join("\n")}`,
    "Pasteable debug report. Auth tokens redacted.",
  ].join("\n\n");
  return createRedactor()(report);
}

async function diagnosis(status: Status, context: CommandContext, onStep: (label: string) => void): Promise<string[]> {
  const { style, paths, env, shorten } = context;
  const { probe, config } = status;
  const snapshot = await context.config();
  const mark = (ok: boolean | "warn") => (ok === "warn" ? style.warn("!") : ok ? style.success("✓") : style.error("✗"));
  const lines = probe.target ? targetLines(probe.target, snapshot.path) : [];
  onStep("Checking the config…");
  lines.push(
    `${mark(snapshot.exists ? snapshot.valid : "warn")} Config: ${shorten(snapshot.path)}${snapshot.exists ? "" : " (missing)"}`,
  );
  for (const issue of snapshot.issues.slice(0, mostIssues))
    lines.push(`  - ${issue.path || "<root>"}: ${issue.message}`);
  if (status.document.gateway.misconfigured) {
    lines.push(`${mark(false)} Gateway remote mode misconfigured (gateway.remote.url missing)`);
  }
  onStep("Looking for a restart sentinel…");
  lines.push(await sentinelLine(paths.restartSentinelPath, mark));
  onStep("Reading the log…");
  lines.push(...(await lastLogLine(status, context)));
  onStep("Looking at the port…");
  lines.push(...portLines(gatewayPort(config, env), probe.reachable, mark));
  lines.push(`${mark(true)} Tailscale: ${config.gateway?.tailscale?.mode ?? "off"}`);
  onStep("Counting skills…");
  const { usable, blocked, total } = await doctorHelp(context).skills(config);
  lines.push(`${mark(true)} Skills: ${usable} usable, ${blocked} blocked, ${total} in all`);
  lines.push(...(await serviceLogTails(paths.stateDir)).map(shorten));
  onStep("Asking the channels…");
  const issues = listOf(recordOf(probe.answers["channels.status"]).statusIssues).map(recordOf);
  for (const { channel, accountId, message, fix } of issues) {
    const who = [textOf(channel), textOf(accountId)].filter(Boolean).join(" ");
    lines.push(`${mark("warn")} ${who}: ${[textOf(message), textOf(fix)].filter(Boolean).join(" ")}`);
  }
  if (!probe.reachable) lines.push(`${mark("warn")} Health: ${probe.error ?? "no Gateway"}`);
  return lines;
}

async function sentinelLine(file: string, mark: (ok: boolean | "warn") => string): Promise<string> {
  let content: unknown;
  try {
    content = await readJsonFile(file);
  } catch (error) {
    return `${mark("warn")} Restart sentinel: unreadable (${error instanceof Error ? error.message : String(error)})`;
  }
  if (content === undefined) return `${mark(true)} Restart sentinel: none`;
  const payload = recordOf(recordOf(content).payload);
  return `${mark("warn")} Restart sentinel: present (${textOf(payload.kind) ?? "unknown"} ${textOf(payload.status) ?? ""})`.trimEnd();
}

async function lastLogLine({ config }: Status, context: CommandContext): Promise<string[]> {
  const fixed = config.logging?.file;
  const file = fixed ?? rollingLogFile(defaultLogDir(), context.paths.profile, context.now());
  try {
    const tail = await tailLog({ file, rolling: fixed === undefined, limit: 1 });
    const [raw] = tail.lines;
    if (raw === undefined) return [`Log file: ${tail.file} (empty)`];
    const parsed = parseLogLine(raw);
    return [
      `Log file: ${tail.file}`,
      `  ${parsed ? `${parsed.time ?? ""} ${parsed.level ?? ""} ${parsed.message}` : raw}`,
    ];
  } catch (error) {
    return [`Log file: ${file} (${error instanceof Error ? error.message : String(error)})`];
  }
}

function portLines(port: number, reachable: boolean, mark: (ok: boolean | "warn") => string): string[] {
  try {
    const listeners = systemProcesses.listeners(port);
    if (listeners.length === 0) {
      return [
        reachable
          ? `${mark(true)} Port ${port}: in use by another user's process`
          : `${mark("warn")} Port ${port}: free`,
      ];
    }
    return [`${mark(true)} Port ${port}`, ...listeners.map(({ pid, command }) => `  pid ${pid}: ${command}`)];
  } catch (error) {
    return [`${mark("warn")} Port ${port}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

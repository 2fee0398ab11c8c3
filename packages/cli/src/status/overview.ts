import { secretConflicts } from "../call/gateway-target.ts";
import { dashboardUrl } from "../commands/dashboard-url.ts";
import { isRecord, listOf, numberOf, recordOf, textOf } from "../commands/payload.ts";
import type { CommandContext } from "../run/command-context.ts";
import { formatAge, formatUsage } from "../terminal/age.ts";
import type { Status } from "./collect-status.ts";
import type { ServiceFacts } from "./services.ts";

type Row = readonly [item: string, value: string];

/** The rows of the Overview table. */
export function overviewRows(status: Status, context: CommandContext): Row[] {
  const { document, config } = status;
  const { style } = context;
  const heartbeats = listOf(recordOf(document.heartbeat).agents).filter(isRecord);
  const sessions = recordOf(document.sessions);
  const { defaultId, agents, totalSessions, bootstrapPendingCount } = document.agents;
  const pending = bootstrapPendingCount > 0 ? ` · ${bootstrapPendingCount} bootstrapping` : "";
  const active = agents.find((agent) => agent.id === defaultId)?.lastActiveAgeMs;
  return [
    ["Dashboard", config.gateway?.controlUi?.enabled === false ? "disabled" : dashboardUrl(config, context.env)],
    ["OS", `${document.os.label} · node ${process.versions.node}`],
    ["Tailscale", config.gateway?.tailscale?.mode ?? "off"],
    ["Channel", `${document.updateChannel} (${document.updateChannelSource})`],
    ["Update", updateRow(document.update)],
    ["Gateway", gatewayRow(status, context)],
    ["Gateway service", serviceRow(document.gatewayService)],
    ["Node service", serviceRow(document.nodeService)],
    [
      "Agents",
      `${agents.length}${pending} · sessions ${totalSessions} · default ${defaultId} active ${formatAge(active)}`,
    ],
    ["Memory", style.muted(document.memoryPlugin.reason)],
    ["Probes", "health" in document ? "done" : style.muted("skipped (use --deep)")],
    [
      "Events",
      document.queuedSystemEvents.length > 0 ? `${document.queuedSystemEvents.length} queued` : style.muted("none"),
    ],
    ["Heartbeat", heartbeats.map(heartbeatText).join(", ") || "disabled"],
    ["Sessions", sessionsRow(sessions)],
  ];
}

/** `<mode> · <url> (<source>) · reachable …`, with a conflict of secrets where there is one. */
function gatewayRow({ document, config, probe }: Status, { env, style }: CommandContext): string {
  const { gateway } = document;
  if (gateway.misconfigured) return style.warn("misconfigured (remote.url missing)");
  const parts = [gateway.mode, `${gateway.url} (${gateway.urlSource})`];
  if (gateway.reachable) {
    const auth = probe.target?.password && !probe.target.token ? "password" : probe.target?.token ? "token" : "device";
    const { host, ip, version, platform } = gateway.self ?? {};
    const self = [host, ip && `(${ip})`, version && `app ${version}`, platform].filter(Boolean).join(" ");
    parts.push(style.success(`reachable ${gateway.connectLatencyMs}ms`), `auth ${auth}`, ...(self ? [self] : []));
  } else {
    parts.push(style.warn(`unreachable (${gateway.error ?? "no answer"})`));
  }
  return [parts.join(" · "), ...secretConflicts(config, env).map((text) => style.warn(text))].join("\n");
}

/** What there is to update to. */
function updateRow(update: Status["document"]["update"]): string {
  if (!update) return "no update source configured";
  if (update.registry.error !== undefined) return `unknown (${update.registry.error})`;
  if (!update.availability.available) return "up to date";
  const behind = update.git?.behind;
  return behind ? `git, ${behind} commits behind` : `npm ${update.registry.latestVersion}`;
}

function serviceRow({ label, loadedText, runtimeShort }: ServiceFacts): string {
  return [`${label} ${loadedText}`, ...(runtimeShort ? [runtimeShort] : [])].join(" · ");
}

function heartbeatText(agent: Record<string, unknown>): string {
  return `${agent.enabled === true ? textOf(agent.every) : "disabled"} (${textOf(agent.agentId)})`;
}

function sessionsRow(sessions: Record<string, unknown>): string {
  const defaults = recordOf(sessions.defaults);
  const window = numberOf(defaults.contextTokens);
  const model = textOf(defaults.model) ?? "unknown";
  return `${numberOf(sessions.count) ?? 0} active · default ${model}${window ? ` (${Math.round(window / 1000)}k ctx)` : ""}`;
}

/** The rows of the Sessions table. */
export function sessionRows(document: Status["document"]): string[][] {
  return listOf(recordOf(document.sessions).recent)
    .filter(isRecord)
    .slice(0, 10)
    .map((session) => [
      textOf(session.key) ?? "",
      textOf(session.kind) ?? "",
      formatAge(numberOf(session.age)),
      textOf(session.model) ?? "-",
      formatUsage(numberOf(session.totalTokens), numberOf(session.contextTokens)),
    ]);
}

/** The rows of the Channels table: what is configured, and what the Gateway says about it. */
export function channelRows({ config, document, probe }: Status, { style }: CommandContext): string[][] {
  const known = recordOf(recordOf("health" in document ? document.health : undefined).channels);
  const configured = Object.entries(config.channels ?? {}).filter(([id]) => id !== "defaults");
  return configured.map(([id, section]) => {
    const enabled = recordOf(section).enabled !== false;
    const live = recordOf(known[id]);
    const linked = live.linked === true;
    const state = !enabled
      ? style.muted("OFF")
      : linked
        ? style.success("OK")
        : id in known
          ? style.warn("WARN")
          : style.warn("SETUP");
    const detail = !enabled
      ? "disabled in the config"
      : id in known
        ? linked
          ? "linked"
          : "not linked"
        : probe.reachable
          ? "not run by this Gateway"
          : "unknown without a Gateway";
    return [id, enabled ? style.success("ON") : style.muted("OFF"), state, detail];
  });
}

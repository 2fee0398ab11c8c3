import { defaultLogDir, rollingLogFile } from "@openclaw/log";
import { gatewayPort, localHost, secretConflicts } from "../call/gateway-target.ts";
import { systemProcesses } from "../foreground/port-listeners.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayStatusFlags } from "../spec/gateway-commands.ts";
import { type GatewayProbe, probeGateway } from "../status/gateway-probe.ts";
import { serviceFacts } from "../status/services.ts";
import { dashboardUrl } from "./dashboard-url.ts";
import { healthLines } from "./show-health.ts";

/** `gateway status`: where the Gateway should be and whether it answers. Exit code 1 when it was asked and did not. */
export async function run(
  { flags }: CommandInput<typeof gatewayStatusFlags>,
  context: CommandContext,
): Promise<number> {
  const snapshot = await context.config();
  const { config } = snapshot;
  const { env, paths } = context;
  const methods = flags.deep ? ([["health", { probe: true }]] as const) : [];
  const probe = flags["no-probe"]
    ? undefined
    : await probeGateway(context, { ...flags, timeoutMs: flags.timeout, methods });
  const facts = {
    service: serviceFacts("gateway", paths),
    logFile: config.logging?.file ?? rollingLogFile(defaultLogDir(), paths.profile, context.now()),
    port: gatewayPort(config, env),
    listeners: listenersOf(gatewayPort(config, env)),
    bindMode: config.gateway?.bind ?? "loopback",
    bindHost: localHost(config),
  };
  if (flags.json) {
    const issues = snapshot.issues.length > 0 ? { issues: snapshot.issues } : {};
    context.printJson({
      service: facts.service,
      config: { cli: { path: snapshot.path, exists: snapshot.exists, valid: snapshot.valid, ...issues } },
      gateway: {
        bindMode: facts.bindMode,
        bindHost: facts.bindHost,
        ...(config.gateway?.customBindHost ? { customBindHost: config.gateway.customBindHost } : {}),
        port: facts.port,
        portSource: "env/config",
        probeUrl: probe?.target?.url ?? null,
      },
      port: { port: facts.port, status: facts.listeners.length > 0 ? "busy" : "free", listeners: facts.listeners },
      ...(probe
        ? {
            rpc: {
              ok: probe.reachable,
              ...(probe.error ? { error: probe.error } : {}),
              url: probe.target?.url ?? null,
            },
          }
        : {}),
      ...(flags.deep ? { health: probe?.answers.health ?? null } : {}),
    });
  } else {
    printFacts(facts, snapshot, probe, context);
    for (const conflict of secretConflicts(config, env)) context.warn(context.errorStyle.warn(conflict));
    if (probe?.answers.health) for (const line of healthLines(probe.answers.health, context)) context.print(line);
  }
  return probe && !probe.reachable ? 1 : 0;
}

interface Facts {
  service: ReturnType<typeof serviceFacts>;
  logFile: string;
  port: number;
  listeners: { pid: number; command: string }[];
  bindMode: string;
  bindHost: string;
}

function printFacts(
  facts: Facts,
  snapshot: Awaited<ReturnType<CommandContext["config"]>>,
  probe: GatewayProbe | undefined,
  context: CommandContext,
): void {
  const { style, errorStyle, shorten } = context;
  const label = (name: string, value: string) => context.print(`${style.accent(`${name}:`)} ${value}`);
  label("Service", `${facts.service.label} (${facts.service.loadedText})`);
  label("File logs", shorten(facts.logFile));
  label(
    "Config (cli)",
    `${shorten(snapshot.path)}${snapshot.exists ? (snapshot.valid ? "" : " (invalid)") : " (missing)"}`,
  );
  for (const issue of snapshot.issues.slice(0, 5)) context.print(`  - ${issue.path || "<root>"}: ${issue.message}`);
  label("Gateway", `bind=${facts.bindMode} (${facts.bindHost}), port=${facts.port} (env/config)`);
  if (probe?.target) label("Probe target", probe.target.url);
  label(
    "Dashboard",
    snapshot.config.gateway?.controlUi?.enabled === false ? "disabled" : dashboardUrl(snapshot.config, context.env),
  );
  if (probe?.reachable) label("RPC probe", style.success("ok"));
  else if (probe) {
    context.warn(errorStyle.error("RPC probe: failed"));
    if (probe.target) context.warn(`RPC target: ${probe.target.url}`);
    for (const line of (probe.error ?? "").split("\n").slice(0, 12)) context.warn(`  ${line}`);
  }
  if (facts.listeners.length > 0) {
    label("Listening", facts.listeners.map(({ pid, command }) => `pid ${pid} (${command})`).join(", "));
  } else if (probe && !probe.reachable) {
    context.print(`Gateway port ${facts.port} is not listening.`);
  }
  context.print(`Troubles: run ${context.hint("openclaw status")}`);
  context.print(`Troubleshooting: ${style.link("https://docs.openclaw.ai/troubleshooting")}`);
}

/** What listens on the port; nothing is known where the system does not tell. */
function listenersOf(port: number): { pid: number; command: string }[] {
  try {
    return systemProcesses.listeners(port);
  } catch {
    return []; // lsof is missing: the probe tells enough
  }
}

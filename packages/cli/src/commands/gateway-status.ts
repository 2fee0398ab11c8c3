import type { ConfigSnapshot } from "@openclaw/config";
import { defaultLogDir, rollingLogFile } from "@openclaw/log";
import { gatewayPort, localHost } from "../call/gateway-target.ts";
import { systemProcesses } from "../foreground/port-listeners.ts";
import type { CommandContext } from "../run/command-context.ts";
import { type ServiceStatus, serviceDocument, serviceStatus } from "../services/service-status.ts";
import { printServiceStatus } from "../services/service-status-text.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayStatusFlags } from "../spec/gateway-commands.ts";
import { type GatewayProbe, probeGateway } from "../status/gateway-probe.ts";
import { withProgress } from "../terminal/progress.ts";

/** What `gateway status` found. */
export interface GatewayStatus {
  service: ServiceStatus;
  cli: ConfigSnapshot;
  /** What the service reads, or the command line without one. */
  effective: ConfigSnapshot;
  port: number;
  portSource: "service args" | "env/config";
  /** The port this command line would use, where that is another one. */
  cliPort: number | undefined;
  listeners: { pid: number; command: string }[];
  logFile: string;
  bindMode: string;
  bindHost: string;
  probe: GatewayProbe | undefined;
}

/** `gateway status`: the service, and whether a Gateway answers. Exit code 1 when it was asked and did not. */
export async function run(
  { flags }: CommandInput<typeof gatewayStatusFlags>,
  context: CommandContext,
): Promise<number> {
  const status = await withProgress("Asking the service and the Gateway…", { context, quiet: flags.json }, () =>
    collect(flags, context),
  );
  if (flags.json) context.printJson(document(status, flags.deep));
  else printServiceStatus(status, context);
  return status.probe && !status.probe.reachable ? 1 : 0;
}

async function collect(
  flags: CommandInput<typeof gatewayStatusFlags>["flags"],
  context: CommandContext,
): Promise<GatewayStatus> {
  const [service, cli] = await Promise.all([serviceStatus(context, flags), context.config()]);
  const { daemon } = service;
  const effective = daemon?.snapshot ?? cli;
  const ownPort = gatewayPort(cli.config, context.env);
  const port = daemon?.port ?? (daemon ? (effective.config.gateway?.port ?? 18_789) : ownPort);
  const { config } = effective;
  const methods = flags.deep ? ([["health", { probe: true }]] as const) : [];
  const probe = flags["no-probe"]
    ? undefined
    : await probeGateway(asService(context, service, port), {
        url: flags.url,
        token: flags.token ?? (flags.url === undefined ? daemon?.token : undefined),
        password: flags.password,
        "tls-fingerprint": flags["tls-fingerprint"],
        timeoutMs: flags.timeout,
        methods,
      });
  return {
    service,
    cli,
    effective,
    port,
    portSource: daemon?.port === undefined ? "env/config" : "service args",
    cliPort: ownPort === port ? undefined : ownPort,
    listeners: listenersOf(port),
    logFile:
      config.logging?.file ?? rollingLogFile(defaultLogDir(), (daemon?.paths ?? context.paths).profile, context.now()),
    bindMode: config.gateway?.bind ?? "loopback",
    bindHost: localHost(config),
    probe,
  };
}

/** What is asked is the Gateway of the service, not the one this shell's variables would lead to. */
function asService(context: CommandContext, { daemon }: ServiceStatus, port: number): CommandContext {
  if (!daemon) return context;
  const { snapshot } = daemon;
  return { ...context, env: { ...context.env, OPENCLAW_GATEWAY_PORT: String(port) }, config: async () => snapshot };
}

function document(status: GatewayStatus, deep: boolean) {
  const { service, cli, effective, probe, port, cliPort, listeners } = status;
  const { config } = effective;
  const portState = (number: number, owners: GatewayStatus["listeners"]) => ({
    port: number,
    status: owners.length > 0 ? "busy" : "free",
    listeners: owners,
    hints: [],
  });
  return {
    service: serviceDocument(service),
    config: {
      cli: configDocument(cli),
      ...(service.daemon && {
        daemon: configDocument(service.daemon.snapshot),
        ...(service.daemon.snapshot.path !== cli.path && { mismatch: true }),
      }),
    },
    gateway: {
      bindMode: status.bindMode,
      bindHost: status.bindHost,
      ...(config.gateway?.customBindHost ? { customBindHost: config.gateway.customBindHost } : {}),
      port,
      portSource: status.portSource,
      probeUrl: probe?.target?.url ?? null,
    },
    port: portState(port, listeners),
    ...(cliPort !== undefined && { portCli: portState(cliPort, listenersOf(cliPort)) }),
    ...(service.problem !== undefined && { lastError: service.problem }),
    ...(probe && {
      rpc: { ok: probe.reachable, ...(probe.error ? { error: probe.error } : {}), url: probe.target?.url ?? null },
    }),
    extraServices: service.extras.map(({ file: _, ...extra }) => extra),
    ...(deep ? { health: probe?.answers.health ?? null } : {}),
  };
}

function configDocument({ path, exists, valid, issues, config }: ConfigSnapshot) {
  const { controlUi } = config.gateway ?? {};
  return { path, exists, valid, ...(issues.length > 0 && { issues }), ...(controlUi && { controlUi }) };
}

/** What listens on the port; nothing is known where the system does not tell. */
function listenersOf(port: number): { pid: number; command: string }[] {
  try {
    return systemProcesses.listeners(port);
  } catch {
    return []; // lsof is missing: the probe tells enough
  }
}

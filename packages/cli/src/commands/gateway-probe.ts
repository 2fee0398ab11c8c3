import os from "node:os";
import { tailnetAddresses } from "@openclaw/gateway/discovery";
import { GatewayCallError, tunnelFailure, withGateway } from "../call/gateway-call.ts";
import { type GatewayTarget, gatewayPort } from "../call/gateway-target.ts";
import { findGateways } from "../discovery/find-gateways.ts";
import { openSshTunnel, parseSshTarget } from "../discovery/ssh-tunnel.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayProbeFlags } from "../spec/gateway-commands.ts";
import { type GatewaySelf, selfOf } from "../status/gateway-probe.ts";
import { withProgress } from "../terminal/progress.ts";
import { recordOf } from "./payload.ts";

type Flags = CommandInput<typeof gatewayProbeFlags>["flags"];
type TargetKind = "explicit" | "configRemote" | "localLoopback" | "sshTunnel";

/** What came of one target. */
interface ProbedTarget {
  id: TargetKind;
  kind: TargetKind;
  url: string | null;
  /** The one commands would use without flags. */
  active: boolean;
  tunnel: { localPort: number; target: string } | null;
  connect: { ok: boolean; latencyMs: number | null; error: string | null; close: string | null };
  self: GatewaySelf | null;
  config: unknown;
  health: unknown;
  summary: unknown;
  presence: unknown;
}

/** What a target may take of the whole time, ms. */
const budgets: Readonly<Record<TargetKind, number>> = {
  explicit: 1500,
  configRemote: 1500,
  localLoopback: 800,
  sshTunnel: 2000,
};

/** `gateway probe`: every Gateway that could be meant, at once. Exit code 1 when none answers. */
export async function run({ flags }: CommandInput<typeof gatewayProbeFlags>, context: CommandContext): Promise<number> {
  const report = await withProgress("Asking every Gateway…", { context, quiet: flags.json }, () =>
    probeAll(flags, context),
  );
  if (flags.json) context.printJson(report);
  else printReport(report, context);
  return report.ok ? 0 : 1;
}

async function probeAll(flags: Flags, context: CommandContext) {
  const startedAt = performance.now();
  const ts = context.now();
  const { config } = await context.config();
  const timeoutMs = flags.timeout;
  const discovering = findGateways({ config, env: context.env, timeoutMs: Math.min(timeoutMs, 1000) });
  // A remote Gateway that is reached over SSH anyway needs no second tunnel to it.
  const overSsh = config.gateway?.remote?.transport === "ssh" && Boolean(config.gateway.remote.sshTarget?.trim());
  const remote = config.gateway?.remote?.url?.trim() || overSsh;
  const ssh = await sshTarget(flags, overSsh ? undefined : config.gateway?.remote?.sshTarget, discovering);
  const warnings: { code: string; message: string; targetIds?: string[] }[] = [];
  const budget = (kind: TargetKind) => Math.min(timeoutMs, budgets[kind]);
  const probes: Promise<ProbedTarget>[] = [];
  if (flags.url) {
    probes.push(
      probe("explicit", {
        context,
        ...credentials(flags),
        url: flags.url,
        timeoutMs: budget("explicit"),
        active: true,
      }),
    );
  }
  if (remote) {
    const active = !flags.url && config.gateway?.mode === "remote";
    const own = await withMode(context, "remote");
    probes.push(
      probe("configRemote", {
        context: own,
        ...credentials(flags),
        timeoutMs: budget(overSsh ? "sshTunnel" : "configRemote"),
        active,
      }),
    );
  }
  const local = await withMode(context, "local");
  const activeLocal = !flags.url && config.gateway?.mode !== "remote";
  probes.push(
    probe("localLoopback", {
      context: local,
      ...credentials(flags),
      timeoutMs: budget("localLoopback"),
      active: activeLocal,
    }),
  );
  if (ssh !== undefined) {
    const identity = flags["ssh-identity"] ?? config.gateway?.remote?.sshIdentity;
    const remoteSecrets = { token: config.gateway?.remote?.token, password: config.gateway?.remote?.password };
    const secrets = flags.token || flags.password ? credentials(flags) : remoteSecrets;
    probes.push(
      throughTunnel(ssh, { context, identity, secrets, timeoutMs: budget("sshTunnel") }).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        warnings.push({
          code: "ssh_tunnel_failed",
          message: `${tunnelFailure}${message}`,
          targetIds: ["sshTunnel"],
        });
        return unreached("sshTunnel", null, false, message);
      }),
    );
  }
  const targets = await Promise.all(probes);
  for (const { id, connect } of targets) {
    if (!connect.error?.startsWith(tunnelFailure) || id === "sshTunnel") continue;
    warnings.push({ code: "ssh_tunnel_failed", message: connect.error, targetIds: [id] });
  }
  const reachable = targets.filter(({ connect }) => connect.ok);
  const distinct = new Set(reachable.filter(({ kind }) => kind !== "sshTunnel").map(({ url }) => url));
  if (distinct.size > 1) {
    warnings.push({
      code: "multiple_gateways",
      message:
        "Several gateways answer. One per machine is usual; a second one needs its own port, state and workspace.",
      targetIds: reachable.map(({ id }) => id),
    });
  }
  const primary = reachable.find(({ active }) => active) ?? reachable[0];
  const { beacons } = await discovering;
  const { ipv4 } = tailnetAddresses(os.networkInterfaces());
  const port = gatewayPort(config, context.env);
  return {
    ok: primary !== undefined,
    ts,
    durationMs: Math.round(performance.now() - startedAt),
    timeoutMs,
    primaryTargetId: primary?.id ?? null,
    warnings,
    network: {
      localLoopbackUrl: `ws://127.0.0.1:${port}`,
      localTailnetUrl: ipv4 === undefined ? null : `ws://${ipv4}:${port}`,
      tailnetIPv4: ipv4 ?? null,
    },
    discovery: { timeoutMs: Math.min(timeoutMs, 1000), count: beacons.length, beacons },
    targets,
  };
}

function credentials(flags: Flags) {
  return {
    token: flags.token,
    password: flags.password,
    "tls-fingerprint": flags["tls-fingerprint"],
  };
}

/** The context as if the configuration had this mode. */
async function withMode(context: CommandContext, mode: "local" | "remote"): Promise<CommandContext> {
  const snapshot = await context.config();
  const config = { ...snapshot.config, gateway: { ...snapshot.config.gateway, mode } };
  return { ...context, config: () => Promise.resolve({ ...snapshot, config }) };
}

async function sshTarget(
  flags: Flags,
  configured: string | undefined,
  discovering: ReturnType<typeof findGateways>,
): Promise<string | undefined> {
  const given = flags.ssh?.trim() || configured?.trim();
  if (given) return given;
  if (!flags["ssh-auto"]) return undefined;
  const beacon = (await discovering).beacons.find(({ sshPort }) => sshPort !== undefined);
  const host = beacon?.tailnetDns ?? beacon?.lanHost ?? beacon?.host;
  if (beacon === undefined || host === undefined) return undefined;
  return `${os.userInfo().username}@${host}${beacon.sshPort === 22 ? "" : `:${beacon.sshPort}`}`;
}

async function probe(
  kind: TargetKind,
  options: Parameters<typeof withGateway>[0] & { active: boolean },
): Promise<ProbedTarget> {
  const { active, ...call } = options;
  const startedAt = performance.now();
  try {
    return await withGateway({ ...call, mode: "probe" }, async (connection) => {
      const latencyMs = Math.round(performance.now() - startedAt);
      const ask = (method: string) =>
        connection.call(method).catch((error: unknown) => {
          if (error instanceof GatewayCallError) return null;
          throw error;
        });
      const [health, summary, presence, config] = await Promise.all(
        ["health", "status", "system-presence", "config.get"].map(ask),
      );
      const { state } = connection.client;
      return {
        id: kind,
        kind,
        url: connection.target.url,
        active,
        tunnel: tunnelOf(connection.target),
        connect: { ok: true, latencyMs, error: null, close: null },
        self: selfOf(state.kind === "connected" ? state.hello : undefined),
        config: configSummary(config),
        health,
        summary,
        presence,
      };
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const reason = error instanceof GatewayCallError ? error.reason : (error.lines[0] ?? error.message);
    return unreached(kind, call.url ?? null, active, reason);
  }
}

function tunnelOf({ url, tunnel }: GatewayTarget): ProbedTarget["tunnel"] {
  return tunnel === undefined ? null : { localPort: Number(new URL(url).port), target: tunnel.target };
}

/** Where the configuration of a Gateway is and how it is exposed; its content stays there. */
function configSummary(answer: unknown): object | null {
  const root = recordOf(answer);
  if (root.path === undefined) return null;
  const gateway = recordOf(recordOf(root.config).gateway);
  return { path: root.path, exists: root.exists, valid: root.valid, mode: gateway.mode, bind: gateway.bind };
}

async function throughTunnel(
  target: string,
  options: {
    context: CommandContext;
    identity: string | undefined;
    secrets: { token?: string | undefined; password?: string | undefined };
    timeoutMs: number;
  },
): Promise<ProbedTarget> {
  const { context, identity, secrets, timeoutMs } = options;
  const { config } = await context.config();
  const remotePort = gatewayPort(config, {});
  await using tunnel = await openSshTunnel({
    target: parseSshTarget(target),
    remotePort,
    identity,
    timeoutMs,
    env: context.env,
  });
  const url = `ws://127.0.0.1:${tunnel.localPort}`;
  const probed = await probe("sshTunnel", { context, ...secrets, url, timeoutMs, active: false });
  return { ...probed, tunnel: { localPort: tunnel.localPort, target } };
}

function unreached(kind: TargetKind, url: string | null, active: boolean, error: string): ProbedTarget {
  return {
    ...{ id: kind, kind, url, active, tunnel: null },
    connect: { ok: false, latencyMs: null, error, close: /^gateway closed \((.*?)\)/.exec(error)?.[1] ?? null },
    ...{ self: null, config: null, health: null, summary: null, presence: null },
  };
}

function printReport(
  report: {
    ok: boolean;
    timeoutMs: number;
    warnings: readonly { message: string }[];
    discovery: { count: number; beacons: readonly { instanceName: string; wsUrl: string }[] };
    targets: readonly ProbedTarget[];
  },
  context: CommandContext,
): void {
  const { style } = context;
  context.print(style.heading("Gateway Status"));
  context.print(`Reachable: ${report.ok ? style.success("yes") : style.error("no")}`);
  context.print(`Probe budget: ${report.timeoutMs}ms`);
  for (const { message } of report.warnings) context.print(style.warn(`Warning: ${message}`));
  context.print("");
  context.print(style.heading("Discovery (this machine)"));
  context.print(`Found ${report.discovery.count} gateway(s)`);
  for (const { instanceName, wsUrl } of report.discovery.beacons) context.print(`- ${instanceName} ${wsUrl}`);
  context.print("");
  context.print(style.heading("Targets"));
  for (const { kind, url, active, connect, health, self } of report.targets) {
    context.print(`${kind}${active ? " (active)" : ""} ${url ?? ""}`.trimEnd());
    context.print(
      `  Connect: ${connect.ok ? `${style.success("ok")} (${connect.latencyMs}ms)` : style.error(`failed - ${connect.error}`)}`,
    );
    if (!connect.ok) continue;
    context.print(`  RPC: ${health === null ? style.error("failed") : style.success("ok")}`);
    if (self)
      context.print(`  Gateway: ${[self.host, self.ip, self.version, self.platform].filter(Boolean).join(" · ")}`);
  }
}

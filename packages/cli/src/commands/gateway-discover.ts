import type { FoundGateway } from "../discovery/browse.ts";
import { findGateways } from "../discovery/find-gateways.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayDiscoverFlags } from "../spec/gateway-commands.ts";
import { withProgress } from "../terminal/progress.ts";

/** `gateway discover`: Gateways that announce themselves. */
export async function run(
  { flags }: CommandInput<typeof gatewayDiscoverFlags>,
  context: CommandContext,
): Promise<number> {
  const timeoutMs = Number(flags.timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) throw new CliError(`invalid --timeout: ${flags.timeout}`);
  const { config } = await context.config();
  const { domains, beacons } = await withProgress("Looking for Gateways…", { context, quiet: flags.json }, () =>
    findGateways({ config, env: context.env, timeoutMs }),
  );
  if (flags.json) {
    context.printJson({ timeoutMs, domains, count: beacons.length, beacons });
    return 0;
  }
  context.print(context.style.heading("Gateway Discovery"));
  context.print(`Found ${beacons.length} gateway(s) · domains: ${domains.join(", ")}`);
  for (const beacon of beacons) for (const line of beaconLines(beacon)) context.print(line);
  return 0;
}

/** One Gateway for people. */
export function beaconLines(beacon: FoundGateway): string[] {
  const { tailnetDns, lanHost, host, role, transport, sshPort } = beacon;
  const secure = beacon.gatewayTlsFingerprintSha256;
  return [
    `- ${beacon.displayName ?? beacon.instanceName} (${beacon.domain})`,
    ...(tailnetDns === undefined ? [] : [`  tailnet: ${tailnetDns}`]),
    ...(lanHost === undefined ? [] : [`  lan: ${lanHost}`]),
    ...(host === undefined ? [] : [`  host: ${host}`]),
    `  ws: ${beacon.wsUrl}`,
    ...(role === undefined ? [] : [`  role: ${role}`]),
    ...(transport === undefined ? [] : [`  transport: ${transport}`]),
    ...(beacon.gatewayTls ? [`  tls: yes${secure === undefined ? "" : ` (sha256:${secure})`}`] : []),
    ...(sshPort === undefined
      ? []
      : [
          `  ssh: ssh -N -L 18789:127.0.0.1:18789 <user>@${tailnetDns ?? lanHost ?? host}${sshPort === 22 ? "" : ` -p ${sshPort}`}`,
        ]),
  ];
}

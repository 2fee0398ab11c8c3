import { gatewayPort } from "../call/gateway-target.ts";
import type { CommandContext } from "../run/command-context.ts";
import {
  configuredVariables,
  installAndReport,
  readPort,
  readRuntime,
  serviceToken,
} from "../services/install-service.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayInstallFlags } from "../spec/service-commands.ts";

/** `gateway install`: the Gateway as a background service of this user. */
export async function run(
  { flags }: CommandInput<typeof gatewayInstallFlags>,
  context: CommandContext,
): Promise<number> {
  const { config } = await context.config();
  const runtime = readRuntime(flags.runtime);
  const port = readPort(flags.port) ?? gatewayPort(config, context.env);
  const token = serviceToken(config, context.env, flags.token);
  const warnings =
    token === undefined && (config.gateway?.auth?.mode ?? "token") === "token"
      ? [
          `No Gateway token is configured; the service will not start without one. Run: ${context.hint("openclaw doctor --generate-gateway-token")}`,
        ]
      : [];
  return installAndReport(
    {
      kind: "gateway",
      runtime,
      args: ["gateway", "--port", String(port)],
      port,
      token,
      variables: configuredVariables(config),
      force: flags.force,
    },
    { json: flags.json, warnings },
    context,
  );
}

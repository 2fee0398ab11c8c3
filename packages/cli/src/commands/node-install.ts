import type { CommandContext } from "../run/command-context.ts";
import {
  configuredVariables,
  installAndReport,
  readPort,
  readRuntime,
  serviceToken,
} from "../services/install-service.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { nodeInstallFlags } from "../spec/service-commands.ts";

/** `node install`: the node host of this machine as a background service of this user. */
export async function run({ flags }: CommandInput<typeof nodeInstallFlags>, context: CommandContext): Promise<number> {
  const { config } = await context.config();
  const runtime = readRuntime(flags.runtime);
  const port = readPort(flags.port);
  const option = (name: string, value: string | undefined) => (value?.trim() ? [name, value.trim()] : []);
  const remote = config.gateway?.mode === "remote";
  const args = [
    "node",
    "run",
    ...option("--host", flags.host),
    ...option("--port", port === undefined ? undefined : String(port)),
    ...(flags.tls ? ["--tls"] : []),
    ...option("--tls-fingerprint", flags["tls-fingerprint"]),
    ...option("--node-id", flags["node-id"]),
    ...option("--display-name", flags["display-name"]),
  ];
  return installAndReport(
    {
      kind: "node",
      runtime,
      args,
      // A local secret never goes to another machine's Gateway.
      token: remote ? config.gateway?.remote?.token : serviceToken(config, context.env, undefined),
      variables: configuredVariables(config),
      force: flags.force,
    },
    { json: flags.json, warnings: [] },
    context,
  );
}

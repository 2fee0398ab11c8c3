import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayHealthFlags } from "../spec/gateway-commands.ts";
import { showHealth } from "./show-health.ts";

/** `gateway health`: the health of a Gateway that may be named with flags. */
export async function run(
  { flags }: CommandInput<typeof gatewayHealthFlags>,
  context: CommandContext,
): Promise<undefined> {
  await showHealth(context, {
    url: flags.url,
    token: flags.token,
    password: flags.password,
    "tls-fingerprint": flags["tls-fingerprint"],
    timeoutMs: flags.timeout,
    json: flags.json,
    verbose: false,
  });
}

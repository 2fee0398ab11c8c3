import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { healthFlags } from "../spec/observe-commands.ts";
import { showHealth } from "./show-health.ts";

const leastTimeoutMs = 1000;

/** `health`: the health of the configured Gateway. */
export async function run({ flags }: CommandInput<typeof healthFlags>, context: CommandContext): Promise<undefined> {
  await showHealth(context, {
    timeoutMs: Math.max(leastTimeoutMs, flags.timeout),
    json: flags.json,
    verbose: flags.verbose || flags.debug,
  });
}

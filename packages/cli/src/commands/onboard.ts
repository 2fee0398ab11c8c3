import { onboardOptions } from "../onboarding/onboard-flags.ts";
import { runOnboard } from "../onboarding/run-onboard.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { onboardFlags } from "../spec/onboarding-commands.ts";

/** `onboard`: sets everything up. */
export function run({ flags }: CommandInput<typeof onboardFlags>, context: CommandContext): Promise<number> {
  return runOnboard(onboardOptions(flags), { quiet: flags["non-interactive"], json: flags.json }, context);
}

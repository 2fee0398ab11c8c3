import { saveJob } from "../cron/cron-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronPlainFlags } from "../spec/cron-commands.ts";

/** `cron disable`. */
export function run({ flags, args }: CommandInput<typeof cronPlainFlags>, context: CommandContext): Promise<undefined> {
  return saveJob(flags, context, "cron.update", { id: args[0], patch: { enabled: false } });
}

import { askCron } from "../cron/cron-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronRunFlags } from "../spec/cron-commands.ts";

/** `cron run`: waits for the end of the run. */
export async function run(
  { flags, args }: CommandInput<typeof cronRunFlags>,
  context: CommandContext,
): Promise<undefined> {
  const mode = flags.due && !flags.force ? "due" : "force";
  context.printJson(await askCron(flags, context, "cron.run", { id: args[0], mode }));
}

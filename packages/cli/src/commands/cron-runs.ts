import { askCron } from "../cron/cron-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronRunsFlags } from "../spec/cron-commands.ts";

const defaultLimit = 50;

/** `cron runs`. A limit that is none counts as the usual one. */
export async function run({ flags }: CommandInput<typeof cronRunsFlags>, context: CommandContext): Promise<undefined> {
  const wanted = Number(flags.limit);
  const limit = Number.isSafeInteger(wanted) && wanted >= 1 ? wanted : defaultLimit;
  context.printJson(await askCron(flags, context, "cron.runs", { id: flags.id, limit }));
}

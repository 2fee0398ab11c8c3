import type { CronJob } from "@openclaw/protocol";
import { askCron } from "../cron/cron-call.ts";
import { jobTable } from "../cron/job-table.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronListFlags } from "../spec/cron-commands.ts";

/** `cron list`. */
export async function run({ flags }: CommandInput<typeof cronListFlags>, context: CommandContext): Promise<undefined> {
  const answer = await askCron(flags, context, "cron.list", { includeDisabled: flags.all });
  if (flags.json) {
    context.printJson(answer);
    return;
  }
  const { jobs } = answer as { jobs: CronJob[] };
  if (jobs.length === 0) context.print("No cron jobs.");
  else for (const line of jobTable(jobs, context.now())) context.print(line);
}

import { approvalsTarget } from "../approvals/approvals-target.ts";
import { showApprovals } from "../approvals/show-approvals.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { approvalsGetFlags } from "../spec/approvals-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `approvals get`: shows the file of this machine or of the Gateway's. */
export async function run(
  { flags }: CommandInput<typeof approvalsGetFlags>,
  context: CommandContext,
): Promise<undefined> {
  showApprovals(await approvalsTarget(flags, context).read(), flags.json, context);
}

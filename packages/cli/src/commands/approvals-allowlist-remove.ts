import { approvalsTarget, changeAgent } from "../approvals/approvals-target.ts";
import { showApprovals } from "../approvals/show-approvals.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { approvalsAllowlistFlags } from "../spec/approvals-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `approvals allowlist remove`: takes an entry away. */
export async function run(
  { flags, args }: CommandInput<typeof approvalsAllowlistFlags>,
  context: CommandContext,
): Promise<undefined> {
  const pattern = args[0]?.trim() ?? "";
  if (pattern === "") throw new CliError("Pattern required.");
  const changed = await changeAgent(approvalsTarget(flags, context), flags.agent, (agent) => {
    const kept = agent.allowlist?.filter((entry) => entry.pattern !== pattern) ?? [];
    return kept.length === (agent.allowlist?.length ?? 0) ? undefined : { ...agent, allowlist: kept };
  });
  if (changed === undefined) context.print("Pattern not found.");
  else showApprovals(changed, flags.json, context);
}

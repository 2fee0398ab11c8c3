import { randomUUID } from "node:crypto";
import { approvalsTarget, changeAgent } from "../approvals/approvals-target.ts";
import { showApprovals } from "../approvals/show-approvals.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { approvalsAllowlistFlags } from "../spec/approvals-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `approvals allowlist add`: lets a program run without asking. */
export async function run(
  { flags, args }: CommandInput<typeof approvalsAllowlistFlags>,
  context: CommandContext,
): Promise<undefined> {
  const pattern = args[0]?.trim() ?? "";
  if (pattern === "") throw new CliError("Pattern required.");
  const changed = await changeAgent(approvalsTarget(flags, context), flags.agent, (agent) => {
    const present = agent.allowlist ?? [];
    if (present.some((entry) => entry.pattern === pattern)) return undefined;
    return { ...agent, allowlist: [...present, { id: randomUUID(), pattern }] };
  });
  if (changed === undefined) context.print("Already allowlisted.");
  else showApprovals(changed, flags.json, context);
}

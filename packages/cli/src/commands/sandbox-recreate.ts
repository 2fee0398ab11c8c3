import type { SandboxSelector } from "@openclaw/agent-runtime";
import { normalizeAgentId } from "@openclaw/sessions";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { sandboxRecreateFlags } from "../spec/sandbox-commands.ts";
import { confirm } from "../terminal/confirm.ts";
import { openSandboxes } from "./sandboxes.ts";

/** `sandbox recreate`: removes sandboxes, so that the next use makes them anew. Workspaces stay. */
export async function run(
  { flags }: CommandInput<typeof sandboxRecreateFlags>,
  context: CommandContext,
): Promise<number | undefined> {
  const selector = selectorOf(flags);
  const kind = flags.browser ? "browser" : "sandbox";
  const sandboxes = await openSandboxes(context);
  const selected = await sandboxes.select(selector, kind);
  if (selected.length === 0) {
    context.print("No containers found matching the criteria.");
    return undefined;
  }
  context.print("To be removed:");
  for (const { containerName, sessionKey } of selected) context.print(`  ${containerName} (${sessionKey})`);
  if (!flags.force && !(await confirm("Remove them?", context))) {
    context.print("Nothing was removed.");
    return undefined;
  }
  const results = await sandboxes.recreate(selector, kind);
  const failed = results.filter((result) => result.error !== undefined);
  for (const { name, error } of results) {
    if (error === undefined) context.print(context.style.success(`✓ Removed ${name}`));
    else context.warn(context.errorStyle.error(`✗ Failed to remove ${name}: ${error}`));
  }
  context.print(`Done: ${results.length - failed.length} removed, ${failed.length} failed`);
  return failed.length > 0 ? 1 : undefined;
}

function selectorOf(flags: CommandInput<typeof sandboxRecreateFlags>["flags"]): SandboxSelector {
  const { all, session, agent } = flags;
  const given = [all, session !== undefined, agent !== undefined].filter(Boolean).length;
  if (given > 1) throw new CliError("Please specify only one of: --all, --session, --agent");
  if (session !== undefined) return { sessionKey: session.trim() };
  if (agent !== undefined) return { agentId: normalizeAgentId(agent) };
  if (all) return { all: true };
  throw new CliError("Please specify --all, --session <key>, or --agent <id>");
}

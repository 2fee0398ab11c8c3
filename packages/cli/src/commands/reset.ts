import { planReset, type ResetScope, resetScopes } from "@openclaw/setup/reset";
import { carryOut } from "../removal/carry-out.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { resetFlags } from "../spec/removal-commands.ts";
import { createPrompter, type TerminalPrompter } from "../terminal/prompter.ts";

/** `reset`: erases configuration or state; the program stays. */
export async function run({ flags }: CommandInput<typeof resetFlags>, context: CommandContext): Promise<undefined> {
  const given = flags.scope;
  if (given !== undefined && !isScope(given)) {
    throw new CliError('Invalid --scope. Expected "config", "config+creds+sessions", or "full".', { code: "usage" });
  }
  const silent = flags["non-interactive"];
  if (silent && !flags.yes) throw new CliError("Non-interactive mode requires --yes.", { code: "usage" });
  if (silent && given === undefined) throw new CliError("Non-interactive mode requires --scope.", { code: "usage" });
  const dryRun = flags["dry-run"];
  const prompter =
    silent || (given !== undefined && (flags.yes || dryRun)) ? undefined : createPrompter(context, "Reset cancelled.");
  try {
    const scope = given ?? (await askScope(prompter, context));
    if (scope === undefined) return void context.print("Reset cancelled.");
    if (!flags.yes && !dryRun && !(await agreed(prompter, scope, context)))
      return void context.print("Reset cancelled.");
    const { config } = await context.config();
    const plan = planReset(scope, { paths: context.paths, config, env: context.env });
    await carryOut(plan, { service: plan.stopService ? "stop" : "none", dryRun }, context);
    context.print(`Next: ${context.hint("openclaw onboard --install-daemon")}`);
  } finally {
    prompter?.close();
  }
}

function isScope(text: string): text is ResetScope {
  return resetScopes.some((scope) => scope === text);
}

async function askScope(
  prompter: TerminalPrompter | undefined,
  context: CommandContext,
): Promise<ResetScope | undefined> {
  mustAsk(context);
  const chosen = await prompter?.select({
    message: "What shall be erased?",
    options: [
      { value: "config", label: "Config only" },
      { value: "config+creds+sessions", label: "Config + credentials + sessions" },
      { value: "full", label: "Full reset", hint: "state directory and workspaces too" },
    ],
  });
  return chosen !== undefined && isScope(chosen) ? chosen : undefined;
}

async function agreed(
  prompter: TerminalPrompter | undefined,
  scope: ResetScope,
  context: CommandContext,
): Promise<boolean> {
  mustAsk(context);
  return (await prompter?.confirm({ message: `Erase (${scope})? This cannot be undone.` })) ?? false;
}

/** @throws CliError where nobody can answer */
export function mustAsk({ stdin }: Pick<CommandContext, "stdin">): void {
  if (stdin.isTTY === true) return;
  throw new CliError("There is no terminal to ask on. Use --non-interactive with --yes.", { code: "no-terminal" });
}

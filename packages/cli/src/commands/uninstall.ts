import { planUninstall, type UninstallSelection } from "@openclaw/setup/reset";
import { carryOut } from "../removal/carry-out.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { uninstallFlags } from "../spec/removal-commands.ts";
import { createPrompter, type TerminalPrompter } from "../terminal/prompter.ts";
import { mustAsk } from "./reset.ts";

/** `uninstall`: removes service, state, workspaces or the app; the program itself stays. */
export async function run({ flags }: CommandInput<typeof uninstallFlags>, context: CommandContext): Promise<undefined> {
  const { service, state, workspace, app, all } = flags;
  const given = service || state || workspace || app || all;
  const silent = flags["non-interactive"];
  if (silent && !given) {
    throw new CliError("Non-interactive mode requires explicit scopes (use --all).", { code: "usage" });
  }
  if (silent && !flags.yes) throw new CliError("Non-interactive mode requires --yes.", { code: "usage" });
  const dryRun = flags["dry-run"];
  const prompter = silent || (given && (flags.yes || dryRun)) ? undefined : createPrompter(context);
  try {
    const selection = given
      ? { service: service || all, state: state || all, workspace: workspace || all, app: app || all }
      : await askSelection(prompter, context);
    if (!Object.values(selection).includes(true)) return void context.print("Nothing selected.");
    if (!flags.yes && !dryRun) {
      mustAsk(context);
      const sure = await prompter?.confirm({ message: "Remove what was selected? This cannot be undone." });
      if (!sure) return void context.print("Uninstall cancelled.");
    }
    const { config } = await context.config();
    const plan = planUninstall(selection, { paths: context.paths, config, env: context.env }, process.platform);
    const step = selection.service ? "remove" : plan.stopService ? "stop" : "none";
    await carryOut(plan, { service: step, dryRun }, context);
    context.print("CLI still installed. Remove via npm/pnpm if desired.");
  } finally {
    prompter?.close();
  }
}

async function askSelection(
  prompter: TerminalPrompter | undefined,
  context: CommandContext,
): Promise<UninstallSelection> {
  mustAsk(context);
  const ask = async (message: string, initial: boolean) => (await prompter?.confirm({ message, initial })) ?? false;
  return {
    service: await ask("Remove the Gateway service?", true),
    state: await ask("Remove state and configuration?", false),
    workspace: await ask("Remove the workspaces?", false),
    app: process.platform === "darwin" ? await ask("Remove the app?", false) : false,
  };
}

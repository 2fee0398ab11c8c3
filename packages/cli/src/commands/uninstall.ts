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
  const prompter =
    silent || (given && (flags.yes || dryRun)) ? undefined : createPrompter(context, "Uninstall cancelled.");
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
  const chosen = await prompter?.multiselect({
    message: "What shall be removed?",
    options: [
      { value: "service", label: "Gateway service" },
      { value: "state", label: "State and configuration", hint: "sessions, logins, secrets" },
      { value: "workspace", label: "Workspaces", hint: "files of the agents" },
      ...(process.platform === "darwin" ? [{ value: "app", label: "macOS app" }] : []),
    ],
    initial: ["service"],
  });
  const has = (name: string) => chosen?.includes(name) ?? false;
  return { service: has("service"), state: has("state"), workspace: has("workspace"), app: has("app") };
}

import path from "node:path";
import { type CompletionShell, completionScript, completionShells } from "../completion/completion-script.ts";
import { addToProfile, shellProfile, writeCompletionFiles } from "../completion/install-completion.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { completionFlags } from "../spec/completion-commands.ts";
import { confirm } from "../terminal/confirm.ts";

/** `completion`: prints the script of a shell, keeps the scripts below the state directory, or loads one in a profile. */
export async function run(
  { flags }: CommandInput<typeof completionFlags>,
  context: CommandContext,
): Promise<undefined> {
  const places = await context.completionPlaces();
  const { stateDir } = context.paths;
  if (flags["write-state"]) {
    await writeCompletionFiles(stateDir, flags.shell ? [flags.shell] : completionShells, places);
    if (!flags.install) return;
  }
  if (!flags.install) {
    context.stdout.write(completionScript(flags.shell ?? "zsh", places));
    return;
  }
  const shell = flags.shell ?? shellInUse(context.env);
  const profile = shellProfile(shell, context.paths.home);
  if (profile === undefined) throw new CliError(`Automated installation not supported for ${shell} yet.`);
  const shown = context.shorten(profile);
  if (!flags.yes && !(await confirm(`Load the completion in ${shown}?`, context, "--yes"))) {
    return void context.print("Nothing was changed.");
  }
  const script = (await writeCompletionFiles(stateDir, [shell], places)).get(shell) ?? "";
  const changed = await addToProfile(profile, script);
  context.print(
    changed
      ? `Completion installed. Restart your shell or run: source ${shown}`
      : `Completion already installed in ${shown}`,
  );
}

/** @throws CliError when it has no completion */
function shellInUse(env: NodeJS.ProcessEnv): CompletionShell {
  const name = path.basename(env.SHELL ?? "");
  const shell = completionShells.find((each) => each === name);
  if (shell !== undefined) return shell;
  throw new CliError([
    name === "" ? "SHELL does not say which shell you use." : `There is no completion for ${name}.`,
    `Name one with --shell: ${completionShells.join(", ")}.`,
  ]);
}

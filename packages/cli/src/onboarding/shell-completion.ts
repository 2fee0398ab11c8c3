import path from "node:path";
import { completionShells } from "../completion/completion-script.ts";
import { addToProfile, shellProfile, writeCompletionFiles } from "../completion/install-completion.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Has the shell in use complete our commands; a line that tells what came of it. */
export async function installForShell(context: CommandContext): Promise<string> {
  const { env, paths, shorten } = context;
  const shell = completionShells.find((each) => each === path.basename(env.SHELL ?? ""));
  const profile = shell && shellProfile(shell, paths.home);
  if (!shell || !profile) return "Shell completion: SHELL names none that it is made for.";
  const places = await context.completionPlaces();
  const script = (await writeCompletionFiles(paths.stateDir, [shell], places)).get(shell) ?? "";
  const changed = await addToProfile(profile, script);
  return changed
    ? `Completion installed. Restart your shell or run: source ${shorten(profile)}`
    : `Completion already installed in ${shorten(profile)}`;
}

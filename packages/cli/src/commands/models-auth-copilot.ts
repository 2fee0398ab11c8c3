import { openModels } from "../models/open-models.ts";
import { signIn } from "../models/sign-in.ts";
import { storeSignIn } from "../models/store-credential.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsCopilotFlags } from "../spec/models-commands.ts";
import { createPrompter } from "../terminal/prompter.ts";

/** `models auth login-github-copilot`: signs in to GitHub with a code. */
export async function run(
  { flags }: CommandInput<typeof modelsCopilotFlags>,
  context: CommandContext,
): Promise<undefined> {
  if (context.stdin.isTTY !== true) throw new CliError("github-copilot login requires an interactive TTY.");
  const { builtinProviderAuths } = await import("@openclaw/models/auth");
  const method = builtinProviderAuths.find(({ id }) => id === "github-copilot")?.auth[0];
  if (!method) throw new Error("the sign-in of GitHub Copilot is not built in");
  const local = await openModels(context);
  const profileId = flags["profile-id"].trim() || "github-copilot:github";
  const prompter = createPrompter(context);
  try {
    const exists = local.credentials.store(local.agentId).read().profiles.has(profileId);
    const question = { message: `Auth profile "${profileId}" exists. Replace it?` };
    if (exists && !flags.yes && !(await prompter.confirm(question))) {
      context.print("Nothing was changed.");
      return;
    }
    const result = await signIn(method, local, context, prompter);
    const profiles = result.profiles.map(({ credential }) => ({ profileId, credential }));
    await storeSignIn({ ...result, profiles }, local, context);
  } finally {
    prompter.close();
  }
}

import { openModels } from "../models/open-models.ts";
import { signIn } from "../models/sign-in.ts";
import { storeSignIn } from "../models/store-credential.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsSetupTokenFlags } from "../spec/models-commands.ts";
import { createPrompter } from "../terminal/prompter.ts";

/** `models auth setup-token`: keeps the token of a Claude subscription. */
export async function run(
  { flags }: CommandInput<typeof modelsSetupTokenFlags>,
  context: CommandContext,
): Promise<undefined> {
  if (flags.provider.trim().toLowerCase() !== "anthropic") {
    throw new CliError("Only --provider anthropic is supported for setup-token.");
  }
  if (context.stdin.isTTY !== true) throw new CliError("setup-token requires an interactive TTY.");
  const { builtinProviderAuths } = await import("@openclaw/models/auth");
  const method = builtinProviderAuths.find(({ id }) => id === "anthropic")?.auth.find(({ id }) => id === "setup-token");
  if (!method) throw new Error("the setup-token sign-in is not built in");
  const local = await openModels(context);
  const prompter = createPrompter(context);
  try {
    if (!flags.yes && !(await prompter.confirm({ message: "Have you run `claude setup-token`?", initial: true }))) {
      context.print("Run `claude setup-token` on any machine, then this command again.");
      return;
    }
    await storeSignIn(await signIn(method, local, context, prompter), local, context);
  } finally {
    prompter.close();
  }
}

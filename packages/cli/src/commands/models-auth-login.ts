import { openModels } from "../models/open-models.ts";
import { signIn } from "../models/sign-in.ts";
import { offerDefault, storeSignIn } from "../models/store-credential.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsAuthLoginFlags } from "../spec/models-commands.ts";
import { createPrompter } from "../terminal/prompter.ts";

/** `models auth login`: signs in to a provider in the way it offers. */
export async function run(
  { flags }: CommandInput<typeof modelsAuthLoginFlags>,
  context: CommandContext,
): Promise<undefined> {
  if (context.stdin.isTTY !== true) throw new CliError("models auth login requires an interactive TTY.");
  const { builtinProviderAuths, withLoginImports } = await import("@openclaw/models/auth");
  const local = await openModels(context);
  const { pluginAuths } = await import("../models/plugin-auths.ts");
  const ofPlugins = await pluginAuths(context);
  // A plugin takes the place of a built-in sign-in of the same provider, as its models do.
  const places = { home: context.paths.home, env: context.env, platform: process.platform, spawn: context.spawn };
  const builtin = builtinProviderAuths.filter(({ id }) => !ofPlugins.some((each) => each.id === id));
  const auths = [...builtin.map((auth) => withLoginImports(auth, places)), ...ofPlugins];
  if (auths.length === 0) {
    throw new CliError("No provider plugins found. Install one via `openclaw plugins install`.");
  }
  const wanted = flags.provider?.trim().toLowerCase();
  const prompter = createPrompter(context);
  const choose = async <T extends { id: string; label: string }>(message: string, all: readonly T[]) => {
    const id = await prompter.select({ message, options: all.map((each) => ({ value: each.id, label: each.label })) });
    return all.find((each) => each.id === id);
  };
  try {
    const auth =
      wanted === undefined
        ? await choose("Provider", auths)
        : auths.find(({ id, aliases = [] }) => id === wanted || aliases.includes(wanted));
    if (!auth) throw new CliError("Unknown provider. Use --provider <id> to pick a provider plugin.");
    const method =
      flags.method === undefined
        ? auth.auth.length > 1
          ? await choose("Auth method", auth.auth)
          : auth.auth[0]
        : auth.auth.find(({ id }) => id === flags.method);
    if (!method) throw new CliError("Unknown auth method. Use --method <id> to select one.");
    const result = await signIn(method, local, context, prompter);
    await storeSignIn(result, local, context);
    const primary = local.config.agents?.defaults?.model?.primary;
    // A subscription takes the place of the same company's keys, as both are meant to be one choice.
    const replaces = auth.id === "openai-codex" && (primary === undefined || primary.startsWith("openai/"));
    await offerDefault(result.defaultModel, local, { set: flags["set-default"] || replaces }, context);
  } finally {
    prompter.close();
  }
}

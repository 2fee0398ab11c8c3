import { type AuthResult, formatModelRef } from "@openclaw/models";
import { FileLockedError } from "@openclaw/storage";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { allowModels, patchConfig } from "./edit-models.ts";
import type { LocalModels } from "./open-models.ts";

/** Words a store that another process keeps locked. */
export async function lockBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FileLockedError)) throw error;
    throw new CliError("Failed to update auth-profiles.json (lock busy?).", { code: error.code, cause: error });
  }
}

/**
 * Stores what a sign-in came to: the secrets in the agent's file, their names in the configuration. A profile that is new
 * goes first in an order that is there already; no order is made.
 */
export async function storeSignIn(
  result: AuthResult,
  { credentials, agentId, config }: LocalModels,
  context: CommandContext,
): Promise<void> {
  await lockBusy(
    credentials.store(agentId).update((draft) => {
      for (const { profileId, credential } of result.profiles) draft.setProfile(profileId, credential);
    }),
  );
  const { signInConfig } = await import("@openclaw/models/auth");
  const { auth } = signInConfig(result.profiles, config.auth?.order);
  await patchConfig({ ...result.configPatch, auth }, context);
  context.print(`Updated ${context.shorten(context.paths.configPath)}`);
  for (const { profileId, credential } of result.profiles) {
    context.print(`Auth profile: ${profileId} (${credential.provider}/${credential.type})`);
  }
}

/** Makes a model the default, or says how that is done. */
export async function offerDefault(
  model: string | undefined,
  { models }: LocalModels,
  options: { set: boolean },
  context: CommandContext,
): Promise<void> {
  const ref = model === undefined ? undefined : models.canonical(model);
  if (!ref) return;
  const key = formatModelRef(ref);
  if (!options.set) {
    context.print(`Default model available: ${key} (use --set-default to apply)`);
    return;
  }
  const { patch, note } = await allowModels([ref], context);
  await patchConfig({ agents: { defaults: { model: { primary: key }, models: patch } } }, context);
  context.print(`Default model set to ${key}`);
  if (note !== undefined) context.print(note);
}

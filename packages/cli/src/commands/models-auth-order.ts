import path from "node:path";
import { openModels } from "../models/open-models.ts";
import { lockBusy } from "../models/store-credential.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsOrderFlags, modelsOrderGetFlags } from "../spec/models-commands.ts";

async function open(flags: { provider: string | undefined; agent: string | undefined }, context: CommandContext) {
  if (!flags.provider?.trim()) throw new CliError("Missing --provider.");
  const local = await openModels(context, flags.agent);
  const provider = local.models.canonical(`${flags.provider}/x`)?.provider ?? flags.provider.trim().toLowerCase();
  return { ...local, provider, store: local.credentials.store(local.agentId) };
}

/** `models auth order get`: the order this agent keeps for a provider. */
export const get = {
  async run({ flags }: CommandInput<typeof modelsOrderGetFlags>, context: CommandContext): Promise<undefined> {
    const { agentId, agentDir, provider, store } = await open(flags, context);
    const order = store.read().order[provider] ?? null;
    if (flags.json) return void context.printJson({ agentId, agentDir, provider, authStorePath: store.path, order });
    context.print(`Agent: ${agentId}`);
    context.print(`Provider: ${provider}`);
    context.print(`Auth file: ${context.shorten(store.path)}`);
    context.print(`Order override: ${order?.join(", ") ?? "(none)"}`);
  },
};

/** `models auth order set`. */
export const set = {
  async run({ flags, args }: CommandInput<typeof modelsOrderFlags>, context: CommandContext): Promise<undefined> {
    const { agentId, provider, store, credentials, models } = await open(flags, context);
    const ids = args.map((id) => id.trim()).filter(Boolean);
    if (ids.length === 0) throw new CliError("Missing profile ids. Provide one or more profile ids.");
    const { profiles } = credentials.profiles(agentId);
    for (const id of ids) {
      const credential = profiles.get(id);
      if (!credential) {
        throw new CliError(`Auth profile "${id}" not found in ${context.shorten(path.dirname(store.path))}.`);
      }
      const own = models.canonical(`${credential.provider}/x`)?.provider ?? credential.provider;
      if (own !== provider) throw new CliError(`Auth profile "${id}" is for ${own}, not ${provider}.`);
    }
    await lockBusy(store.update((draft) => draft.setOrder(provider, ids)));
    context.print(`Agent: ${agentId}`);
    context.print(`Provider: ${provider}`);
    context.print(`Order override: ${ids.join(", ")}`);
  },
};

/** `models auth order clear`. */
export const clear = {
  async run({ flags }: CommandInput<typeof modelsOrderFlags>, context: CommandContext): Promise<undefined> {
    const { agentId, provider, store } = await open(flags, context);
    if (store.exists()) await lockBusy(store.update((draft) => draft.setOrder(provider, undefined)));
    context.print(`Agent: ${agentId}`);
    context.print(`Provider: ${provider}`);
    context.print("Cleared per-agent order override.");
  },
};

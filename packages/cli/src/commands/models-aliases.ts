import { formatModelRef, sameModelRef } from "@openclaw/models";
import { patchConfig } from "../models/edit-models.ts";
import { openModels, readReference, refuseJsonAndPlain } from "../models/open-models.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

type ListInput = { flags: { json: boolean; plain: boolean } };

/** `models aliases list`: the short names in force. */
export const list = {
  async run({ flags }: ListInput, context: CommandContext): Promise<undefined> {
    refuseJsonAndPlain(flags);
    const { models } = await openModels(context);
    const aliases = models.aliases().map(({ alias, ref }) => [alias, formatModelRef(ref)] as const);
    if (flags.json) return void context.printJson({ aliases: Object.fromEntries(aliases) });
    if (flags.plain) {
      for (const [alias, key] of aliases) context.print(`${alias} ${key}`);
      return;
    }
    if (aliases.length === 0) return void context.print("No aliases configured.");
    context.print(`Aliases (${aliases.length}):`);
    for (const [alias, key] of aliases) context.print(`- ${alias} -> ${key}`);
  },
};

/** `models aliases add`. */
export const add = {
  async run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
    const alias = (args[0] ?? "").trim();
    if (!alias) throw new CliError("Alias cannot be empty.");
    if (!/^[A-Za-z0-9_.:-]+$/.test(alias)) {
      throw new CliError("Alias must use letters, numbers, dots, underscores, colons, or dashes.");
    }
    const { models } = await openModels(context);
    const ref = readReference(args[1] ?? "", models);
    const key = formatModelRef(ref);
    const taken = models.aliases().find((entry) => entry.alias.toLowerCase() === alias.toLowerCase());
    if (taken && !sameModelRef(taken.ref, ref)) {
      throw new CliError(`Alias ${alias} already points to ${formatModelRef(taken.ref)}.`);
    }
    await patchConfig({ agents: { defaults: { models: { [key]: { alias } } } } }, context);
    context.print(`Updated ${context.shorten(context.paths.configPath)}`);
    context.print(`Alias ${alias} -> ${key}`);
  },
};

/** `models aliases remove`. */
export const remove = {
  async run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
    const wanted = (args[0] ?? "").trim();
    const { models, config } = await openModels(context);
    const found = models.aliases().find(({ alias }) => alias.toLowerCase() === wanted.toLowerCase());
    if (!found) throw new CliError(`Alias not found: ${wanted}`);
    const key = Object.keys(config.agents?.defaults?.models ?? {}).find((text) => {
      const ref = models.canonical(text);
      return ref !== undefined && sameModelRef(ref, found.ref);
    });
    if (key === undefined) throw new CliError(`Alias not found: ${wanted}`);
    // A shorthand that comes with its model is taken away by an empty alias.
    const own = config.agents?.defaults?.models?.[key]?.alias !== undefined;
    await patchConfig({ agents: { defaults: { models: { [key]: { alias: own ? null : "" } } } } }, context);
    context.print(`Updated ${context.shorten(context.paths.configPath)}`);
    context.print(`Alias removed: ${found.alias}`);
  },
};

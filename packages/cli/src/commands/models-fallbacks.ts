import { formatModelRef, type Models, sameModelRef } from "@openclaw/models";
import { patchDefaults } from "../models/edit-models.ts";
import { openModels, readReference, refuseJsonAndPlain } from "../models/open-models.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

type ListInput = { flags: { json: boolean; plain: boolean } };

function commands(key: "model" | "imageModel", names: { list: string; one: string; cleared: string }) {
  const read = async (context: CommandContext) => {
    const { config, models } = await openModels(context);
    const choice = config.agents?.defaults?.[key];
    const stored = typeof choice === "object" ? (choice.fallbacks ?? []) : [];
    return { models, stored: stored.map((text) => canonicalText(text, models)) };
  };
  const print = (fallbacks: readonly string[], context: CommandContext) =>
    context.print(`${names.list}: ${fallbacks.join(", ") || "none"}`);

  return {
    list: {
      async run({ flags }: ListInput, context: CommandContext): Promise<undefined> {
        refuseJsonAndPlain(flags);
        const { stored } = await read(context);
        if (flags.json) return void context.printJson({ fallbacks: stored });
        if (flags.plain) {
          for (const fallback of stored) context.print(fallback);
          return;
        }
        context.print(`${names.list} (${stored.length}):`);
        for (const fallback of stored.length > 0 ? stored : ["none"]) context.print(`- ${fallback}`);
      },
    },
    add: {
      async run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
        const { models, stored } = await read(context);
        const ref = readReference(args[0] ?? "", models);
        const name = formatModelRef(ref);
        if (stored.includes(name)) return print(stored, context) as undefined;
        const next = [...stored, name];
        await patchDefaults({ [key]: { fallbacks: next } }, [ref], context);
        print(next, context);
      },
    },
    remove: {
      async run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
        const { models, stored } = await read(context);
        const ref = readReference(args[0] ?? "", models);
        const name = formatModelRef(ref);
        const next = stored.filter((text) => {
          const other = models.canonical(text);
          return other === undefined || !sameModelRef(other, ref);
        });
        if (next.length === stored.length) throw new CliError(`${names.one} not found: ${name}`);
        await patchDefaults({ [key]: { fallbacks: next } }, [], context);
        print(next, context);
      },
    },
    clear: {
      async run(_input: CommandInput, context: CommandContext): Promise<undefined> {
        await patchDefaults({ [key]: { fallbacks: [] } }, [], context);
        context.print(names.cleared);
      },
    },
  };
}

function canonicalText(text: string, models: Models): string {
  const ref = models.canonical(text);
  return ref ? formatModelRef(ref) : text;
}

/** `models fallbacks …`. */
export const text = commands("model", { list: "Fallbacks", one: "Fallback", cleared: "Fallback list cleared." });
/** `models image-fallbacks …`. */
export const image = commands("imageModel", {
  list: "Image fallbacks",
  one: "Image fallback",
  cleared: "Image fallback list cleared.",
});

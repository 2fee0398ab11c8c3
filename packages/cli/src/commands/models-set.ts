import { formatModelRef } from "@openclaw/models";
import { patchDefaults } from "../models/edit-models.ts";
import { openModels, readReference } from "../models/open-models.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput, CommandModule } from "../spec/command-spec.ts";

function command(key: "model" | "imageModel", label: string): CommandModule {
  return {
    async run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
      const { models } = await openModels(context);
      const ref = readReference(args[0] ?? "", models);
      const name = formatModelRef(ref);
      const known = await models.list({ all: true, known: true });
      if (!known.some(({ provider, id }) => provider === ref.provider && id === ref.model)) {
        context.warn(`Warning: ${name} is not in the catalogue; it is sent to its provider as it is.`);
      }
      await patchDefaults({ [key]: { primary: name } }, [ref], context);
      context.print(`${label}: ${name}`);
    },
  };
}

/** `models set`: the model of agents that name none. */
export const setText = command("model", "Default model");
/** `models set-image`: who is asked about images when the model itself cannot see. */
export const setImage = command("imageModel", "Image model");

import { withInstallContext } from "../plugins/install-context.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { asCliError } from "./config-failure.ts";

/** `plugins disable`: switches a plugin off, also one whose settings keep the configuration from being valid. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  const [id = ""] = args;
  await withInstallContext(context, async ({ source }, store) => {
    if (!source.manifests(store.snapshot().config).some((manifest) => manifest.id === id)) {
      throw new CliError(`Plugin not found: ${id}`, { code: "not-found" });
    }
    try {
      await store.set(["plugins", "entries", id, "enabled"], false);
    } catch (error) {
      throw asCliError(error);
    }
    context.print(`Disabled plugin "${id}". Restart the gateway to apply.`);
  });
}

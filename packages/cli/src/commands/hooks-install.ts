import { installHooks, linkedHooks } from "@openclaw/automation";
import { recordInstall, withHookInstaller } from "../hooks/hook-installer.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { hooksInstallFlags } from "../spec/hooks-commands.ts";
import { editConfig } from "./edit-config.ts";

/** `hooks install`: brings hooks here, or links the folder they are in. */
export async function run(
  { flags, args }: CommandInput<typeof hooksInstallFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [given = ""] = args;
  await withHookInstaller(context, async (installer) => {
    if (flags.link) {
      const dir = linkedHooks(given, installer);
      const { config } = await context.config();
      const extraDirs = [...new Set([...(config.hooks?.internal?.load?.extraDirs ?? []), dir])];
      await editConfig(context, (store) =>
        store.patch({ patch: { hooks: { internal: { enabled: true, load: { extraDirs } } } } }),
      );
      context.print(`Linked hook path: ${dir}`);
    } else {
      const installed = await installHooks(given, installer);
      await recordInstall(installed, context);
      context.print(`Installed hooks: ${installed.hooks.join(", ")}`);
    }
    context.print("Restart the gateway to load hooks.");
  });
}

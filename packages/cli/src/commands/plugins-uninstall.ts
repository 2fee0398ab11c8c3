import { uninstallPlugin } from "@openclaw/plugins/install";
import { withInstallContext } from "../plugins/install-context.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { pluginsUninstallFlags } from "../spec/plugins-commands.ts";

/** `plugins uninstall`: removes what was installed of a plugin, and its place in the configuration. */
export async function run(
  { flags, args }: CommandInput<typeof pluginsUninstallFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [id = ""] = args;
  await withInstallContext(context, (install) => uninstallPlugin(id, { keepConfig: flags["keep-config"] }, install));
}

import { updatePlugins } from "@openclaw/plugins/install";
import { withInstallContext } from "../plugins/install-context.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { pluginsUpdateFlags } from "../spec/plugins-commands.ts";

/** `plugins update`: brings plugins that came from npm up to date. */
export async function run(
  { flags, args }: CommandInput<typeof pluginsUpdateFlags>,
  context: CommandContext,
): Promise<number> {
  const options = { id: args[0], all: flags.all, dryRun: flags["dry-run"] };
  const { failed } = await withInstallContext(context, (install) => updatePlugins(options, install));
  return failed ? 1 : 0;
}

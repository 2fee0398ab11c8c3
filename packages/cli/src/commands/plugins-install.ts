import { installPlugin } from "@openclaw/plugins/install";
import { withInstallContext } from "../plugins/install-context.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { pluginsInstallFlags } from "../spec/plugins-commands.ts";

/** `plugins install`: brings a plugin here, or links the folder it is in. */
export async function run(
  { flags, args }: CommandInput<typeof pluginsInstallFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [spec = ""] = args;
  await withInstallContext(context, (install) => installPlugin(spec, { link: flags.link }, install));
}

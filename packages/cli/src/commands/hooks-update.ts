import { installHooks } from "@openclaw/automation";
import { recordInstall, withHookInstaller } from "../hooks/hook-installer.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { hooksUpdateFlags } from "../spec/hooks-commands.ts";

/** `hooks update`: newer versions of what came from npm. */
export async function run(
  { flags, args }: CommandInput<typeof hooksUpdateFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { config } = await context.config();
  const installs = config.hooks?.internal?.installs ?? {};
  const [named] = args;
  const ids = flags.all ? Object.keys(installs) : named === undefined ? [] : [named];
  if (!flags.all && named === undefined) throw new CliError("Provide a hook id or use --all.");
  await withHookInstaller(context, async (installer, npm) => {
    for (const id of ids) {
      const record = installs[id];
      if (record === undefined) throw new CliError(`No install record for "${id}".`);
      const { source, spec, version: before = "unknown" } = record;
      if (source !== "npm" || spec === undefined) {
        context.print(`Skipping "${id}" (source: ${source}).`);
        continue;
      }
      const after = await npm.version(spec);
      if (after === before) {
        context.print(`${id} is up to date (${before}).`);
      } else if (flags["dry-run"]) {
        context.print(`Would update ${id}: ${before} → ${after}.`);
      } else {
        const installed = await installHooks(spec, installer, { replaces: id });
        await recordInstall(installed, context);
        context.print(`Updated ${id}: ${before} → ${installed.version ?? after}.`);
      }
    }
  });
}

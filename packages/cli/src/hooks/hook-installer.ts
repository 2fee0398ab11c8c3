import path from "node:path";
import { HookInstallError, type HookInstaller, type InstalledHooks } from "@openclaw/automation";
import { createNpm, extractArchive, type Npm, PluginInstallError, systemRunProgram } from "@openclaw/plugins/install";
import { editConfig } from "../commands/edit-config.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Does something with what installs hooks. @throws CliError with the text of what kept it from being done */
export async function withHookInstaller<T>(
  { paths, cwd, env }: CommandContext,
  work: (installer: HookInstaller, npm: Npm) => Promise<T>,
): Promise<T> {
  const npm = createNpm({ run: systemRunProgram, env, cwd });
  const managedDir = path.join(paths.stateDir, "hooks");
  try {
    return await work({ managedDir, cwd, home: paths.home, npm, extract: extractArchive }, npm);
  } catch (error) {
    if (error instanceof HookInstallError || error instanceof PluginInstallError) {
      throw new CliError(error.message, { code: "hook-install", cause: error });
    }
    throw error;
  }
}

/** Switches installed hooks on and notes where they came from. */
export async function recordInstall(installed: InstalledHooks, context: CommandContext): Promise<void> {
  const { id, hooks, ...record } = installed;
  const entries = Object.fromEntries(hooks.map((name) => [name, { enabled: true }]));
  const installs = { [id]: { ...record, installedAt: new Date(context.now()).toISOString(), hooks } };
  await editConfig(context, (store) =>
    store.patch({ patch: { hooks: { internal: { enabled: true, entries, installs } } } }),
  );
}

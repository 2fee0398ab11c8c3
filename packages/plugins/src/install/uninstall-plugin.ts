import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isInside } from "../discovery/plugin-candidates.ts";
import { PluginInstallError } from "./install-error.ts";
import type { InstallContext } from "./install-plugin.ts";
import { removingPatch, writePluginsPatch } from "./plugin-config-edits.ts";

/**
 * Takes a plugin out of the configuration and removes what was installed of it; what lies elsewhere stays.
 * @throws PluginInstallError for a plugin that is nowhere
 */
export async function uninstallPlugin(
  id: string,
  options: { keepConfig: boolean },
  context: InstallContext,
): Promise<void> {
  const { config } = context.store.snapshot();
  const record = config.plugins?.installs?.[id];
  const own = join(context.extensionsDir, id);
  const found = context.source.discover(config).plugins.some(({ manifest }) => manifest.id === id);
  if (!record && !found && !config.plugins?.entries?.[id]) {
    throw new PluginInstallError("not-found", `Plugin not found: ${id}`);
  }
  const loadPath = record?.source === "path" && record.installPath !== own ? record.installPath : undefined;
  const remove = existsSync(own) && isInside(context.extensionsDir, own);
  const patch = removingPatch(config, id, { keepEntry: options.keepConfig, loadPath });
  await writePluginsPatch(context.store, patch);
  if (remove) await rm(own, { recursive: true, force: true });
  context.source.forget();
  context.print(`Uninstalled plugin: ${id}`);
  context.print("Restart the gateway to apply.");
}

import { pluginStates } from "@openclaw/config";
import { enablingPatch, isMemory, writePluginsPatch } from "@openclaw/plugins/install";
import { withInstallContext } from "../plugins/install-context.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `plugins enable`: switches a plugin on. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  const [id = ""] = args;
  await withInstallContext(context, async ({ source, warn }, store) => {
    const { config } = store.snapshot();
    const manifest = source.manifests(config).find((candidate) => candidate.id === id);
    if (!manifest) throw new CliError(`Plugin not found: ${id}`, { code: "not-found" });
    // Only an installation takes a plugin into an allow list: here its user has left it out.
    const { allow: _unchanged, ...patch } = enablingPatch(config, manifest, { enabled: true });
    await writePluginsPatch(store, patch);
    const replaced = config.plugins?.slots?.memory ?? "memory-core";
    if (isMemory(manifest) && replaced !== id) warn(`The memory slot now belongs to "${id}" instead of "${replaced}".`);
    context.print(`Enabled plugin "${id}". Restart the gateway to apply.`);
    const state = pluginStates(source.manifests(store.snapshot().config), store.snapshot().config).get(id);
    if (state?.enabled === false) context.print(`Note: ${id} stays disabled: ${state.reason}`);
  });
}

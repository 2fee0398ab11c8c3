import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import type { ChannelRegistration } from "@openclaw/plugins";
import type { Discovery } from "@openclaw/plugins/discovery";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { openRegistry } from "./open-registry.ts";

/**
 * Loads one plugin as if it were switched on, for its channel; nothing of it is started.
 * @throws CliError when it cannot be loaded or has no such channel
 */
export async function loadPluginChannel(
  { pluginId, id }: { pluginId: string; id: string },
  discovery: Discovery,
  config: OpenClawConfig,
  context: CommandContext,
): Promise<ChannelRegistration> {
  const { registry } = await openRegistry(context, "error", {
    discovery,
    config: withPluginOn(config, pluginId),
    wanted: ({ manifest }) => manifest.id === pluginId,
    // What goes wrong is told by whoever asked.
    log: silentLog,
  });
  const record = registry.records.find((each) => each.id === pluginId && each.status !== "disabled");
  const found = registry.channels.find((each) => each.pluginId === pluginId && each.id === id);
  if (found !== undefined) return found;
  throw new CliError(`The plugin ${pluginId} has no channel ${id}: ${record?.error ?? "it registered none"}`);
}

/** The configuration as it would be with a plugin switched on, whatever keeps it off now. */
function withPluginOn(config: OpenClawConfig, pluginId: string): OpenClawConfig {
  const { allow: _, deny: __, ...plugins } = config.plugins ?? {};
  const entries = { ...plugins.entries, [pluginId]: { ...plugins.entries?.[pluginId], enabled: true } };
  return { ...config, plugins: { ...plugins, enabled: true, entries } };
}

import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import type { Channel } from "@openclaw/plugin-sdk";
import { adaptForeignChannel, type ChannelRegistration, isStartable } from "@openclaw/plugins";
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

/** The channel of a plugin that is here, as commands use it that need no Gateway; undefined where there is none. */
export async function pluginChannel(name: string, context: CommandContext): Promise<Channel | undefined> {
  const { config } = await context.config();
  const discovery = (await context.plugins()).discover(config);
  for (const { manifest, overriddenBy } of discovery.plugins) {
    if (overriddenBy !== undefined || manifest.problem !== undefined) continue;
    const wanted = manifest.channelAliases?.[name] ?? name;
    if (!manifest.channels?.includes(wanted)) continue;
    const { id, channel, dock } = await loadPluginChannel(
      { pluginId: manifest.id, id: wanted },
      discovery,
      config,
      context,
    );
    if (isStartable(channel)) return channel;
    // Nothing arrives where nothing is started.
    return adaptForeignChannel(
      { id, channel, dock },
      { config: () => config, receiver: () => undefined, receiversIn: () => [] },
    );
  }
  return undefined;
}

/** The configuration as it would be with a plugin switched on, whatever keeps it off now. */
function withPluginOn(config: OpenClawConfig, pluginId: string): OpenClawConfig {
  const { allow: _, deny: __, ...plugins } = config.plugins ?? {};
  const entries = { ...plugins.entries, [pluginId]: { ...plugins.entries?.[pluginId], enabled: true } };
  return { ...config, plugins: { ...plugins, enabled: true, entries } };
}

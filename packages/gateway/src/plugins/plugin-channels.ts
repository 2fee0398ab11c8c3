import type { Logger } from "@openclaw/log";
import type { PluginHost } from "@openclaw/plugins";
import type { Channels } from "../channels/channels.ts";

/** Starts the channels that plugins have registered and that this Gateway can run. */
export async function startPluginChannels(host: PluginHost, channels: Channels, log: Logger): Promise<void> {
  const { isStartable } = await import("@openclaw/plugins");
  for (const { id, channel, pluginId } of host.registry.channels) {
    if (!isStartable(channel)) {
      const message = `channel ${id} is written for the channel contract of the reference release, which this version cannot start; it needs start(context) of @openclaw/plugin-sdk`;
      host.registry.diagnostics.push({ level: "error", message, pluginId });
      log.error(message, { plugin: pluginId });
      continue;
    }
    await channels.add(channel);
  }
}

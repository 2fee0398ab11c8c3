import type { Logger } from "@openclaw/log";
import type { PluginHost } from "@openclaw/plugins";
import type { Channels } from "../channels/channels.ts";
import type { ForeignChannels } from "./open-foreign-channels.ts";

/** Starts the channels that plugins have registered, of this host's contract or of the reference release's. */
export async function startPluginChannels(
  host: PluginHost,
  channels: Channels,
  foreign: { config(): Readonly<Record<string, unknown>>; open(): Promise<ForeignChannels> },
  log: Logger,
): Promise<void> {
  const { adaptForeignChannel, isStartable } = await import("@openclaw/plugins");
  for (const { id, channel, dock, pluginId } of host.registry.channels) {
    if (isStartable(channel)) {
      await channels.add(channel);
      continue;
    }
    try {
      const { receiver, receiversIn } = await foreign.open();
      await channels.add(adaptForeignChannel({ id, channel, dock }, { config: foreign.config, receiver, receiversIn }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `channel ${id} cannot be started: ${reason}`;
      host.registry.diagnostics.push({ level: "error", message, pluginId });
      log.error(message, { plugin: pluginId });
    }
  }
}

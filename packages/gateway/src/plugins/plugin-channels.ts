import type { Logger } from "@openclaw/log";
import type { ChannelRegistration, PluginHost } from "@openclaw/plugins";
import { methods } from "@openclaw/protocol";
import type { Channels } from "../channels/channels.ts";
import type { ForeignChannels } from "./open-foreign-channels.ts";

/** Starts the channels that plugins have registered, of this host's contract or of the reference release's. */
export async function startPluginChannels(
  host: PluginHost,
  channels: Channels,
  foreign: { config(): Readonly<Record<string, unknown>>; open(): Promise<ForeignChannels> },
  log: Logger,
): Promise<void> {
  const { adaptForeignChannel, isStartable, unusedParts } = await import("@openclaw/plugins");
  for (const { id, channel, dock, pluginId } of host.registry.channels) {
    const tell = (level: "warn" | "error", message: string) => {
      host.registry.diagnostics.push({ level, message, pluginId });
      log[level](message, { plugin: pluginId });
    };
    if (isStartable(channel)) {
      await channels.add(channel);
      continue;
    }
    for (const part of unusedParts(channel))
      tell("warn", `channel ${id}: ${part} is not used by this version of OpenClaw`);
    for (const name of unservedMethods(channel, host)) {
      tell("warn", `channel ${id} announces the gateway method ${name}, which nothing serves`);
    }
    try {
      const { receiver, receiversIn } = await foreign.open();
      await channels.add(adaptForeignChannel({ id, channel, dock }, { config: foreign.config, receiver, receiversIn }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tell("error", `channel ${id} cannot be started: ${reason}`);
    }
  }
}

/** Methods a channel names as its own, and that neither the Gateway nor a plugin serves. */
function unservedMethods(channel: ChannelRegistration["channel"], host: PluginHost): string[] {
  const names: unknown = "gatewayMethods" in channel ? channel.gatewayMethods : undefined;
  if (!Array.isArray(names)) return [];
  return names.filter(
    (name) => typeof name === "string" && !Object.hasOwn(methods, name) && host.method(name) === undefined,
  );
}

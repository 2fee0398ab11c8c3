import { channelAliases, pluginStates } from "@openclaw/config";
import type { ChannelEntry, ForeignOnboarding } from "@openclaw/plugin-sdk";
import type { CommandContext } from "../run/command-context.ts";

/** A channel of an installed plugin. */
export interface PluginChannel extends ChannelEntry {
  pluginId: string;
  /** How a wizard sets it up, for channels of the reference release that say so. */
  onboarding?: ForeignOnboarding;
}

/**
 * The channels that enabled plugins register, once their code was loaded in this process; nothing of them is started.
 * Those whose plugin cannot be loaded are missing: `plugins doctor` says why.
 */
export async function pluginChannels(context: CommandContext): Promise<PluginChannel[]> {
  const { openRegistry } = await import("../plugins/open-registry.ts");
  const { adaptForeignChannel, foreignOnboarding, isStartable } = await import("@openclaw/plugins");
  const { registry } = await openRegistry(context, "error");
  const { config } = await context.config();
  return registry.channels.map((registration) => {
    const { id, channel, dock, pluginId } = registration;
    const own = isStartable(channel)
      ? channel
      : adaptForeignChannel(
          { id, channel, dock },
          { config: () => config, receiver: () => undefined, receiversIn: () => [] },
        );
    const onboarding = foreignOnboarding(registration);
    return { meta: own.meta, pluginId, load: async () => own, ...(onboarding === undefined ? {} : { onboarding }) };
  });
}

/**
 * The context with the channels of plugins among its channels, when one of them may be meant: `name`, or without it any
 * channel the configuration has a section of. Otherwise no plugin is looked at.
 */
export async function withPluginChannels(context: CommandContext, name?: string): Promise<CommandContext> {
  const typed = name?.trim().toLowerCase();
  const isOurs = (id: string) => context.channels.some(({ meta }) => meta.id === id || meta.aliases?.includes(id));
  if (typed !== undefined && isOurs(channelAliases[typed] ?? typed)) return context;
  const { config } = await context.config();
  const sections = Object.keys(config.channels ?? {}).filter((id) => id !== "defaults" && !isOurs(id));
  if (typed === undefined && sections.length === 0) return context;
  const manifests = (await context.plugins()).manifests(config);
  const states = pluginStates([...manifests], config);
  const provides = manifests.some(({ id, channels = [] }) => channels.length > 0 && states.get(id)?.enabled === true);
  if (!provides) return context;
  return { ...context, channels: [...context.channels, ...(await pluginChannels(context))] };
}

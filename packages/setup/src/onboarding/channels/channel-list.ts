import type { SetupDraft } from "../setup-draft.ts";
import type { SetupChannel, SetupWorld } from "../setup-world.ts";
import { channelSection } from "./account-patch.ts";
import type { ChannelState, ChannelSteps } from "./channel-steps.ts";

/** The channels that can be set up, with how they are as it is staged. */
export interface ChannelList {
  readonly channels: readonly SetupChannel[];
  stateOf(channel: SetupChannel): ChannelState;
  /** What can be asked; loaded once. @throws Error saying why a plugin cannot be loaded */
  steps(channel: SetupChannel): Promise<ChannelSteps>;
  /** The plugin of a channel was fetched: this is what it asks. */
  arrived(channel: SetupChannel, steps: ChannelSteps): void;
  /** Whether the plugin of a channel still has to be fetched. */
  isMissing(channel: SetupChannel): boolean;
  /** Looks again at how a channel is. */
  refresh(channel: SetupChannel): Promise<void>;
}

export async function openChannelList(draft: SetupDraft, { host }: Pick<SetupWorld, "host">): Promise<ChannelList> {
  const channels = await host.channels(draft.config());
  const loaded = new Map<string, Promise<ChannelSteps>>();
  const states = new Map<string, ChannelState>();
  const steps = (channel: SetupChannel) => {
    const known = loaded.get(channel.id) ?? channel.steps();
    loaded.set(channel.id, known);
    return known;
  };
  const isMissing = (channel: SetupChannel) => channel.offer !== undefined && !loaded.has(channel.id);
  const look = async (channel: SetupChannel): Promise<ChannelState> => {
    const configured = channelSection(draft.config(), channel.id) !== undefined;
    if (isMissing(channel)) return { configured, text: "install plugin to enable" };
    // Plugins are run for those who use them.
    if (!channel.bundled && !configured && !loaded.has(channel.id)) return { configured, text: "not configured" };
    try {
      return await (await steps(channel)).state(draft.config());
    } catch (error) {
      loaded.delete(channel.id);
      return { configured, text: `cannot be loaded: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  const refresh = async (channel: SetupChannel) => void states.set(channel.id, await look(channel));
  await Promise.all(channels.map(refresh));
  return {
    channels,
    stateOf: ({ id }) => states.get(id) ?? { configured: false, text: "not configured" },
    steps,
    arrived: ({ id }, fetched) => void loaded.set(id, Promise.resolve(fetched)),
    isMissing,
    refresh,
  };
}

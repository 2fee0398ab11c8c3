import { accountIds, type ChannelSettings, channelConfigInput } from "../channels/account-config.ts";
import type { Channels } from "../channels/channels.ts";
import type { Conversations } from "../conversations.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import type { Targets } from "../outbound/resolve-target.ts";
import type { ChannelRoute } from "../pipeline/reply.ts";

/** Where the answer of a job or a webhook is to go, as it was asked for. */
export interface WantedTarget {
  agentId: string;
  /** `last`, or a channel. */
  channel?: string | undefined;
  to?: string | undefined;
}

/** The channel of chats nothing else is known of. */
const usualChannel = "whatsapp";

/** Finds the chats that answers go to which nobody has asked for in a chat. */
export type ResolveTarget = (wanted: WantedTarget) => Promise<{ route: ChannelRoute } | { problem: string }>;

export function createTargetResolver(options: {
  channels: Pick<Channels, "ids" | "idOf" | "isConfigured" | "load">;
  settings: ChannelSettings;
  targets: Pick<Targets, "resolve">;
  conversations: Pick<Conversations, "lastRoute" | "mainKey">;
}): ResolveTarget {
  const { channels, conversations } = options;

  const fallbackChannel = (): string => {
    const [only, ...others] = channels.ids().filter((id) => channels.isConfigured(id));
    return only !== undefined && others.length === 0 ? only : usualChannel;
  };

  return async ({ agentId, channel: wanted, to: given }) => {
    const found = conversations.lastRoute(conversations.mainKey(agentId));
    const last = found.surface === "channel" ? found : undefined;
    const name = wanted === undefined || wanted === "last" ? (last?.channel ?? fallbackChannel()) : wanted;
    const id = channels.idOf(name);
    const own = last?.channel === (id ?? name) ? last : undefined;
    const to = given?.trim() || own?.to;
    if (to === undefined) return { problem: "cron delivery target is missing" };
    if (id === undefined) return { problem: `unsupported channel: ${name}` };
    try {
      const channel = await channels.load(id);
      const accountId = own?.accountId ?? accountIds(channel, channelConfigInput(options.settings, id)).defaultId;
      const isLast = own !== undefined && own.to === to;
      const target = isLast ? { to } : await options.targets.resolve(channel, accountId, to);
      // The thread belongs to the chat that was last used, and to no other.
      const thread = own?.to === target.to ? own.threadId : "threadId" in target ? target.threadId : undefined;
      const threadId = typeof thread === "string" ? thread : undefined;
      return {
        route: {
          surface: "channel",
          channel: id,
          accountId,
          to: target.to,
          ...(threadId === undefined ? {} : { threadId }),
        },
      };
    } catch (error) {
      if (error instanceof OutboundError) return { problem: error.message };
      throw error;
    }
  };
}

import type { ChannelContext } from "@openclaw/plugin-sdk";
import type { DiscordAccount } from "../account/discord-account.ts";
import type { DiscordApi } from "../connection/discord-api.ts";
import type { GatewayLink } from "../connection/gateway-link.ts";
import type { AttachedFile } from "../inbound/attachments.ts";
import type { InteractionReplies } from "../interactions/interaction-replies.ts";
import type { BoundedMap } from "../places/bounded-map.ts";
import type { Places } from "../places/places.ts";

/** A running account: what everything it does works with. */
export interface Bot {
  context: ChannelContext<DiscordAccount>;
  api: DiscordApi;
  places: Places;
  /** The bot's own user. */
  self: { id: string; username: string };
  applicationId: string;
  /** Answers to slash commands. */
  replies: InteractionReplies;
  /** The connection to the Gateway. @throws ChannelError while there is none yet */
  link(): GatewayLink;
  /** Private chats by the person in them. */
  directChannels: BoundedMap<string>;
  /** Threads this process began for answers. */
  ownThreads: BoundedMap<true>;
  /** What already arrived of messages that took several, by their key. */
  arrived: BoundedMap<string[]>;
  /** Where files of recent messages lie, by their ref. */
  files: BoundedMap<AttachedFile>;
  /** How people were last seen, when the account may know. */
  presences: BoundedMap<{
    status: string;
    activities: readonly { name: string; type: number; state?: string | null | undefined }[];
  }>;
}

import type { ChannelContext } from "@openclaw/plugin-sdk";
import type { Identity } from "./account/identity.ts";
import type { SlackAccount } from "./account/slack-account.ts";
import type { SlackApi } from "./connection/slack-api.ts";
import type { Names } from "./inbound/names.ts";
import type { BoundedMap } from "./text/bounded-map.ts";

/** A running account: what everything it does works with. */
export interface Bot {
  context: ChannelContext<SlackAccount>;
  api: SlackApi;
  identity: Identity;
  names: Names;
  /** Private chats by the person in them. */
  directChannels: BoundedMap<string>;
  /** The newest message of a chat, by `Delivery.to`: signs of writing hang on it. */
  newest: BoundedMap<string>;
}

/** The workspace, as chats name it. */
export function teamOf({ identity }: Pick<Bot, "identity">): { id: string; name?: string } | undefined {
  if (identity.teamId === undefined) return undefined;
  return { id: identity.teamId, ...(identity.teamName === undefined ? {} : { name: identity.teamName }) };
}

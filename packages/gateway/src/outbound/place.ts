import type { Channel, Delivery, Target } from "@openclaw/plugin-sdk";

/** Where an action is done. */
export interface Place {
  channel: Channel;
  accountId: string;
  config: Readonly<Record<string, unknown>>;
  /** What the channel makes of the account's section. */
  account: unknown;
  target: Target;
}

/** The address of a place, for what is sent there. */
export function addressOf({ channel, accountId, target }: Place): Delivery {
  const { to, threadId } = target;
  return { channel: channel.meta.id, accountId, to, ...(threadId === undefined ? {} : { threadId }) };
}

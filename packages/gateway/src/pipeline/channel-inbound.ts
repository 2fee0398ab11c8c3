import type { Logger } from "@openclaw/log";
import type { InboundMessage, InboundSender } from "@openclaw/plugin-sdk";
import { type AccessPolicy, checkAccess } from "./access.ts";
import { type CommandAccess, mayUseCommands } from "./command-authorization.ts";
import type { Inbound } from "./inbound.ts";

/** What a route is found by. */
export type RoutedMessage = Pick<InboundMessage, "chat" | "channel" | "accountId"> & {
  sender?: InboundSender | undefined;
};

/** What stands between a channel and the pipeline. */
export interface ChannelEntrance {
  policy(channel: string): AccessPolicy;
  /** Who may use commands, beside the lists of the channel. */
  commandAccess(): CommandAccess;
  /** The session a chat belongs to, by bindings and `session.dmScope`. */
  route(message: RoutedMessage): { sessionKey: string; agentId: string };
  isOwner(message: InboundMessage): boolean;
  log: Logger;
}

/**
 * Turns a channel's message into a journal entry, or into nothing when its sender has no access. The id is made of what
 * the platform calls the message, so a second delivery is recognised.
 */
export function admitChannelMessage(message: InboundMessage, entrance: ChannelEntrance): Inbound | undefined {
  const policy = entrance.policy(message.channel);
  const access = checkAccess(message, policy);
  if (!access.admitted) {
    entrance.log.info(`dropped a message on ${message.channel}: ${access.reason}`, { sender: message.sender.id });
    return undefined;
  }
  const { sessionKey, agentId } = entrance.route(message);
  const { chat } = message;
  return {
    id: ["channel", message.channel, message.accountId, chat.id, chat.threadId ?? "", message.id].join("|"),
    source: "channel",
    receivedAt: message.at,
    sessionKey,
    agentId,
    text: message.text,
    messageId: message.id,
    attachments: (message.attachments ?? []).flatMap(({ path, mimeType, fileName }) =>
      path === undefined
        ? []
        : [
            {
              path,
              mimeType: mimeType ?? "application/octet-stream",
              ...(fileName === undefined ? {} : { fileName }),
            },
          ],
    ),
    senderId: message.sender.id,
    senderName: message.sender.name ?? message.sender.username,
    owner: entrance.isOwner(message),
    senderUsername: message.sender.username,
    authorized: mayUseCommands(message, policy, entrance.commandAccess()),
    route: {
      surface: "channel",
      channel: message.channel,
      accountId: message.accountId,
      to: chat.id,
      ...(chat.threadId === undefined ? {} : { threadId: chat.threadId }),
      replyTo: message.id,
      chatType: chat.kind,
    },
  };
}

import type { ChannelContext } from "@openclaw/plugin-sdk";
import type { WAMessage } from "baileys";
import type { WhatsAppAccount } from "../account/whatsapp-accounts.ts";
import type { WhatsAppSocket } from "../socket/whatsapp-socket.ts";
import type { OwnEchoes } from "./own-echoes.ts";
import { type Reader, readMessage } from "./read-message.ts";
import type { RecentKeys } from "./recent-keys.ts";
import type { WaitingMedia } from "./waiting-media.ts";

/** Hands what comes over a connection to the Gateway, in order. */
export interface InboundFeed {
  listen(socket: WhatsAppSocket, connection: Omit<Reader, "account" | "socket">): void;
  /** When the last message came, ms since 1970. */
  lastMessageAt(): number | undefined;
  /** Begins anew to wait for messages. */
  reset(): void;
  /** Resolves when everything that came is with the Gateway. */
  idle(): Promise<void>;
}

export function createInboundFeed(options: {
  context: ChannelContext<WhatsAppAccount>;
  keys: RecentKeys;
  echoes: OwnEchoes;
  media: WaitingMedia;
  now(): number;
  /** Nothing is handed over before. */
  ready: Promise<void>;
}): InboundFeed {
  const { context, keys, echoes, media, now } = options;
  const { account, log, receive, report } = context;
  let last = options.ready;
  let lastMessageAt: number | undefined;

  const take = async (raw: WAMessage, type: "notify" | "append", reader: Reader) => {
    const message = await readMessage(raw, type, reader);
    if (message === undefined) return;
    keys.add(raw.key);
    if (raw.key.fromMe && echoes.isEcho({ id: message.id, text: message.text })) return;
    const [attachment] = message.attachments ?? [];
    if (attachment === undefined || message.historic) return receive(message);
    await receive({ ...message, attachments: [{ ...attachment, ref: await media.keep(raw) }] });
  };

  return {
    listen(socket, connection) {
      const reader: Reader = { ...connection, account, socket };
      socket.on("groups.update", (groups) => {
        for (const { id } of groups) if (id) connection.groups.forget(id);
      });
      socket.on("group-participants.update", ({ id }) => connection.groups.forget(id));
      socket.on("messages.upsert", ({ messages, type }) => {
        lastMessageAt = now();
        report({ lastEventAt: lastMessageAt });
        for (const raw of messages) {
          // One after the other: the order of a chat is that of its messages.
          last = last
            .then(() => take(raw, type, reader))
            .catch((error: unknown) => log.error("a message could not be taken", { error: String(error) }));
        }
      });
    },
    lastMessageAt: () => lastMessageAt,
    reset() {
      lastMessageAt = undefined;
    },
    idle: () => last,
  };
}

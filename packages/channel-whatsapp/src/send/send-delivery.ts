import { type ChannelContext, ChannelError, type Delivery, type SendResult } from "@openclaw/plugin-sdk";
import type { AnyMessageContent } from "baileys";
import type { WhatsAppAccount } from "../account/whatsapp-accounts.ts";
import { jidOfChat } from "../identity/jid.ts";
import type { OwnEchoes } from "../inbound/own-echoes.ts";
import type { WhatsAppSocket } from "../socket/whatsapp-socket.ts";
import { isSound, mediaContent, openMedia } from "./outgoing-media.ts";

/** Sends deliveries over whatever connection is open. */
export function createSender(options: {
  context: ChannelContext<WhatsAppAccount>;
  /** @throws ChannelError `unavailable` while there is no connection */
  socket(): WhatsAppSocket;
  echoes: OwnEchoes;
}): (delivery: Delivery) => Promise<SendResult> {
  const { context, echoes } = options;
  const { account, log } = context;

  return async (delivery) => {
    const { to, text = "", mediaUrls = [], poll } = delivery;
    if (!account.settings.actions.sendMessage) {
      throw new ChannelError("unsupported", "Sending is switched off by channels.whatsapp.actions.sendMessage.");
    }
    const jid = jidOfChat(to);
    const ids: string[] = [];
    const put = async (content: AnyMessageContent, said = "") => {
      const sent = await options.socket().sendMessage(jid, content);
      const id = sent?.key.id ?? undefined;
      echoes.sent({ id, text: said });
      if (id !== undefined) ids.push(id);
    };
    const say = async (words: string) => {
      if (words.trim() !== "") await put({ text: words }, words);
    };
    await options.socket().sendPresenceUpdate("composing", jid);
    if (poll !== undefined) {
      if (!account.settings.actions.polls) {
        throw new ChannelError("unsupported", "Polls are switched off by channels.whatsapp.actions.polls.");
      }
      await put({ poll: { name: poll.question, values: poll.options, selectableCount: poll.maxSelections } });
      return result(ids, to);
    }
    const [first, ...others] = mediaUrls;
    if (first === undefined) {
      await say(text);
      return result(ids, to);
    }
    const sendFile = async (place: string, caption: string) => {
      const file = await openMedia(place, context.fetch);
      const sound = isSound(file.mimeType);
      const beside = sound || caption.trim() === "" ? undefined : caption;
      await put(mediaContent(file, { caption: beside, gifPlayback: delivery.gifPlayback === true }), beside);
      return sound ? caption : "";
    };
    let left: string;
    try {
      left = await sendFile(first, text);
    } catch (error) {
      // Without a connection the text cannot go out either: all of it is tried again.
      options.socket();
      log.warn("a file could not be sent", { error: String(error) });
      const problem = `⚠️ Media failed: ${error instanceof Error ? error.message : String(error)}`;
      left = [text, problem].filter((part) => part.trim() !== "").join("\n");
    }
    await say(left);
    for (const place of others) {
      await sendFile(place, "").catch((error: unknown) =>
        log.warn("a file could not be sent", { error: String(error) }),
      );
    }
    return result(ids, to);
  };
}

function result(ids: string[], chatId: string): SendResult {
  const messageId = ids.at(-1);
  return { ...(messageId === undefined ? {} : { messageId }), messageIds: ids, chatId };
}

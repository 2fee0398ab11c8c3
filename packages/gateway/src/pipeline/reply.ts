import { addPrefix, chunkWholeText, type ReplyPayload } from "@openclaw/agent-runtime";
import type { Delivery, MessageButton } from "@openclaw/plugin-sdk";
import type { Inbound, ReplyRoute } from "./inbound.ts";
import type { ReplySettings } from "./reply-settings.ts";

export type ChannelRoute = Extract<ReplyRoute, { surface: "channel" }>;

/** What goes with something the Gateway itself says. */
export interface SaidMedia {
  mediaUrls: readonly string[];
  asVoice: boolean;
  buttons?: readonly (readonly MessageButton[])[] | undefined;
  /** What the channel is to send in its own form. */
  channelData?: Readonly<Record<string, unknown>> | undefined;
  /** The message it answers, where that is not the one it is said to. */
  replyTo?: string | undefined;
}

/** Something the Gateway itself says in the chat a message came from. */
export function textDeliveries(message: Inbound, text: string, media?: SaidMedia): Delivery[] {
  const { route } = message;
  if (route.surface !== "channel") return []; // answered on its own session: the transcript and the chat events are the reply
  return [
    {
      ...place(route),
      ...(route.replyTo === undefined ? {} : { replyTo: route.replyTo }),
      ...(text === "" ? {} : { text }),
      ...(media === undefined
        ? {}
        : {
            ...(media.mediaUrls.length > 0 ? { mediaUrls: [...media.mediaUrls] } : {}),
            ...(media.asVoice ? { asVoice: true } : {}),
            ...(media.buttons?.length ? { buttons: media.buttons.map((row) => [...row]) } : {}),
            ...(media.channelData === undefined ? {} : { channelData: media.channelData }),
            ...(media.replyTo === undefined ? {} : { replyTo: media.replyTo }),
          }),
    },
  ];
}

/** Turns payloads into messages of a chat. One per run: it knows which message was the first. */
export interface DeliveryShape {
  /** Nothing for a payload without text and media. */
  deliveries(payload: ReplyPayload): Delivery[];
  /** Something that is told beside the answer: it answers no message. */
  notice(text: string): Delivery[];
}

export function createDeliveryShape(
  route: ChannelRoute,
  settings: Pick<
    ReplySettings,
    "replyToMode" | "replyTagsAlways" | "textLimit" | "captionLimit" | "paragraphs" | "chunk"
  >,
  options: {
    /** What stands in front of every text. */
    prefix(): string;
    /** Something was sent for this run in an earlier process. */
    begun: boolean;
  },
): DeliveryShape {
  let answered = options.begun;

  /** The message this one answers, as the mode and the model's own tags want it. */
  const replyTo = (payload: ReplyPayload): string | undefined => {
    const tagged = payload.replyToId ?? (payload.replyToCurrent ? route.replyTo : undefined);
    const target = tagged ?? route.replyTo;
    const first = !answered;
    switch (settings.replyToMode) {
      case "off":
        return settings.replyTagsAlways ? tagged : undefined;
      case "first":
        return first ? target : undefined;
      case "all":
        return target;
    }
  };

  const one = (payload: ReplyPayload, content: Pick<Delivery, "text" | "mediaUrls">): Delivery => {
    const target = replyTo(payload);
    answered = true;
    return {
      ...place(route),
      ...(target === undefined ? {} : { replyTo: target }),
      ...content,
      ...(payload.audioAsVoice && content.mediaUrls ? { asVoice: true } : {}),
    };
  };

  const textsOf = (text: string): string[] => {
    const prefixed = addPrefix(text, options.prefix());
    return prefixed.trim() === "" ? [] : chunks(prefixed, settings);
  };

  return {
    deliveries(payload) {
      const mediaUrls = payload.mediaUrls?.length ? payload.mediaUrls : undefined;
      const texts = textsOf(payload.text ?? "");
      if (texts.length === 0) return mediaUrls === undefined ? [] : [one(payload, { mediaUrls })];
      const [first = ""] = texts;
      if (mediaUrls !== undefined && first.length > (settings.captionLimit ?? Number.POSITIVE_INFINITY)) {
        return [one(payload, { mediaUrls }), ...texts.map((text) => one(payload, { text }))];
      }
      return texts.map((text, index) =>
        one(payload, index === 0 && mediaUrls !== undefined ? { text, mediaUrls } : { text }),
      );
    },
    notice: (text) => textsOf(text).map((each) => ({ ...place(route), text: each })),
  };
}

function chunks(
  text: string,
  { textLimit, paragraphs, chunk }: Pick<ReplySettings, "textLimit" | "paragraphs" | "chunk">,
): string[] {
  if (chunk !== undefined) return chunk(text, textLimit);
  if (text.length <= textLimit && !paragraphs) return [text];
  return chunkWholeText(text, { minChars: 1, maxChars: textLimit, breakPreference: "newline", paragraphs });
}

function place(route: ChannelRoute): Pick<Delivery, "channel" | "accountId" | "to" | "threadId" | "replyHandle"> {
  return {
    channel: route.channel,
    accountId: route.accountId,
    to: route.to,
    ...(route.threadId === undefined ? {} : { threadId: route.threadId }),
    ...(route.replyHandle === undefined ? {} : { replyHandle: route.replyHandle }),
  };
}

/** The key that keeps the replies to one chat in order. */
export function chatKey(message: Inbound): string {
  const { route } = message;
  return route.surface === "channel" ? chatKeyOf(route) : `${route.surface}|${message.sessionKey}`;
}

/** The same for a chat that is named otherwise. */
export function chatKeyOf(
  chat: Pick<Delivery, "channel" | "accountId" | "to"> & { threadId?: string | undefined },
): string {
  return [chat.channel, chat.accountId, chat.to, chat.threadId ?? ""].join("|");
}

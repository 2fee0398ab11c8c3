import { ChannelError } from "@openclaw/plugin-sdk";
import { isRefusal, refusalOf, toChannelError } from "../api/api-error.ts";

/** How a message is sent; a refusal may take something of it away. */
export interface SendForm {
  chatId: number | string;
  threadId: number | undefined;
  replyTo: number | undefined;
  quote: string | undefined;
  /** Formatted; otherwise as plain text. */
  html: boolean;
}

/** What every method that sends takes. */
export interface PlaceFields {
  chat_id: number | string;
  message_thread_id?: number;
  reply_parameters?: { message_id: number; allow_sending_without_reply: true; quote?: string };
}

interface Fallback {
  /** May be tried for this refusal. */
  for: RegExp;
  /** The form without what was refused; undefined when it is not in it. */
  change(form: SendForm, error: unknown): SendForm | undefined;
}

const fallbacks: readonly Fallback[] = [
  {
    for: /can't parse entities|find end of the entity/i,
    change: (form) => (form.html ? { ...form, html: false } : undefined),
  },
  {
    for: /message thread not found/i,
    change: (form) => (form.threadId === undefined ? undefined : { ...form, threadId: undefined }),
  },
  {
    for: /QUOTE_TEXT_INVALID|quote/i,
    change: (form) => (form.quote === undefined ? undefined : { ...form, quote: undefined }),
  },
  {
    for: /upgraded to a supergroup/i,
    change(form, error) {
      const moved = refusalOf(error)?.parameters?.migrate_to_chat_id;
      return moved === undefined || moved === form.chatId ? undefined : { ...form, chatId: moved };
    },
  },
];

/**
 * Sends, and sends again without what the service refused: the formatting, the topic, the quote, the id a group had before
 * it grew. Each at most once.
 * @throws Error as the host knows it; `input` is the target as it was asked for
 */
export async function withFallbacks<T>(
  first: SendForm,
  input: string,
  send: (form: SendForm) => Promise<T>,
  onFallback: (refusal: string, form: SendForm) => void,
): Promise<T> {
  let form = first;
  const used = new Set<Fallback>();
  for (;;) {
    try {
      return await send(form);
    } catch (error) {
      const next = nextForm(form, error, used);
      if (next === undefined) throw sendError(error, form, input);
      onFallback(refusalOf(error)?.description ?? "", next);
      form = next;
    }
  }
}

/** The fields that say where a message goes. */
export function placeFields({ chatId, threadId, replyTo, quote }: SendForm): PlaceFields {
  return {
    chat_id: chatId,
    ...(threadId === undefined ? {} : { message_thread_id: threadId }),
    ...(replyTo === undefined
      ? {}
      : {
          reply_parameters: {
            message_id: replyTo,
            // Answering something that was deleted is better than not answering.
            allow_sending_without_reply: true,
            ...(quote === undefined ? {} : { quote }),
          },
        }),
  };
}

function nextForm(form: SendForm, error: unknown, used: Set<Fallback>): SendForm | undefined {
  for (const fallback of fallbacks) {
    if (used.has(fallback) || !isRefusal(error, fallback.for)) continue;
    const next = fallback.change(form, error);
    if (next === undefined) continue;
    used.add(fallback);
    return next;
  }
  return undefined;
}

function sendError(error: unknown, form: SendForm, input: string): Error {
  if (!isRefusal(error, /chat not found/i)) return toChannelError(error);
  return new ChannelError(
    "refused",
    `Telegram send failed: chat not found (chat_id=${form.chatId}). Likely: bot not started in DM, bot removed from group/channel, group migrated (new -100… id), or wrong bot token. Input was: "${input}".`,
  );
}

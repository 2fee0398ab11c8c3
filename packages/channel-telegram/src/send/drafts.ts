import type { ChannelLog, ChatPlace } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import type { TelegramSettings } from "../account/telegram-settings.ts";
import { errorText } from "../api/api-error.ts";
import { typingThread } from "../inbound/chat-place.ts";
import { chatIdOf } from "./chat-id.ts";
import { finishedPart } from "./finished-part.ts";
import { MESSAGE_CHARS } from "./send-delivery.ts";

/** The service takes so many changes of a draft and no more; ms between two. */
const THROTTLE_MS = 300;

export interface DraftsOptions {
  api: Pick<Api, "raw">;
  settings: Pick<TelegramSettings, "streamMode" | "draftChunk" | "textChunkLimit">;
  after(ms: number, run: () => void): () => void;
  now(): number;
  log: ChannelLog;
}

/** Answers as they are written, shown in the private chat they will go to. */
export interface Drafts {
  /**
   * Shows what there is of an answer so far, at once or with the next change that may be sent.
   * @throws Error once a draft cannot be shown any more: it grew too long, or the service refused it
   */
  show(chat: ChatPlace, draft: { id: string; text: string }): Promise<void>;
  /** The answer itself is sent: what waits to be shown in this chat is out of date. */
  end(chat: ChatPlace): void;
  stop(): void;
}

interface Draft {
  chat: ChatPlace;
  shown: string;
  shownAt: number;
  /** Shown when the time has come. */
  next: string | undefined;
  cancel: (() => void) | undefined;
  over: Error | undefined;
}

export function createDrafts(options: DraftsOptions): Drafts {
  const { api, settings, now, log } = options;
  const drafts = new Map<string, Draft>();
  const limit = Math.min(settings.textChunkLimit, MESSAGE_CHARS);

  const post = async (id: string, draft: Draft, text: string): Promise<void> => {
    draft.shown = text;
    draft.shownAt = now();
    const thread = typingThread(draft.chat);
    try {
      await api.raw.sendMessageDraft({
        chat_id: Number(chatIdOf(draft.chat.to)),
        draft_id: Number(id),
        text,
        ...(thread === undefined ? {} : { message_thread_id: thread }),
      });
    } catch (error) {
      draft.over = new Error(`the draft cannot be shown: ${errorText(error)}`);
      log.debug(draft.over.message);
      throw draft.over;
    }
  };

  const wait = (id: string, draft: Draft) => {
    draft.cancel ??= options.after(Math.max(0, draft.shownAt + THROTTLE_MS - now()), () => {
      draft.cancel = undefined;
      const text = draft.next;
      draft.next = undefined;
      // The next call hears that it failed.
      if (text !== undefined && text !== draft.shown && draft.over === undefined) post(id, draft, text).catch(() => {});
    });
  };

  return {
    async show(chat, { id, text }) {
      const draft = drafts.get(id) ?? {
        chat,
        shown: "",
        shownAt: Number.NEGATIVE_INFINITY,
        next: undefined,
        cancel: undefined,
        over: undefined,
      };
      drafts.set(id, draft);
      if (draft.over !== undefined) throw draft.over;
      if (text.length > limit) {
        draft.cancel?.();
        draft.over = new Error(`the draft is longer than ${limit} characters`);
        throw draft.over;
      }
      const part = settings.streamMode === "block" ? finishedPart(text, draft.shown.length, settings.draftChunk) : text;
      if (part.trim() === "" || part === draft.shown) return;
      if (now() - draft.shownAt >= THROTTLE_MS && draft.cancel === undefined) return post(id, draft, part);
      draft.next = part;
      wait(id, draft);
    },
    end({ to, threadId }) {
      for (const [id, { chat, cancel }] of drafts) {
        if (chat.to !== to || chat.threadId !== threadId) continue;
        cancel?.();
        drafts.delete(id);
      }
    },
    stop() {
      for (const { cancel } of drafts.values()) cancel?.();
      drafts.clear();
    },
  };
}

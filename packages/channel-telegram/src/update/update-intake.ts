import type { ChannelLog, InboundEvent, InboundMessage } from "@openclaw/plugin-sdk";
import type { TelegramSettings } from "../account/telegram-settings.ts";
import { errorText } from "../api/api-error.ts";
import { buttonPress } from "../inbound/button-press.ts";
import { inboundMessage, type ReadingAccount } from "../inbound/inbound-message.ts";
import { reactionEvents } from "../inbound/reaction-event.ts";
import type { SentMessages } from "../send/sent-messages.ts";
import { createGatherer, type Parts } from "./gather-parts.ts";
import { createInOrder } from "./in-order.ts";
import { createRecentUpdates } from "./recent-updates.ts";
import {
  type CallbackQuery,
  readUpdate,
  type TelegramMessage,
  type TelegramUpdate,
  updateIdOf,
} from "./update-schema.ts";
import type { WaitingUpdates } from "./waiting-updates.ts";

/** A group of parts whose hand-over failed is tried again after this, ms. */
const AGAIN_MS = 5000;

export interface UpdateIntakeOptions {
  account: ReadingAccount;
  settings: Pick<TelegramSettings, "capabilities" | "reactionNotifications">;
  sent: Pick<SentMessages, "has">;
  waiting: WaitingUpdates;
  receive(message: InboundMessage): Promise<void>;
  note(event: InboundEvent): Promise<void>;
  chatMoved(change: { from: string; to: string }): Promise<void>;
  /** Takes the sign away that a button waits. */
  answerPress(query: CallbackQuery): Promise<void>;
  /** Runs something after some ms; returns how to cancel it. */
  after(ms: number, run: () => void): () => void;
  now(): number;
  log: ChannelLog;
}

/** Takes updates of the service and makes messages of them. */
export interface UpdateIntake {
  /**
   * Resolves when the update needs no second delivery: it is with the Gateway, or on disk until the rest of it comes, or
   * it is nothing an agent can use. Updates of a chat are taken in the order of the calls.
   * @throws what kept the Gateway from taking it; deliver it again
   */
  take(raw: unknown): Promise<void>;
  /** Begins again with what an earlier process left waiting. */
  resume(): Promise<void>;
  /** Ends; what waits stays on disk. */
  stop(): Promise<void>;
}

export function createUpdateIntake(options: UpdateIntakeOptions): UpdateIntake {
  const { account, settings, waiting, log, now } = options;
  const recent = createRecentUpdates(now);
  const inOrder = createInOrder();
  const retries = new Set<() => void>();
  let stopped = false;

  const gatherer = createGatherer(options.after, (parts) => {
    const [{ message }] = parts;
    void inOrder.run(orderKey(message), () => handOverLater(parts));
  });

  const handOver = async (parts: Parts): Promise<void> => {
    const [{ message: first }, ...more] = parts;
    const message = inboundMessage([first, ...more.map((part) => part.message)], account);
    if (message === undefined) log.debug(`message ${first.message_id} holds nothing for an agent`);
    else await options.receive(message);
    await waiting.remove(parts.map(({ updateId }) => updateId));
  };

  /** For parts nobody waits for any more: the service was told that they arrived, so that they must not be given up. */
  const handOverLater = async (parts: Parts): Promise<void> => {
    if (stopped) return;
    try {
      await handOver(parts);
    } catch (error) {
      log.error("a message in parts could not be taken; it is tried again", { error: errorText(error) });
      const cancel = options.after(AGAIN_MS, () => {
        retries.delete(cancel);
        void inOrder.run(orderKey(parts[0].message), () => handOverLater(parts));
      });
      retries.add(cancel);
    }
  };

  const takeMessage = async (updateId: number, message: TelegramMessage, raw: unknown): Promise<void> => {
    if (message.migrate_to_chat_id !== undefined) {
      await options.chatMoved({ from: String(message.chat.id), to: String(message.migrate_to_chat_id) });
      return;
    }
    const { complete, waits } = gatherer.add({ updateId, message });
    if (waits) await waiting.add(updateId, raw);
    for (const [index, parts] of complete.entries()) {
      // The last one is this message itself, unless it waits; the service delivers it again when it fails.
      if (!waits && index === complete.length - 1) await handOver(parts);
      else await handOverLater(parts);
    }
  };

  const takePress = async (query: CallbackQuery): Promise<void> => {
    // Not waited for: the press counts whether or not its sign goes away.
    options.answerPress(query).catch((error: unknown) => {
      log.debug("a press on a button could not be answered", { error: errorText(error) });
    });
    const { channel, accountId } = account;
    const press = buttonPress(query, { channel, accountId, buttons: settings.capabilities, now: now() });
    if (press === undefined) log.debug("a press on a button does not count here");
    else await options.receive(press);
  };

  const takeUpdate = async (update: TelegramUpdate, raw: unknown): Promise<void> => {
    const { message, callback_query: press, message_reaction: reaction } = update;
    if (message !== undefined) return takeMessage(update.update_id, message, raw);
    if (press !== undefined) return takePress(press);
    if (reaction === undefined) return;
    const { channel, accountId } = account;
    const notifications = settings.reactionNotifications;
    const isOwn = (chatId: string, messageId: string) => options.sent.has(chatId, messageId);
    for (const event of reactionEvents(reaction, { channel, accountId, notifications, isOwn })) {
      await options.note(event);
    }
  };

  const take = async (raw: unknown): Promise<void> => {
    const read = readUpdate(raw);
    if ("problem" in read) {
      log.warn(`update ${updateIdOf(raw) ?? "without an id"} cannot be read and is dropped: ${read.problem}`);
      return;
    }
    const { update } = read;
    await inOrder.run(updateOrderKey(update), async () => {
      if (recent.has(update.update_id)) return;
      await takeUpdate(update, raw);
      recent.add(update.update_id);
    });
  };

  return {
    take,
    async resume() {
      // In order, and before anything new: they were accepted first.
      for (const raw of waiting.left()) {
        try {
          await take(raw);
        } catch (error) {
          log.error("a message an earlier process left could not be taken", { error: errorText(error) });
        }
      }
    },
    async stop() {
      stopped = true;
      gatherer.stop();
      for (const cancel of retries) cancel();
      retries.clear();
      await inOrder.idle();
    },
  };
}

function updateOrderKey({ update_id, message, callback_query, message_reaction }: TelegramUpdate): string {
  if (message !== undefined) return orderKey(message);
  const chat = callback_query?.message?.chat ?? message_reaction?.chat;
  return chat === undefined ? `update:${update_id}` : `telegram:${chat.id}`;
}

function orderKey({ chat, message_thread_id: thread }: Pick<TelegramMessage, "chat" | "message_thread_id">): string {
  return thread === undefined ? `telegram:${chat.id}` : `telegram:${chat.id}:topic:${thread}`;
}

import {
  type ChannelContext,
  ChannelError,
  keepConnected,
  type LiveConnection,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import { missingToken } from "./account/bot-token.ts";
import type { TelegramAccount } from "./account/telegram-accounts.ts";
import { actOnTelegram } from "./actions.ts";
import { errorText, refusalOf, toChannelError } from "./api/api-error.ts";
import { type BotApi, createBotApi } from "./api/bot-api.ts";
import { commandMenu, publishMenu } from "./commands/command-menu.ts";
import { pollFailure, pollUpdates } from "./connection/poll-updates.ts";
import type { WebhookListener } from "./connection/webhook-listener.ts";
import { receiveWebhook } from "./connection/webhook-updates.ts";
import { typingThread } from "./inbound/chat-place.ts";
import { fetchMedia } from "./media/fetch-media.ts";
import { chatIdOf } from "./send/chat-id.ts";
import { createDrafts } from "./send/drafts.ts";
import { createMessageChanges } from "./send/message-changes.ts";
import { createSender } from "./send/send-delivery.ts";
import { createSentMessages } from "./send/sent-messages.ts";
import { describedSticker } from "./stickers/describe-sticker.ts";
import { createKnownStickers } from "./stickers/known-stickers.ts";
import type { StickerCache } from "./stickers/sticker-cache.ts";
import { createUpdateIntake } from "./update/update-intake.ts";
import { openUpdateOffset, updateOffsetFile } from "./update/update-offset.ts";
import { updateIdOf } from "./update/update-schema.ts";
import { openWaitingUpdates, waitingUpdatesFile } from "./update/waiting-updates.ts";

/** Messages on their way at a stop have this long to arrive, ms; then they are broken off. */
const LAST_MESSAGES_MS = 700;

export interface AccountSurroundings {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  after(ms: number, run: () => void): () => void;
  listener: WebhookListener;
  stickers: Promise<StickerCache>;
}

/** Connects one bot. @throws ChannelError for a token that is missing or not accepted; Error when the service is down */
export async function startAccount(
  context: ChannelContext<TelegramAccount>,
  surroundings: AccountSurroundings,
): Promise<RunningAccount> {
  const { account, accountId, env, signal, log, report } = context;
  const { settings } = account;
  const { now, wait, after } = surroundings;
  if (account.token === undefined) throw new ChannelError("not_configured", missingToken(accountId));
  const bot = await createBotApi({
    account,
    env,
    signal,
    wait,
    onRetry: ({ method, delayMs }) => log.debug(`${method} is tried again in ${delayMs} ms`),
  });
  const { api } = bot;
  try {
    const me = await whoAmI(bot);
    const stickers = await surroundings.stickers;
    const known = createKnownStickers(stickers, now);
    const sent = createSentMessages(now);
    const onProblem = (error: unknown) => log.warn("a file of the channel cannot be read", { error: errorText(error) });
    const offset = await openUpdateOffset({
      file: updateOffsetFile(context.stateDir, accountId),
      botId: me.id,
      now,
      onProblem,
    });
    const waiting = await openWaitingUpdates({
      file: waitingUpdatesFile(context.stateDir, accountId),
      idOf: updateIdOf,
      onProblem,
    });
    const commands = new Set(context.nativeCommands.map(({ name }) => name.toLowerCase()));
    const intake = createUpdateIntake({
      account: {
        channel: "telegram",
        accountId,
        bot: { id: me.id, username: me.username },
        drafts: me.has_topics_enabled === true && settings.streamMode !== "off",
        isCommand: (name) => commands.has(name),
        stickers: known,
      },
      settings,
      sent,
      waiting,
      receive: context.receive,
      note: context.note,
      chatMoved: context.chatMoved,
      answerPress: async ({ id }) => void (await api.raw.answerCallbackQuery({ callback_query_id: id })),
      after,
      now,
      log,
    });
    const drafts = createDrafts({ api, settings, after, now, log });
    const sender = createSender({ api, settings, sent, context });

    report({
      mode: settings.webhookUrl ? "webhook" : "polling",
      self: { id: String(me.id), name: me.first_name, username: me.username },
    });
    await intake.resume();
    const connect = (): Promise<LiveConnection> => {
      const seen = () => report({ lastEventAt: now() });
      if (settings.webhookUrl) {
        const { webhookUrl: url, webhookPath: path, webhookSecret: secret = "" } = settings;
        const { listener } = surroundings;
        return receiveWebhook({ api, url, path, secret, listener, intake, offset, signal, onUpdate: seen, log });
      }
      const poll = async () => {
        // While an address is set, the service refuses to be asked.
        await api.raw.deleteWebhook({});
        return pollUpdates({ api, intake, offset, signal, onAnswer: (updates) => updates > 0 && seen() });
      };
      return poll().catch((error: unknown) => {
        throw toChannelError(error);
      });
    };
    const first = await connect();
    const closed = keepConnected({
      signal,
      report,
      wait,
      now,
      connect: (attempt) => (attempt === 0 ? Promise.resolve(first) : connect()),
      onRetry({ error, delayMs }) {
        log.warn(`${pollFailure(error)}; retrying in ${(delayMs / 1000).toFixed(1)} s.`);
      },
    });
    const menu =
      settings.commands.native === false
        ? []
        : commandMenu(context.nativeCommands, settings.customCommands, (text) => log.warn(text));
    void publishMenu(api, menu, log, signal);

    return {
      closed,
      async send(delivery) {
        drafts.end(delivery);
        return sender.send(delivery);
      },
      async typing(chat) {
        const thread = typingThread(chat);
        const place = thread === undefined ? {} : { message_thread_id: thread };
        await api.raw
          .sendChatAction({ chat_id: chatIdOf(chat.to), action: "typing", ...place })
          .catch((error: unknown) => Promise.reject(toChannelError(error)));
      },
      ...createMessageChanges(api, settings, log),
      draft: drafts.show,
      async fetchMedia(ref, limits) {
        const media = await fetchMedia(bot, ref, limits);
        const sticker = known.fetched(ref);
        const describe = context.describeImage;
        if (sticker === undefined || describe === undefined) return media;
        return describedSticker(media, sticker, { describe, cache: stickers, signal, log });
      },
      act: (action) => actOnTelegram(action, { api, stickers, sent }),
      async stop() {
        drafts.stop();
        await closed.catch(() => {}); // the host was told by `closed` itself
        await intake.stop();
        await new Promise<void>((resolve) => {
          const cancel = after(LAST_MESSAGES_MS, resolve);
          void bot.idle().then(() => {
            cancel();
            resolve();
          });
        });
        bot.close();
        await stickers.written();
      },
    };
  } catch (error) {
    bot.close();
    throw toChannelError(error);
  }
}

async function whoAmI({ api }: BotApi) {
  try {
    return await api.raw.getMe();
  } catch (error) {
    // A token of the wrong shape is part of an address that does not exist.
    if (refusalOf(error)?.error_code !== 404) throw error;
    throw new ChannelError("invalid_credentials", "Telegram does not know the bot token (404)", { cause: error });
  }
}

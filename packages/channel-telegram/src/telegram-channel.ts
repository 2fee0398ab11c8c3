import { type Channel, pause } from "@openclaw/plugin-sdk";
import { telegramAccess } from "./access.ts";
import { type TelegramAccount, telegramAccounts } from "./account/telegram-accounts.ts";
import { readSettings } from "./account/telegram-settings.ts";
import { telegramActions } from "./actions.ts";
import { createWebhookListener } from "./connection/webhook-listener.ts";
import { buttonsAllowed } from "./inbound/button-press.ts";
import { telegramMeta } from "./meta.ts";
import { chunkForTelegram } from "./send/chunk-text.ts";
import { CAPTION_CHARS } from "./send/send-delivery.ts";
import { startAccount } from "./start-account.ts";
import { probeBot } from "./status/probe.ts";
import { telegramStatus } from "./status/status.ts";
import { openStickerCache, type StickerCache } from "./stickers/sticker-cache.ts";
import { telegramTargets } from "./targets.ts";

/** The world around the channel; for tests. */
export interface TelegramChannelOptions {
  now?(): number;
  /** Waits some ms; ends early, without an error, when the signal is aborted. */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs something after some ms; returns how to cancel it. */
  after?(ms: number, run: () => void): () => void;
  /** Where updates are posted to in webhook mode. */
  webhook?: { host: string; port: number };
}

/** Makes the channel. Libraries are loaded when an account starts. */
export function createTelegramChannel(options: TelegramChannelOptions = {}): Channel<TelegramAccount> {
  const { now = Date.now, wait = pause, after = afterMs, webhook = { host: "0.0.0.0", port: 8787 } } = options;
  const listener = createWebhookListener(webhook);
  // One per state folder: the accounts of a Gateway share the file.
  const stickers = new Map<string, Promise<StickerCache>>();

  return {
    meta: telegramMeta,
    capabilities: {
      chatKinds: ["direct", "group"],
      threads: true,
      media: true,
      reactions: true,
      edit: true,
      unsend: true,
      reply: true,
      nativeCommands: true,
      blockStreaming: true,
    },
    textLimit: 4000,
    captionLimit: CAPTION_CHARS,
    chunk: (text, limit, { settings }) =>
      chunkForTelegram(text, limit, { mode: settings.chunkMode, tables: settings.markdown.tables }),
    replyToMode: ({ replyToMode }) => (replyToMode === "off" || replyToMode === "all" ? replyToMode : "first"),
    historyMark: (messageId, chat) => `[id:${messageId} chat:${chat.id}]`,
    mediaMaxMb: 5,
    mediaTooLarge: (maxMb) => `⚠️ File too large. Maximum size is ${maxMb}MB.`,
    buttonsPerRow: (config, kind) => (buttonsAllowed(readSettings(config).capabilities, kind) ? 2 : undefined),
    accounts: telegramAccounts,
    access: telegramAccess,
    targets: telegramTargets,
    actions: telegramActions,
    status: telegramStatus,
    probe: probeBot,
    setup: async () => (await import("./setup/telegram-setup.ts")).telegramSetup,
    secretKeys: ["botToken", "webhookSecret"],
    start(context) {
      const cache = stickers.get(context.stateDir) ?? openStickerCache(context.stateDir, context.log);
      stickers.set(context.stateDir, cache);
      return startAccount(context, { now, wait, after, listener, stickers: cache });
    },
  };
}

/** Telegram, as programs use it. */
export const telegramChannel: Channel<TelegramAccount> = createTelegramChannel();

function afterMs(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

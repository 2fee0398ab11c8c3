import { type Channel, chunkByMode, pause } from "@openclaw/plugin-sdk";
import { convertTables } from "@openclaw/plugin-sdk/markdown";
import { whatsappAccess } from "./access.ts";
import { type WhatsAppAccount, whatsappAccounts } from "./account/whatsapp-accounts.ts";
import { createCryptoFailures } from "./connection/crypto-failures.ts";
import { createLogin } from "./login/whatsapp-login.ts";
import { whatsappMeta } from "./meta.ts";
import { createOpenSocket } from "./socket/open-socket.ts";
import type { OpenSocket } from "./socket/whatsapp-socket.ts";
import { noListener, startAccount } from "./start-account.ts";
import { whatsappStatus } from "./status/status.ts";
import { whatsappTargets } from "./targets.ts";

/** The world around the channel; for tests. */
export interface WhatsAppChannelOptions {
  /** Opens connections; by default with the library. */
  open?: OpenSocket;
  now?(): number;
  /** Waits some ms; ends early, without an error, when the signal is aborted. */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs something every so many ms; returns how to stop. */
  every?(ms: number, run: () => void): () => void;
  /** From 0 to 1, for the pauses between attempts. */
  random?(): number;
}

/** Makes the channel. The library is loaded when an account starts or links. */
export function createWhatsAppChannel(options: WhatsAppChannelOptions = {}): Channel<WhatsAppAccount> {
  const { now = Date.now, wait = pause, every = everyMs, random } = options;
  const open = options.open ?? createOpenSocket(now);
  const cryptoFailures = createCryptoFailures();
  return {
    meta: whatsappMeta,
    capabilities: { chatKinds: ["direct", "group"], media: true, polls: true, reactions: true },
    textLimit: 4000,
    tables: "bullets",
    chunk: (text, limit, { settings }) =>
      chunkByMode(convertTables(text, settings.markdown.tables), limit, settings.chunkMode),
    pollMaxOptions: 12,
    mediaMaxMb: 50,
    replyToMode: () => "off",
    historyMark: (messageId) => `\n[message_id: ${messageId}]`,
    ownAck: true,
    groupHint: "SenderId is the JID of the participant; [message_id: …] names a message for reactions.",
    accounts: whatsappAccounts,
    access: whatsappAccess,
    targets: whatsappTargets,
    actions: ({ settings: { actions } }) => (actions.reactions ? ["react"] : []),
    status: whatsappStatus,
    notConnected: noListener,
    setup: async () => (await import("./setup/whatsapp-setup.ts")).whatsappSetup,
    login: createLogin(open),
    start: (context) => startAccount(context, { open, cryptoFailures, now, wait, every, random }),
  };
}

/** WhatsApp, as programs use it. */
export const whatsappChannel: Channel<WhatsAppAccount> = createWhatsAppChannel();

function everyMs(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  timer.unref();
  return () => clearInterval(timer);
}

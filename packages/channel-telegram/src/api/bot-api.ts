import { pause } from "@openclaw/plugin-sdk";
import type { Api, Transformer } from "grammy";
import type { TelegramAccount } from "../account/telegram-accounts.ts";
import { type ConnectionAgent, createAgent } from "./network.ts";
import { retrying } from "./retrying.ts";
import { createTransport } from "./transport.ts";

/** A bot's way to the Bot API. */
export interface BotApi {
  api: Api;
  /** Connections of this account; for downloads too. */
  agent: ConnectionAgent;
  /** Resolves when no message is on its way any more. */
  idle(): Promise<void>;
  /** Where files are downloaded from, with the token in it: never into a log. */
  fileUrl(filePath: string): string;
  /** Breaks off what is still on its way. */
  close(): void;
}

export interface BotApiOptions {
  account: TelegramAccount;
  env: Readonly<Record<string, string | undefined>>;
  /** Breaks off calls, except messages on their way: whether those arrived would be unknown, and they would be sent twice. */
  signal: AbortSignal;
  wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  onRetry?: (event: { method: string; delayMs: number }) => void;
}

/**
 * Makes the client of one account; nothing is sent yet.
 * @throws Error for a proxy that cannot be used
 */
export async function createBotApi(options: BotApiOptions): Promise<BotApi> {
  const { account, env, signal, wait = pause, onRetry = () => {} } = options;
  const { settings, token = "" } = account;
  const { apiRoot, timeoutSeconds, proxy, network, retry } = settings;
  const agent = await createAgent({ apiRoot, proxy, autoSelectFamily: network.autoSelectFamily, env });
  const { Api: BotApiClient } = await import("grammy");
  const api = new BotApiClient(token, { apiRoot, timeoutSeconds, fetch: createTransport(agent) });
  const calls = await endingCalls(signal);
  // The last one is the outermost: what is tried again is throttled again.
  api.config.use(calls.transformer, await throttling(), retrying(retry, wait, signal, onRetry));
  return {
    api,
    agent,
    idle: calls.idle,
    fileUrl: (filePath) => `${apiRoot}/file/bot${token}/${filePath.replace(/^\/+/, "")}`,
    close() {
      calls.end();
      agent.destroy();
    },
  };
}

/** Gives every call a signal that ends it. The library wants those of its own package. */
async function endingCalls(signal: AbortSignal) {
  const { AbortController: LibraryController } = await import("abort-controller");
  const stopped = new LibraryController();
  const closed = new LibraryController();
  const sending = new Set<Promise<unknown>>();
  if (signal.aborted) stopped.abort();
  else signal.addEventListener("abort", () => stopped.abort(), { once: true });
  const transformer: Transformer = (call, method, payload, callSignal) => {
    if (!isMessage(method)) return call(method, payload, callSignal ?? stopped.signal);
    const result = call(method, payload, callSignal ?? closed.signal);
    const settled = result.then(
      () => {},
      () => {},
    );
    sending.add(settled);
    void settled.then(() => sending.delete(settled));
    return result;
  };
  return {
    transformer,
    async idle() {
      while (sending.size > 0) await Promise.all(sending);
    },
    end() {
      stopped.abort();
      closed.abort();
    },
  };
}

/**
 * The pace Telegram asks for: 30 messages a second in all, 20 a minute in a group, about one a second in a private chat
 * with short bursts. Only messages are counted there; signs of typing, reactions and drafts go past.
 */
async function throttling(): Promise<Transformer> {
  const { apiThrottler } = await import("@grammyjs/transformer-throttler");
  const throttled = apiThrottler({
    global: { reservoir: 30, reservoirRefreshAmount: 30, reservoirRefreshInterval: 1000 },
    group: { maxConcurrent: 1, reservoir: 20, reservoirRefreshAmount: 20, reservoirRefreshInterval: 60_000 },
    out: {
      maxConcurrent: 1,
      reservoir: 5,
      reservoirIncreaseAmount: 1,
      reservoirIncreaseInterval: 1000,
      reservoirIncreaseMaximum: 5,
    },
  });
  return (call, method, payload, signal) =>
    isMessage(method) ? throttled(call, method, payload, signal) : call(method, payload, signal);
}

function isMessage(method: string): boolean {
  return /^send(?!ChatAction|MessageDraft)/.test(method);
}

import path from "node:path";
import {
  type ChannelContext,
  ChannelError,
  keepConnected,
  type ReconnectPolicy,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import type { WhatsAppAccount } from "./account/whatsapp-accounts.ts";
import { readLinkedUser } from "./auth/linked-user.ts";
import type { CryptoFailures } from "./connection/crypto-failures.ts";
import { ReconnectGivenUp, statusOf } from "./connection/disconnect.ts";
import { type Connection, openConnection } from "./connection/open-connection.ts";
import { watchConnection } from "./connection/watchdog.ts";
import { createDirectory } from "./directory.ts";
import { phoneOfJid, plainJid } from "./identity/jid.ts";
import { createPhoneNumbers } from "./identity/phone-numbers.ts";
import { fetchMedia } from "./inbound/fetch-media.ts";
import { createGroups } from "./inbound/groups.ts";
import { createInboundFeed } from "./inbound/inbound-feed.ts";
import { createOwnEchoes } from "./inbound/own-echoes.ts";
import { createRecentKeys } from "./inbound/recent-keys.ts";
import { isSelfChatMode } from "./inbound/self-chat-mode.ts";
import { openWaitingMedia } from "./inbound/waiting-media.ts";
import { createMessageMarks } from "./send/message-marks.ts";
import { createSender } from "./send/send-delivery.ts";
import type { OpenSocket, WhatsAppSocket } from "./socket/whatsapp-socket.ts";

export interface AccountSurroundings {
  open: OpenSocket;
  cryptoFailures: CryptoFailures;
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  every(ms: number, run: () => void): () => void;
  random?: (() => number) | undefined;
}

/**
 * Connects one linked device, and again whenever the connection ends. Resolves at the first connection.
 * @throws ChannelError `logged_out` when it is not linked; ReconnectGivenUp after `web.reconnect.maxAttempts`
 */
export async function startAccount(
  context: ChannelContext<WhatsAppAccount>,
  surroundings: AccountSurroundings,
): Promise<RunningAccount> {
  const { account, accountId, log, signal, report } = context;
  const { now, wait, every } = surroundings;
  if ((await readLinkedUser(account.authDir)) === undefined) throw new ChannelError("logged_out", notLinked(accountId));
  const echoes = createOwnEchoes();
  const keys = createRecentKeys();
  const media = await openWaitingMedia({ dir: path.join(context.stateDir, "whatsapp", accountId, "media"), now });
  const known = Promise.withResolvers<void>();
  const feed = createInboundFeed({ context, keys, echoes, media, now, ready: known.promise });
  let current: Connection | undefined;
  const socket = (): WhatsAppSocket => {
    if (current === undefined) throw new ChannelError("unavailable", noListener(accountId));
    return current.socket;
  };
  const numbers = createPhoneNumbers((lid) => socket().phoneOfLid(lid));
  const groups = createGroups({ numbers, now, log });
  const self = () => phoneOfJid(current?.socket.user?.id);
  const note = (text: string) =>
    context
      .note({ kind: "system", channel: "whatsapp", accountId, text, at: now() })
      .catch((error: unknown) => log.warn("an event could not be noted", { error: String(error) }));

  const connect = async (): Promise<Connection> => {
    feed.reset();
    const connection = await openConnection({
      open: surroundings.open,
      socket: { authDir: account.authDir, socketUrl: account.socketUrl, log, signal },
      accountId,
      prepare: (opened) =>
        feed.listen(opened, {
          numbers: createPhoneNumbers((lid) => opened.phoneOfLid(lid)),
          groups,
          connectedAt: now(),
        }),
    });
    current = connection;
    const stopWatching = watchConnection({
      lastMessageAt: feed.lastMessageAt,
      drop: connection.drop,
      heartbeatMs: account.web.heartbeatMs,
      every,
      now,
      log,
    });
    const over = (error?: unknown) => {
      stopWatching();
      if (current === connection) current = undefined;
      if (!signal.aborted) void note(`WhatsApp gateway disconnected (status ${statusOf(error) ?? "unknown"})`);
    };
    connection.closed.then(over, over);
    await connection.socket
      .sendPresenceUpdate("available")
      .catch((error: unknown) => log.debug("the presence was not taken", { error: String(error) }));
    return connection;
  };

  const opened = Promise.withResolvers<void>();
  let lastProblem: unknown;
  const remember = (error: unknown): never => {
    lastProblem = error;
    throw error;
  };
  const closed = keepConnected({
    signal,
    policy: account.web.reconnect,
    wait,
    now,
    ...(surroundings.random === undefined ? {} : { random: surroundings.random }),
    async connect() {
      try {
        const connection = await connect();
        return { ...connection, closed: connection.closed.catch(remember) };
      } catch (error) {
        return remember(error);
      }
    },
    report(state) {
      const { lastDisconnect, ...rest } = state;
      const status = statusOf(lastProblem);
      if (lastDisconnect === undefined) return report(rest);
      report({ ...rest, lastDisconnect: { ...lastDisconnect, ...(status === undefined ? {} : { status }) } });
    },
    onConnected({ socket: { user } }) {
      const e164 = phoneOfJid(user?.id);
      const id = e164 ?? plainJid(user?.id);
      report({
        linked: true,
        mode: "socket",
        self: {
          ...(id === undefined ? {} : { id }),
          ...(e164 === undefined ? {} : { e164 }),
          ...(user?.name === undefined ? {} : { name: user.name }),
        },
      });
      void note(`WhatsApp gateway connected as ${e164 ?? id ?? "unknown"}.`);
      opened.resolve();
    },
    onRetry({ error, attempt, delayMs }) {
      log.warn(`WhatsApp Web connection closed (status ${statusOf(error) ?? "unknown"})`, { attempt, delayMs });
    },
  }).catch((error: unknown) => Promise.reject(finalError(error, account.web.reconnect)));
  const stopWatchingCrypto = surroundings.cryptoFailures.watch((reason) => current?.drop(reason));
  try {
    await Promise.race([
      opened.promise,
      closed.then(() => Promise.reject(new ChannelError("unavailable", "the account was stopped"))),
    ]);
  } catch (error) {
    stopWatchingCrypto();
    throw error;
  }

  // Messages come with the connection, but receipts and reactions for them go through what is returned here.
  setImmediate(known.resolve);
  const marks = createMessageMarks({ socket, keys });
  const receipts = account.settings.sendReadReceipts;
  return {
    closed,
    send: createSender({ context, socket, echoes }),
    ...marks,
    async markRead(message) {
      if (receipts && !isSelfChatMode(account.settings, self())) await marks.markRead(message);
    },
    fetchMedia: (ref, limits) => fetchMedia(ref, limits, { media, socket: socket() }),
    directory: createDirectory({ socket, numbers, groups, self }),
    async stop() {
      stopWatchingCrypto();
      await current?.end();
      await feed.idle();
      await closed.catch(() => {}); // the host was told by `closed` itself
    },
  };
}

function finalError(error: unknown, { maxAttempts }: ReconnectPolicy): unknown {
  if (error instanceof ChannelError && error.permanent) return error;
  return new ReconnectGivenUp(
    `WhatsApp Web reconnect: max attempts reached (${maxAttempts}/${maxAttempts}). Stopping web monitoring.`,
    { cause: error },
  );
}

const linkCommand = (accountId: string) => `openclaw channels login --channel whatsapp --account ${accountId}`;

function notLinked(accountId: string): string {
  return `Not linked (no WhatsApp Web session). Link WhatsApp with: ${linkCommand(accountId)}`;
}

/** What is said of an account that nobody listens on. */
export function noListener(accountId: string): string {
  return `No active WhatsApp Web listener (account: ${accountId}). Start the gateway, then link WhatsApp with: ${linkCommand(accountId)}.`;
}

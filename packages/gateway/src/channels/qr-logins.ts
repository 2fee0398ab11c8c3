import type { Logger } from "@openclaw/log";
import { type Channel, type LoginResult, normalizeAccountId } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import { accountIds, type ChannelSettings, channelConfigInput, readAccount } from "./account-config.ts";

/** How long a QR can be scanned, ms. */
const loginMs = 3 * 60_000;

/** Linking for clients: one asks for a picture to scan, or with a telephone number for a code to type, then waits. */
export interface QrLogins {
  start(
    channel: Channel,
    request: {
      accountId?: string | undefined;
      force?: boolean | undefined;
      timeoutMs?: number | undefined;
      phoneNumber?: string | undefined;
    },
  ): Promise<{ message: string; qrDataUrl?: string; pairingCode?: string }>;
  wait(
    channel: Channel,
    request: { accountId?: string | undefined; timeoutMs?: number | undefined },
  ): Promise<{ connected: boolean; message: string }>;
  close(): void;
}

interface ActiveLogin {
  startedAt: number;
  stop: AbortController;
  /** By which telephone it is linked with a code; by a picture when absent. */
  phoneNumber: string | undefined;
  shown: Promise<{ qrDataUrl: string } | { pairingCode: string }>;
  done: Promise<LoginResult>;
}

export function createQrLogins(options: {
  settings: ChannelSettings;
  /** Stops the account, so that two connections do not fight over one link. */
  stopAccount(channel: string, accountId: string): Promise<void>;
  startAccount(channel: string, accountId: string): Promise<void>;
  clock: Clock;
  log: Logger;
}): QrLogins {
  const active = new Map<string, ActiveLogin>();
  const place = (channel: Channel, wanted: string | undefined) => {
    const input = channelConfigInput(options.settings, channel.meta.id);
    const accountId = normalizeAccountId(wanted ?? accountIds(channel, input).defaultId);
    return { key: `${channel.meta.id}/${accountId}`, accountId, ...readAccount(channel, input, accountId) };
  };
  const isFresh = ({ startedAt }: ActiveLogin) => options.clock.now() - startedAt < loginMs;
  const end = (key: string) => {
    active.get(key)?.stop.abort();
    active.delete(key);
  };

  return {
    async start(channel, { accountId: wanted, force = false, timeoutMs, phoneNumber }) {
      const { login, qrLogin } = channel;
      if (qrLogin !== undefined && login === undefined) {
        const { accountId } = place(channel, wanted);
        await options.stopAccount(channel.meta.id, accountId);
        const { message, qrDataUrl } = await qrLogin.start({ accountId, force, timeoutMs });
        return { message, ...(qrDataUrl === undefined ? {} : { qrDataUrl }) };
      }
      if (login === undefined) throw new Error(`channel ${channel.meta.id} does not link by QR`);
      const { key, accountId, account, input, problem } = place(channel, wanted);
      const what = phoneNumber === undefined ? "QR" : "pairing code";
      if (problem !== undefined) return { message: `Failed to get ${what}: ${problem}` };
      const { label } = channel.meta;
      const linked = await login.linkedAs(account);
      if (linked !== undefined && !force) {
        return { message: `${label} is already linked (${linked}). Say “relink” if you want a fresh QR.` };
      }
      const running = active.get(key);
      if (running !== undefined && isFresh(running) && running.phoneNumber === phoneNumber) {
        const shown = await running.shown;
        return "qrDataUrl" in shown
          ? { ...shown, message: `QR already active. Scan it in ${label} → Linked Devices.` }
          : { ...shown, message: `A code is active already. Type it in ${label} → Linked Devices.` };
      }
      end(key);
      await options.stopAccount(channel.meta.id, accountId);
      const stop = new AbortController();
      const first = Promise.withResolvers<Awaited<ActiveLogin["shown"]>>();
      first.promise.catch(() => {}); // whoever asks for the picture hears of it
      const done = login
        .login({
          ...input,
          account,
          force,
          phoneNumber,
          log: options.log,
          signal: stop.signal,
          onQr(content) {
            import("./qr-png.ts").then(
              ({ qrDataUrl }) => first.resolve({ qrDataUrl: qrDataUrl(content) }),
              first.reject,
            );
          },
          onPairingCode: (pairingCode) => first.resolve({ pairingCode }),
        })
        .catch((error: unknown): LoginResult => {
          return { linked: false, reason: "failed", message: error instanceof Error ? error.message : String(error) };
        });
      active.set(key, { startedAt: options.clock.now(), stop, phoneNumber, shown: first.promise, done });
      void done.then((result) => {
        if (!result.linked) first.reject(new Error(result.message));
      });
      const waitMs = Math.max(timeoutMs ?? 30_000, 5000);
      try {
        const shown = await within(first.promise, waitMs, `no ${what} within ${waitMs} ms`);
        return "qrDataUrl" in shown
          ? { ...shown, message: `Scan this QR in ${label} → Linked Devices.` }
          : { ...shown, message: `Type this code in ${label} → Linked Devices → Link with phone number.` };
      } catch (error) {
        end(key);
        return { message: `Failed to get ${what}: ${error instanceof Error ? error.message : String(error)}` };
      }
    },
    async wait(channel, { accountId: wanted, timeoutMs }) {
      const { key, accountId } = place(channel, wanted);
      const { label } = channel.meta;
      if (channel.qrLogin !== undefined && channel.login === undefined) {
        const { connected, message } = await channel.qrLogin.wait({ accountId, timeoutMs });
        if (connected) await options.startAccount(channel.meta.id, accountId);
        return { connected, message };
      }
      const login = active.get(key);
      if (login === undefined) return { connected: false, message: `No active ${label} login in progress.` };
      if (!isFresh(login)) {
        end(key);
        return { connected: false, message: "The login QR expired. Ask me to generate a new one." };
      }
      const result = await within(login.done, Math.max(timeoutMs ?? 120_000, 1000), "late").catch(() => undefined);
      if (result === undefined) {
        return { connected: false, message: "Still waiting for the QR scan. Let me know when you’ve scanned it." };
      }
      end(key);
      if (result.linked) {
        await options.startAccount(channel.meta.id, accountId);
        return { connected: true, message: `✅ Linked! ${label} is ready.` };
      }
      return {
        connected: false,
        message:
          result.reason === "logged_out"
            ? `${label} reported the session is logged out. Cleared cached web session; please scan a new QR.`
            : `${label} login failed: ${result.message}`,
      };
    },
    close() {
      for (const key of [...active.keys()]) end(key);
    },
  };
}

async function within<T>(work: Promise<T>, ms: number, problem: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(problem)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

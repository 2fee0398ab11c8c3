import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Channel, ChannelAccount, Delivery, InboundMessage, TypingChat } from "@openclaw/plugin-sdk";

/** The channels of a Gateway that are running, one account each. */
export interface Channels {
  /** Starts every channel that is configured; one that fails is reported and left out. */
  start(receive: (message: InboundMessage) => Promise<void>): Promise<void>;
  isRunning(id: string): boolean;
  send(delivery: Delivery): Promise<{ messageId?: string | undefined }>;
  /** Shows that an answer is being written, where the channel can show it. A failure is only logged. */
  showTyping(channel: string, chat: TypingChat): void;
  /** What a channel says of itself. */
  get(id: string): Channel | undefined;
  ids(): string[];
  stop(): Promise<void>;
}

const defaultAccount = "default";
/** How long a channel may take to disconnect, ms; then the Gateway stops without waiting for it. */
const STOP_LIMIT_MS = 1000;

export function createChannels(options: {
  channels: readonly Channel[];
  config(): OpenClawConfig;
  log: Logger;
}): Channels {
  const { log } = options;
  const running = new Map<string, { channel: Channel; account: ChannelAccount; stop: AbortController }>();
  const sectionOf = (id: string) =>
    (options.config().channels as Record<string, { enabled?: boolean } | undefined> | undefined)?.[id];

  return {
    async start(receive) {
      await Promise.all(
        options.channels.map(async (channel) => {
          const { id } = channel.meta;
          const section = sectionOf(id);
          if (!section || section.enabled === false) return;
          const stop = new AbortController();
          try {
            const account = await channel.start({
              accountId: defaultAccount,
              config: section,
              log: log.child(id),
              signal: stop.signal,
              receive,
            });
            running.set(id, { channel, account, stop });
          } catch (error) {
            log.error(`channel ${id} could not start`, { error: String(error) });
          }
        }),
      );
    },
    isRunning: (id) => running.has(id),
    async send(delivery) {
      const entry = running.get(delivery.channel);
      if (!entry) throw new Error(`channel ${delivery.channel} is not running`);
      return entry.account.send(delivery);
    },
    showTyping(channel, chat) {
      running
        .get(channel)
        ?.account.typing?.(chat)
        .catch((error: unknown) =>
          log.debug(`${channel} could not show that somebody types`, { error: String(error) }),
        );
    },
    get: (id) => options.channels.find((channel) => channel.meta.id === id),
    ids: () => options.channels.map((channel) => channel.meta.id),
    async stop() {
      await Promise.all(
        [...running.entries()].map(async ([id, { account, stop }]) => {
          stop.abort();
          let timer: NodeJS.Timeout | undefined;
          const limit = new Promise<never>((_resolve, reject) => {
            timer = setTimeout(() => reject(new Error(`it did not end within ${STOP_LIMIT_MS} ms`)), STOP_LIMIT_MS);
          });
          try {
            await Promise.race([account.stop(), limit]);
          } catch (error) {
            log.error(`channel ${id} could not stop cleanly`, { error: String(error) });
          } finally {
            clearTimeout(timer);
          }
        }),
      );
      running.clear();
    },
  };
}

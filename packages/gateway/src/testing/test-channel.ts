import type { Channel, ChannelContext, Delivery, InboundMessage } from "@openclaw/plugin-sdk";

/** A chat service inside the test: it takes every message, and writes what the test tells it to. */
export interface TestChannel extends Channel {
  /** What was sent so far, in order. */
  readonly sent: readonly Delivery[];
  /** Somebody writes; resolves when the Gateway has taken it. */
  write(text: string, more?: Partial<InboundMessage>): Promise<void>;
}

export function createTestChannel(id: string): TestChannel {
  const sent: Delivery[] = [];
  let context: ChannelContext | undefined;
  let written = 0;
  return {
    meta: { id, label: id },
    sent,
    async start(given) {
      context = given;
      return {
        async send(delivery) {
          sent.push(delivery);
          return { messageId: `platform-${sent.length}` };
        },
        async stop() {},
      };
    },
    async write(text, more = {}) {
      written += 1;
      if (context === undefined) throw new Error(`channel ${id} is not running`);
      await context.receive({
        id: `m${written}`,
        channel: id,
        accountId: "default",
        chat: { kind: "direct", id: "7" },
        sender: { id: "7" },
        text,
        at: Date.now(),
        ...more,
      });
    },
  };
}

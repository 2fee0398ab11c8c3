import type { Channel, Delivery, InboundMessage, RunningAccount } from "@openclaw/plugin-sdk";

/** A channel in this process: what it is told to receive, and what it was given to send. */
export function chatService(id = "telegram", more: Partial<Channel> & { account?: Partial<RunningAccount> } = {}) {
  const { account, ...about } = more;
  const deliveries: Delivery[] = [];
  const waiting: ((delivery: Delivery) => void)[] = [];
  let receive: (message: InboundMessage) => Promise<void> = async () => {};
  let next = 0;
  const channel: Channel = {
    meta: { id, label: id },
    async start(context) {
      receive = context.receive;
      return {
        ...account,
        async send(delivery) {
          const waiter = waiting.shift();
          if (waiter) waiter(delivery);
          else deliveries.push(delivery);
          return {};
        },
        async stop() {},
      };
    },
    ...about,
  };
  return {
    channel,
    tell: (text: string, more: Partial<InboundMessage> = {}) =>
      receive({
        id: `in${++next}`,
        channel: id,
        accountId: "default",
        chat: { kind: "direct", id: "7" },
        sender: { id: "7", username: "ada" },
        text,
        at: Date.now(),
        ...more,
      }),
    sent: () => {
      const early = deliveries.shift();
      return early ? Promise.resolve(early) : new Promise<Delivery>((resolve) => waiting.push(resolve));
    },
    untaken: deliveries,
  };
}

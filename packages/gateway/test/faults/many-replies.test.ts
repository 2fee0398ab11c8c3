import { expect, it } from "vitest";
import { createGatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const kills = 3;
const chats = 50;
/** Messages the service took before each kill; what it took last may not have been noted. */
const takenBefore = 10;

it("killed while 50 replies are on their way, every message is answered, none is lost, few come twice", async () => {
  await using home = await createGatewayHome();
  home.configure({
    channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
    session: { dmScope: "per-channel-peer" },
    agents: { defaults: { maxConcurrent: 8 } },
  });
  const answers = new Map<string, number>();
  const take = async (gateway: StartedGateway) => {
    const { text = "" } = await gateway.acceptSend();
    const key = /round \d+ chat \d+/.exec(text)?.[0] ?? text;
    answers.set(key, (answers.get(key) ?? 0) + 1);
  };
  for (let round = 0; round < kills; round++) {
    const gateway = await StartedGateway.start(home, { channel: true });
    await Promise.all(
      Array.from({ length: chats }, (_, chat) =>
        gateway.receive({
          id: `r${round}c${chat}`,
          channel: "telegram",
          accountId: "default",
          chat: { kind: "direct", id: String(100 + chat) },
          sender: { id: String(100 + chat) },
          text: `round ${round} chat ${chat}`,
          at: Date.now(),
        }),
      ),
    );
    for (let count = 0; count < takenBefore; count++) await take(gateway);
    await gateway.kill();
    const next = await StartedGateway.start(home, { channel: true });
    while (answers.size < (round + 1) * chats) await take(next);
    await next.terminate();
  }
  const twice = [...answers.values()].reduce((sum, count) => sum + count - 1, 0);
  expect(twice).toBeLessThanOrEqual(kills * takenBefore);
}, 90_000);

import type { InboundMessage } from "@openclaw/plugin-sdk";
import { expect, it } from "vitest";
import { createGatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const kills = 3;
/** More often than a reply may fail; with those above 20 kills while 50 replies are on their way. */
const killsOfTheSame = 17;
const chats = 50;
/** Messages the service took before each kill; what it took last may not have been noted. */
const takenBefore = 10;

/** A private message that names its round and chat. */
function message(round: number, chat: number): InboundMessage {
  return {
    id: `r${round}c${chat}`,
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: String(100 + chat) },
    sender: { id: String(100 + chat) },
    text: `round ${round} chat ${chat}`,
    at: Date.now(),
  };
}

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
  let gateway = await StartedGateway.start(home, { channel: true });
  for (let round = 0; round < kills; round++) {
    await Promise.all(Array.from({ length: chats }, (_, chat) => gateway.receive(message(round, chat))));
    for (let count = 0; count < takenBefore; count++) await take(gateway);
    await gateway.kill();
    gateway = await StartedGateway.start(home, { channel: true });
    while (answers.size < (round + 1) * chats) await take(gateway);
  }
  await gateway.terminate();
  const twice = [...answers.values()].reduce((sum, count) => sum + count - 1, 0);
  expect(twice).toBeLessThanOrEqual(kills * takenBefore);
}, 90_000);

it("replies that are on their way at each of 17 kills are not given up, and come in the end", async () => {
  await using home = await createGatewayHome();
  home.configure({
    channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
    session: { dmScope: "per-channel-peer" },
    agents: { defaults: { maxConcurrent: 8 } },
  });
  await using first = await StartedGateway.start(home, { channel: true });
  await Promise.all(Array.from({ length: chats }, (_, chat) => first.receive(message(0, chat))));
  for (let count = 0; count < chats; count++) await first.nextSend();
  // The runs end with it; what is left open are the replies alone.
  await first.terminate();
  for (let kill = 0; kill < killsOfTheSame; kill++) {
    await using gateway = await StartedGateway.start(home, { channel: true });
    for (let count = 0; count < chats; count++) await gateway.nextSend();
    await gateway.kill();
  }
  await using last = await StartedGateway.start(home, { channel: true });
  const answered = new Set<string>();
  for (let count = 0; count < chats; count++) answered.add((await last.acceptSend()).to);
  expect(answered.size).toBe(chats);
  expect(home.log()).not.toContain("given up");
}, 120_000);

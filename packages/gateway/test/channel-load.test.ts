import type { ChannelEntry } from "@openclaw/plugin-sdk";
import { afterEach, expect, it } from "vitest";
import { chatService } from "../src/testing/chat-service.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";
import { createGatewayHome } from "./faults/gateway-home.ts";
import { StartedGateway } from "./faults/started-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

it("500 messages from 100 chats at once are all answered, in order per chat", async () => {
  const chats = chatService();
  gateway = await startTestGateway({
    channels: [chats.channel],
    config: {
      agents: { defaults: { maxConcurrent: 8 } },
      session: { dmScope: "per-channel-peer" },
      messages: { queue: { mode: "followup", debounceMs: 0 } },
      channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } },
    },
  });
  const ids = Array.from({ length: 100 }, (_, index) => String(1000 + index));
  for (let round = 0; round < 5; round++) {
    await Promise.all(
      ids.map((id) => chats.tell(`number ${round} of ${id}`, { sender: { id }, chat: { kind: "direct", id } })),
    );
  }
  const answers = new Map<string, number[]>();
  for (let count = 0; count < 500; count++) {
    const { to, text } = await chats.sent();
    const round = Number(/number (\d) of/.exec(text ?? "")?.[1]);
    answers.set(to, [...(answers.get(to) ?? []), round]);
  }
  expect([...answers.keys()].sort()).toEqual(ids);
  for (const [, rounds] of answers) expect(rounds).toEqual([0, 1, 2, 3, 4]);
  expect(chats.untaken).toEqual([]);
}, 60_000);

/** What is alive when the last ends of runs have been written: the least of several looks, bytes. */
async function memoryAtRest(started: StartedGateway): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 10; look++) least = Math.min(least, await started.memory());
  return least;
}

it("memory is back to within a fifth after 500 messages from 100 chats", async () => {
  await using home = await createGatewayHome();
  home.configure({
    channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
    session: { dmScope: "per-channel-peer" },
    agents: { defaults: { maxConcurrent: 8 } },
  });
  await using started = await StartedGateway.start(home, { channel: true });
  /** Everybody writes `rounds` times, and is answered. */
  const burst = async (name: string, rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      for (let chat = 0; chat < 100; chat++) {
        const id = String(1000 + chat);
        const message = { id: `${name}.${round}`, chat: { kind: "direct", id }, sender: { id }, text: "hi" } as const;
        started.tell({
          type: "receive",
          message: { ...message, channel: "telegram", accountId: "default", at: Date.now() },
        });
      }
    }
    for (let count = 0; count < rounds * 100; count++) await started.acceptSend();
  };
  // Code and sessions are loaded by the first of them.
  await burst("first", 5);
  const before = await memoryAtRest(started);
  await burst("second", 5);
  expect((await memoryAtRest(started)) / before).toBeLessThan(1.2);
}, 60_000);

it("a channel that is not configured is not loaded, one that is configured is loaded once", async () => {
  const loads: string[] = [];
  const entry = (id: string): ChannelEntry => ({
    meta: { id, label: id },
    async load() {
      loads.push(id);
      return chatService(id).channel;
    },
  });
  gateway = await startTestGateway({
    channels: [entry("telegram"), entry("discord"), entry("slack")],
    config: { channels: { discord: {} } },
  });
  const client = await gateway.connect();
  await client.request("channels.status", {});
  expect(loads).toEqual(["discord"]);
});

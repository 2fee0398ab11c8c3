import type { InboundMessage } from "@openclaw/plugin-sdk";
import { expect, it } from "vitest";
import { textOf } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const answer = "slow reply to please one two three four five six seven eight";

async function homeWithBlocks(): Promise<GatewayHome> {
  const home = await createGatewayHome();
  home.configure({
    channels: {
      telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"], blockStreaming: true, replyToMode: "all" },
    },
    session: { dmScope: "per-channel-peer" },
    agents: {
      defaults: {
        workspace: home.workspace,
        skipBootstrap: true,
        model: { primary: "fake/fake-1" },
        blockStreamingChunk: { minChars: 8, maxChars: 16 },
        blockStreamingCoalesce: { minChars: 1, maxChars: 16, idleMs: 0 },
      },
    },
  });
  return home;
}

const start = (home: GatewayHome) => StartedGateway.start(home, { channel: true });

function message(id: string, text: string, sender = "7"): InboundMessage {
  return {
    id,
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: sender },
    sender: { id: sender },
    text,
    at: Date.now(),
  };
}

/** Takes what is sent until the blocks, with those of before, make up the answer. */
async function takeRest(gateway: StartedGateway, taken: string[]): Promise<void> {
  while (taken.join(" ") !== answer) {
    taken.push((await gateway.acceptSend()).text ?? "");
    expect(answer.startsWith(taken.join(" ")), taken.join(" | ")).toBe(true);
  }
}

/** Writes once more: whatever was still to be sent in this chat would come before the answer. */
async function expectNothingElse(gateway: StartedGateway): Promise<void> {
  await gateway.receive(message("last", "hi"));
  const next = await gateway.acceptSend();
  expect(next.text).toMatch(/^You said:/);
}

it("sends an answer in blocks while the model writes it, each when the one before was taken", async () => {
  await using home = await homeWithBlocks();
  await using gateway = await start(home);
  await gateway.receive(message("m1", "slow:20 please"));
  const { number, delivery } = await gateway.nextSend();
  expect(delivery).toMatchObject({ channel: "telegram", accountId: "default", to: "7", replyTo: "m1" });
  const client = await gateway.connect();
  expect(gateway.untaken).toEqual([]);
  gateway.tell({ type: "sent", number });
  const taken = [delivery.text ?? ""];
  await takeRest(gateway, taken);
  expect(taken.length).toBeGreaterThan(3);
  for (const text of taken) expect(text.length).toBeLessThanOrEqual(16);
  expect(await client.waitForRun("channel|telegram|default|7||m1")).toMatchObject({ status: "ok" });
  await expectNothingElse(gateway);
});

it("neither repeats nor loses a block when it is killed while the model writes", async () => {
  await using home = await homeWithBlocks();
  const first = await start(home);
  await first.receive(message("m1", "slow:60 please"));
  const taken = [(await first.acceptSend()).text ?? "", (await first.acceptSend()).text ?? ""];
  // The third is in the outbox, and the service has not taken it.
  await first.nextSend();
  await first.kill();

  await using second = await start(home);
  await takeRest(second, taken);
  expect(home.model.requests).toHaveLength(2);
  await expectNothingElse(second);
});

it("sends the rest of a message that was complete when it was killed, without asking the model again", async () => {
  await using home = await homeWithBlocks();
  const first = await start(home);
  const client = await first.connect();
  await first.receive(message("m1", "slow:1 please"));
  const { sessionKey } = await client.chat(({ message: text }) => textOf(text) === answer);
  while ((await client.history(sessionKey)).length < 2) expect(home.model.requests).toHaveLength(1);
  const taken = [(await first.acceptSend()).text ?? ""];
  await first.nextSend();
  await first.kill();

  await using second = await start(home);
  await takeRest(second, taken);
  expect(home.model.requests).toHaveLength(1);
  await expectNothingElse(second);
});

it("goes on after several kills as if there had been none", async () => {
  await using home = await homeWithBlocks();
  const taken: string[] = [];
  for (const life of [1, 2]) {
    const gateway = await start(home);
    if (life === 1) await gateway.receive(message("m1", "slow:30 please"));
    taken.push((await gateway.acceptSend()).text ?? "");
    // Comes only when the first was noted as sent.
    await gateway.nextSend();
    await gateway.kill();
  }
  await using last = await start(home);
  await takeRest(last, taken);
  await expectNothingElse(last);
});

it("leaves a started answer to the next start when it is stopped, and ends it there", async () => {
  await using home = await homeWithBlocks();
  const first = await start(home);
  await first.receive(message("m1", "slow:500 please"));
  const taken = [(await first.acceptSend()).text ?? ""];
  await first.terminate();

  home.model.enqueue({ words: answer.split(" ") });
  await using second = await start(home);
  await takeRest(second, taken);
  await expectNothingElse(second);
});

it("follows a model that answers something else after a kill, from the first block that differs", async () => {
  await using home = await homeWithBlocks();
  const first = await start(home);
  home.model.enqueue({ words: "one two three four five six seven eight".split(" "), gapMs: 60 });
  await first.receive(message("m1", "count"));
  const taken = [(await first.acceptSend()).text ?? "", (await first.acceptSend()).text ?? ""];
  const left = await first.nextSend();
  await first.kill();
  expect("one two three four five six seven eight".startsWith(taken.join(" "))).toBe(true);

  home.model.enqueue({ words: `${taken[0]} then something else entirely`.split(" ") });
  await using second = await start(home);
  expect(await second.acceptSend()).toEqual(left.delivery);
  const rest: string[] = [];
  while (rest.join(" ") !== "then something else entirely") {
    rest.push((await second.acceptSend()).text ?? "");
    expect("then something else entirely".startsWith(rest.join(" "))).toBe(true);
  }
  await expectNothingElse(second);
});

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import { createGatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const slowAnswer = "slow reply to hello one two three four five six seven eight";

export interface BlockKillReport {
  kills: number;
  received: number;
  blocks: number;
  givenUp: number;
  /** Sent a second time because the kill came between the service's answer and its note: the documented window. */
  repeated: number;
}

interface Taken {
  life: number;
  delivery: Delivery;
}

/**
 * Starts a Gateway whose chat gets answers in blocks `rounds` times, writes to it and kills it at a random moment. At the
 * end the blocks of every message the Gateway took must be its whole answer, in order; only what the service took last
 * before a kill may have come twice.
 * @throws AssertionError
 */
export async function killBlocksAtRandom(rounds: number, random: () => number = Math.random): Promise<BlockKillReport> {
  await using home = await createGatewayHome();
  home.configure({
    channels: {
      telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"], blockStreaming: true, replyToMode: "all" },
    },
    agents: {
      defaults: {
        workspace: home.workspace,
        skipBootstrap: true,
        model: { primary: "fake/fake-1" },
        blockStreamingChunk: { minChars: 6, maxChars: 60 },
        blockStreamingCoalesce: { minChars: 1, maxChars: 60, idleMs: 10 },
      },
    },
  });
  const received: InboundMessage[] = [];
  const taken: Taken[] = [];
  const take = async (gateway: StartedGateway, life: number) => {
    for (;;) {
      const sent = await Promise.race([gateway.nextSend(), gateway.exit.then(() => undefined)]);
      if (!sent) return;
      taken.push({ life, delivery: sent.delivery });
      gateway.tell({ type: "sent", number: sent.number });
    }
  };
  const write = async (gateway: StartedGateway, message: InboundMessage) => {
    const answer = await Promise.race([gateway.receive(message), gateway.exit.then(() => undefined)]);
    if (answer === "received") received.push(message);
  };

  for (let life = 0; life < rounds; life += 1) {
    const gateway = await StartedGateway.start(home, { channel: true });
    const taking = take(gateway, life);
    const writing = write(gateway, newMessage(`${life}`, random));
    // The random moment is what is tested here, not something to wait for.
    await delay(random() * 500);
    await gateway.kill();
    await Promise.all([writing, taking]);
  }

  await using last = await StartedGateway.start(home, { channel: true });
  void take(last, rounds);
  const client = await last.connect();
  await write(
    last,
    newMessage("last", () => 0),
  );
  assert.equal((await client.waitForRun("channel|telegram|default|7||last", 60_000)).status, "ok");
  while (!answerTo("last", taken).text.endsWith("[message_id:last]")) await Promise.race([delay(20), last.exit]);
  return check(rounds, received, taken);
}

function newMessage(id: string, random: () => number): InboundMessage {
  return {
    id,
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: "7" },
    sender: { id: "7" },
    text: random() < 0.3 ? "hello" : "slow:25 hello",
    at: Date.now(),
  };
}

/** The blocks of an answer as one text without blank space. */
function answerTo(id: string, taken: readonly Taken[]): { text: string; repeated: number; blocks: number } {
  const own = taken.filter(({ delivery }) => delivery.replyTo === id);
  let repeated = 0;
  const once = own.filter((each, index) => {
    const before = own[index - 1];
    const again = before !== undefined && before.life < each.life && before.delivery.text === each.delivery.text;
    if (again) repeated += 1;
    return !again;
  });
  return {
    text: once
      .map(({ delivery }) => delivery.text ?? "")
      .join("")
      .replace(/\s/g, ""),
    repeated,
    blocks: once.length,
  };
}

function check(rounds: number, received: readonly InboundMessage[], taken: readonly Taken[]): BlockKillReport {
  const report = { kills: rounds, received: received.length, blocks: 0, givenUp: 0, repeated: 0 };
  for (const { id, text: asked } of received) {
    const { text, repeated, blocks } = answerTo(id, taken);
    report.blocks += blocks;
    report.repeated += repeated;
    if (text.includes("givenupafter")) {
      report.givenUp += 1;
      continue;
    }
    if (asked === "hello")
      assert.match(text, new RegExp(`^Yousaid:\\[.*\\]hello\\[message_id:${id}\\]$`), `the answer to ${id}`);
    else assert.equal(text, slowAnswer.replace(/\s/g, ""), `the answer to ${id}`);
  }
  const order = taken.map(({ delivery }) => delivery.replyTo ?? "");
  const first = [...new Set(order)].filter((id) => received.some((message) => message.id === id));
  assert.deepEqual(
    first,
    received.map(({ id }) => id),
    "answers are out of order",
  );
  return report;
}

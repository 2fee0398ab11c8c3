import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import { createGatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const senders = ["7", "8", "9"];

export interface ChannelKillReport {
  kills: number;
  received: number;
  givenUp: number;
  /** Sent a second time because the kill came between the service's answer and its note: the documented window. */
  repeated: number;
}

/** A delivery the service took, and in which life of the Gateway. */
interface Taken {
  life: number;
  delivery: Delivery;
}

/**
 * Starts a Gateway with a chat channel `rounds` times, lets people write to it and kills it at a random moment. At the end
 * every message the Gateway took must have one answer in its chat, in order, whatever was cut off. Only what the service
 * took last before a kill may have come twice.
 * @throws AssertionError
 */
export async function killChannelAtRandom(
  rounds: number,
  random: () => number = Math.random,
): Promise<ChannelKillReport> {
  await using home = await createGatewayHome();
  home.configure({
    channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
    session: { dmScope: "per-channel-peer" },
  });
  const received: InboundMessage[] = [];
  const taken: Taken[] = [];

  for (let life = 0; life < rounds; life += 1) {
    const gateway = await StartedGateway.start(home, { channel: true });
    const stopTaking = takeSends(gateway, life, taken);
    const written = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) =>
      write(gateway, newMessage(`${life}.${index}`, random), received),
    );
    // The random moment is what is tested here, not something to wait for.
    await delay(random() * 500);
    await gateway.kill();
    await Promise.all([...written, stopTaking]);
  }

  await using last = await StartedGateway.start(home, { channel: true });
  void takeSends(last, rounds, taken);
  const client = await last.connect();
  for (const sender of senders) {
    // Behind everything else in this chat.
    const final = newMessage(`last-${sender}`, () => 0, sender);
    await write(last, final, received);
    const runId = `channel|telegram|default|${sender}||${final.id}`;
    assert.equal((await client.waitForRun(runId)).status, "ok");
  }
  await until(last, () =>
    senders.every((sender) => taken.some(({ delivery }) => delivery.replyTo === `last-${sender}`)),
  );
  return check(rounds, received, taken);
}

/** The service takes whatever it is given; resolves when the Gateway has ended. */
async function takeSends(gateway: StartedGateway, life: number, taken: Taken[]): Promise<void> {
  for (;;) {
    const sent = await Promise.race([gateway.nextSend(), gateway.exit.then(() => undefined)]);
    if (!sent) return;
    taken.push({ life, delivery: sent.delivery });
    gateway.tell({ type: "sent", number: sent.number });
  }
}

async function until(gateway: StartedGateway, done: () => boolean): Promise<void> {
  while (!done()) await Promise.race([delay(20), gateway.exit]);
}

function newMessage(id: string, random: () => number, sender?: string): InboundMessage {
  const from = sender ?? senders[Math.floor(random() * senders.length)] ?? "7";
  return {
    id,
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: from },
    sender: { id: from },
    text: random() < 0.5 ? "hello" : "slow:8 hello",
    at: Date.now(),
  };
}

/** Notes the message when the Gateway has taken it; a service would deliver the others again. */
async function write(gateway: StartedGateway, message: InboundMessage, received: InboundMessage[]): Promise<void> {
  const answer = await Promise.race([gateway.receive(message), gateway.exit.then(() => undefined)]);
  if (answer === "received") received.push(message);
}

function check(rounds: number, received: readonly InboundMessage[], taken: readonly Taken[]): ChannelKillReport {
  let repeated = 0;
  const copies = new Map<string, Taken[]>();
  for (const each of taken) {
    const id = each.delivery.replyTo ?? "";
    copies.set(id, [...(copies.get(id) ?? []), each]);
  }
  for (const [id, sends] of copies) {
    for (const [index, send] of sends.slice(1).entries()) {
      const before = sends[index];
      assert.ok(before && before.life < send.life, `${id} was answered twice by one process: ${JSON.stringify(sends)}`);
      assert.equal(before.delivery.text, send.delivery.text, `${id} has two answers`);
      const later = taken.filter(({ life, delivery }) => life === before.life && delivery.to === before.delivery.to);
      assert.equal(later.at(-1)?.delivery.replyTo, id, `${id} was sent again although another one went out after it`);
      repeated += 1;
    }
  }
  for (const { id } of received) assert.ok(copies.has(id), `${id} was taken over and never answered`);
  for (const sender of senders) {
    const order = received.filter(({ chat }) => chat.id === sender).map(({ id }) => id);
    const answered = [
      ...new Set(taken.filter(({ delivery }) => delivery.to === sender).map((each) => each.delivery.replyTo)),
    ];
    assert.deepEqual(
      answered.filter((id) => order.includes(id ?? "")),
      order,
      `answers to ${sender} are out of order`,
    );
  }
  const givenUp = [...copies.values()].filter(([first]) => first?.delivery.text?.includes("given up after")).length;
  return { kills: rounds, received: received.length, givenUp, repeated };
}

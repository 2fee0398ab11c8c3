import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { WebSocket } from "ws";
import { Connection, prepareEvent } from "./connection.ts";
import { defaultLimits } from "./limits.ts";

/** A socket whose buffer is as full as a test says. */
function connection(limit = 100) {
  const fake = {
    bufferedAmount: 0,
    OPEN: 1,
    readyState: 1,
    closed: undefined as [number, string] | undefined,
    close(code: number, reason: string) {
      this.closed = [code, reason];
      this.readyState = 2;
    },
    terminate() {},
  };
  const limits = { ...defaultLimits, maxBufferedBytes: limit };
  const remote = { address: "127.0.0.1", localDirect: true };
  const stream = new PassThrough();
  return {
    fake,
    connection: new Connection({ id: "c", socket: fake as unknown as WebSocket, stream, remote, limits, now: 0 }),
    sent: () => sentTexts(stream),
    numbers: async () => (await sentTexts(stream)).map((text) => (JSON.parse(text) as { seq?: number }).seq),
  };
}

/** The texts of the frames that have left so far. */
async function sentTexts(stream: PassThrough): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  const bytes: Buffer = stream.read() ?? Buffer.alloc(0);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes.readUInt8(at + 1);
    const [head, length] =
      short < 126
        ? [2, short]
        : short === 126
          ? [4, bytes.readUInt16BE(at + 2)]
          : [10, Number(bytes.readBigUInt64BE(at + 2))];
    texts.push(bytes.toString("utf8", at + head, at + head + length));
    at += head + length;
  }
  return texts;
}

it.each([0, 98, 99, 65_508, 65_509, 70_000])("frames texts of every length: %i more characters", async (length) => {
  const { connection: own, sent } = connection(1e9);
  const text = `ä${"x".repeat(length)}`;
  own.respond("1", text);
  own.sendUnnumbered("e", text);
  own.sendEvent(prepareEvent("e", text));
  expect((await sent()).map((each) => JSON.parse(each).payload)).toEqual([text, text, text]);
});

it("numbers events from one", async () => {
  const { connection: own, numbers } = connection();
  own.sendEvent(prepareEvent("tick", { ts: 1 }, { droppable: true }));
  own.sendEvent(prepareEvent("presence", { presence: [] }, { stateVersion: { presence: 2, health: 3 } }));
  expect(await numbers()).toEqual([1, 2]);
});

it("skips what may be dropped while a client is slow, and the gap shows", async () => {
  const { connection: own, fake, numbers } = connection();
  own.sendEvent(prepareEvent("tick", { ts: 1 }, { droppable: true }));
  fake.bufferedAmount = 101;
  own.sendEvent(prepareEvent("tick", { ts: 2 }, { droppable: true }));
  own.sendEvent(prepareEvent("tick", { ts: 3 }, { droppable: true }));
  fake.bufferedAmount = 0;
  own.sendEvent(prepareEvent("tick", { ts: 4 }, { droppable: true }));
  expect(await numbers()).toEqual([1, 4]);
  expect(fake.closed).toBeUndefined();
});

it("closes a slow client at the first event that must not be dropped, and sends it nothing more", async () => {
  const { connection: own, fake, sent } = connection();
  fake.bufferedAmount = 101;
  own.sendEvent(prepareEvent("agent", {}));
  own.sendEvent(prepareEvent("agent", {}));
  own.respond("1", {});
  expect(fake.closed).toEqual([1008, "slow consumer"]);
  expect(await sent()).toEqual([]);
});

it("never drops an answer, but closes a client whose buffer it overfills", async () => {
  const { connection: own, fake, sent } = connection();
  fake.bufferedAmount = 101;
  own.respond("1", { ok: true });
  expect(await sent()).toHaveLength(1);
  expect(fake.closed).toEqual([1008, "slow consumer"]);
});

import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { WebSocket } from "ws";
import { Connection, prepareEvent } from "./connection.ts";
import { defaultLimits } from "./limits.ts";

/** A socket whose buffer is as full as a test says. */
function connection(limit = 100) {
  const socket = { bufferedAmount: 0, sent: [] as string[], closed: undefined as [number, string] | undefined };
  const fake = {
    ...socket,
    send(frame: string) {
      this.sent.push(frame);
    },
    close(code: number, reason: string) {
      this.closed = [code, reason];
    },
    terminate() {},
  };
  const limits = { ...defaultLimits, maxBufferedBytes: limit };
  const remote = { address: "127.0.0.1", localDirect: true };
  const stream = new PassThrough();
  return {
    fake,
    connection: new Connection({ id: "c", socket: fake as unknown as WebSocket, stream, remote, limits, now: 0 }),
    numbers: () => fake.sent.map((frame) => (JSON.parse(frame) as { seq?: number }).seq),
  };
}

it("numbers events from one", () => {
  const { connection: own, numbers } = connection();
  own.sendEvent(prepareEvent("tick", { ts: 1 }, { droppable: true }));
  own.sendEvent(prepareEvent("presence", { presence: [] }, { stateVersion: { presence: 2, health: 3 } }));
  expect(numbers()).toEqual([1, 2]);
});

it("skips what may be dropped while a client is slow, and the gap shows", () => {
  const { connection: own, fake, numbers } = connection();
  own.sendEvent(prepareEvent("tick", { ts: 1 }, { droppable: true }));
  fake.bufferedAmount = 101;
  own.sendEvent(prepareEvent("tick", { ts: 2 }, { droppable: true }));
  own.sendEvent(prepareEvent("tick", { ts: 3 }, { droppable: true }));
  fake.bufferedAmount = 0;
  own.sendEvent(prepareEvent("tick", { ts: 4 }, { droppable: true }));
  expect(numbers()).toEqual([1, 4]);
  expect(fake.closed).toBeUndefined();
});

it("closes a slow client at the first event that must not be dropped, and sends it nothing more", () => {
  const { connection: own, fake } = connection();
  fake.bufferedAmount = 101;
  own.sendEvent(prepareEvent("agent", {}));
  own.sendEvent(prepareEvent("agent", {}));
  own.respond("1", {});
  expect(fake.closed).toEqual([1008, "slow consumer"]);
  expect(fake.sent).toEqual([]);
});

it("never drops an answer, but closes a client whose buffer it overfills", () => {
  const { connection: own, fake } = connection();
  fake.bufferedAmount = 101;
  own.respond("1", { ok: true });
  expect(fake.sent).toHaveLength(1);
  expect(fake.closed).toEqual([1008, "slow consumer"]);
});

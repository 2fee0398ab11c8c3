import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import type { Delivery } from "@openclaw/plugin-sdk";
import { GroupCommit, type Outbox, openOutbox } from "@openclaw/storage";
import { afterEach, expect, it } from "vitest";
import { createOutboxWorker } from "./outbox.ts";

// What becomes of deliveries that are never seen to end, over one process after the other.

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

/** An outbox on disk, and processes that send what is in it. */
function setUp() {
  const dir = mkdtempSync(join(tmpdir(), "openclaw-outbox-"));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const givenUp: string[] = [];
  const open = (): Outbox =>
    openOutbox({
      dir: join(dir, "outbox"),
      clock: { now: () => 1_770_000_000_000 },
      commit: new GroupCommit({ fsync: "off" }),
      onProblem() {},
    });

  /** A process that is killed when `until` says so: what it was sending has no end, and nothing is closed. */
  const live = async (send: (delivery: Delivery, die: () => void) => Promise<object> | undefined) => {
    const outbox = open();
    let dead = false;
    const begun: string[] = [];
    await new Promise<void>((resolve) => {
      const die = () => {
        dead = true;
        resolve();
      };
      const worker = createOutboxWorker({
        outbox,
        send(delivery) {
          if (dead) return new Promise(() => {});
          begun.push(delivery.text ?? "");
          return send(delivery, die) ?? new Promise(() => {});
        },
        canSend: () => !dead,
        log: silentLog,
        onGivenUp: (item, error) => givenUp.push(`${item.id}: ${error}`),
      });
      worker.start();
      const chats = new Set(outbox.pending().map(({ chat }) => chat));
      void Promise.all([...chats].map((chat) => worker.settled(chat))).then(() => resolve());
    });
    return begun;
  };
  const enqueue = async (texts: readonly string[]) => {
    const outbox = open();
    await outbox.enqueue(texts.map((text) => ({ id: text, chat: text, channel: "telegram", payload: delivery(text) })));
    await outbox.close();
  };
  return { live, enqueue, givenUp };
}

const delivery = (text: string): Delivery => ({ channel: "telegram", accountId: "default", to: text, text });

it("a delivery that ends the process each time is given up after 25 starts and reported once, and the others are sent", async () => {
  const { live, enqueue, givenUp } = setUp();
  await enqueue(["first", "fatal", "last"]);
  const sent: string[] = [];
  const lives: string[][] = [];
  // The process has all three under way when it dies; only alone does it show which of them is the reason.
  while (sent.length < 2 || givenUp.length === 0) {
    lives.push(
      await live((one, die) => {
        if (one.text === "fatal") {
          queueMicrotask(die);
          return undefined;
        }
        return lives.length < 20 ? undefined : Promise.resolve({}).finally(() => sent.push(one.text ?? ""));
      }),
    );
    expect(lives.length).toBeLessThan(40);
  }
  expect(givenUp).toEqual(["fatal: the Gateway ended each of the 25 times it was being sent"]);
  expect(lives.flat().filter((text) => text === "fatal")).toHaveLength(25);
  expect(sent.sort()).toEqual(["first", "last"]);
  expect(lives.slice(20).every((begun) => begun.filter((text) => text !== "fatal").length <= 2)).toBe(true);
  expect(await live(() => Promise.resolve({}))).toEqual([]);
  expect(givenUp).toHaveLength(1);
});

import type { Timers } from "@openclaw/agent-runtime";
import type { Channel, InboundMessage, RunningAccount } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// What a service can do to a Gateway: be away, hang up, repeat itself, say nonsense; and what must not follow from it.

let gateway: TestGateway;
afterEach(() => gateway.close());

const open = { dmPolicy: "open", allowFrom: ["*"] };

/** Timers that run when the test says so. */
function handTimers() {
  const waiting: { at: number; run: () => void }[] = [];
  return {
    timers: {
      after(ms: number, run: () => void) {
        const timer = { at: ms, run };
        waiting.push(timer);
        return () => void waiting.splice(waiting.indexOf(timer), waiting.includes(timer) ? 1 : 0);
      },
    },
    /** Lets the timer of an account that is to begin anew go off; false when there is none. */
    restart(): boolean {
      const index = waiting.findIndex(({ at }) => at >= 4500 && at <= 5500);
      const [timer] = index < 0 ? [] : waiting.splice(index, 1);
      timer?.run();
      return timer !== undefined;
    },
  };
}

describe("a service that is away", () => {
  it("at the start does not keep the Gateway from being ready, and its channel comes when it is there", async () => {
    const hand = handTimers();
    let isUp = false;
    const chats = chatService("telegram");
    const start = chats.channel.start;
    const channel: Channel = {
      ...chats.channel,
      start: (context) => (isUp ? start(context) : Promise.reject(new Error("connect ECONNREFUSED"))),
    };
    gateway = await startTestGateway({
      channels: [channel],
      timers: hand.timers,
      config: { channels: { telegram: open } },
    });
    const client = await gateway.connect();
    const row = async () => {
      const { payload } = await client.request("channels.status", {});
      return (payload.channelAccounts as Record<string, Json[]>).telegram?.[0];
    };
    expect(await row()).toMatchObject({ running: false, lastError: "connect ECONNREFUSED" });
    isUp = true;
    expect(hand.restart()).toBe(true);
    await expect.poll(row).toMatchObject({ running: true, lastError: null });
    await chats.tell("there you are");
    expect((await chats.sent()).text).toContain("there you are");
  });

  it("every ten seconds loses no message and no answer, and their order stays", async () => {
    const hand = handTimers();
    let hangUp: () => void = () => {};
    let receive: (message: InboundMessage) => Promise<void> = async () => {};
    let starts = 0;
    // Each connection lasts, so that each pause is the shortest one.
    let now = Date.now();
    const answers: string[] = [];
    const channel: Channel = {
      meta: { id: "telegram", label: "Telegram" },
      async start(context) {
        starts += 1;
        receive = context.receive;
        let isUp = true;
        const closed = new Promise<void>((_resolve, reject) => {
          hangUp = () => {
            isUp = false;
            reject(new Error("connection reset"));
          };
        });
        const account: RunningAccount = {
          closed,
          async send({ text }) {
            if (!isUp) throw new Error("connection reset");
            answers.push(/round \d/.exec(text ?? "")?.[0] ?? "");
            return {};
          },
          async stop() {},
        };
        return account;
      },
    };
    gateway = await startTestGateway({
      channels: [channel],
      timers: hand.timers,
      clock: { now: () => now },
      config: { channels: { telegram: open }, messages: { queue: { mode: "followup", debounceMs: 0 } } },
    });
    for (let round = 0; round < 6; round++) {
      await receive({
        id: `m${round}`,
        channel: "telegram",
        accountId: "default",
        chat: { kind: "direct", id: "7" },
        sender: { id: "7" },
        text: `round ${round}`,
        at: Date.now(),
      });
      now += 61_000;
      hangUp();
      await expect.poll(() => hand.restart()).toBe(true);
      await expect.poll(() => starts).toBe(round + 2);
    }
    await expect.poll(() => answers, { timeout: 15_000 }).toEqual([0, 1, 2, 3, 4, 5].map((round) => `round ${round}`));
  });
});

describe("what a service says", () => {
  const start = async (more: Parameters<typeof chatService>[1] = {}) => {
    const chats = chatService("telegram", more);
    gateway = await startTestGateway({
      channels: [chats.channel],
      config: { channels: { telegram: open }, messages: { queue: { mode: "followup", debounceMs: 0 } } },
    });
    return chats;
  };

  it("twice and out of order is answered once each", async () => {
    const chats = await start();
    for (const id of ["2", "1", "2", "1", "3"]) await chats.tell(`number ${id}`, { id });
    const answered = [await chats.sent(), await chats.sent(), await chats.sent()].map(({ replyTo }) => replyTo);
    expect(answered).toEqual(["2", "1", "3"]);
    await chats.tell("last", { id: "4" });
    expect((await chats.sent()).replyTo).toBe("4");
    expect(chats.untaken).toEqual([]);
  });

  it("in a megabyte of text is answered", async () => {
    const chats = await start();
    gateway.model.enqueue({ words: ["taken"] });
    await chats.tell("word ".repeat(210_000));
    expect((await chats.sent()).text).toContain("taken");
    expect(JSON.stringify(gateway.model.lastRequest().body.messages).length).toBeGreaterThan(100_000);
  });

  it("is answered with a megabyte in pieces the service takes", async () => {
    const chats = await start({ textLimit: 4000 });
    const words = 180_000;
    gateway.model.enqueue({ words: ["word ".repeat(words)] });
    await chats.tell("say a lot");
    for (let said = 0; said < words; ) {
      const { text = "" } = await chats.sent();
      expect(text.length).toBeLessThanOrEqual(4000);
      said += text.split(/\s+/).filter((word) => word === "word").length;
    }
  }, 60_000);

  it("from right to left, invisible, or nothing at all is answered or dropped, and nothing breaks", async () => {
    const chats = await start();
    const rtl = "\u202eשלום \u200bעולם\u200f";
    await chats.tell(rtl);
    expect((await chats.sent()).text).toContain("שלום");
    await chats.tell("\u200b\u200c\u2060", { id: "invisible" });
    await chats.tell("", { id: "empty", attachments: [{ kind: "attachment", mimeType: "application/x-unknown" }] });
    await chats.tell("\u0000\ud800 half a character", { id: "broken" });
    await chats.tell("still there?", { id: "after" });
    const texts: string[] = [];
    while (!texts.at(-1)?.includes("still there?")) texts.push((await chats.sent()).text ?? "");
    const client = await gateway.connect();
    expect((await client.request("health")).ok).toBe(true);
  });

  it("through a file that is too large leaves its place in the text", async () => {
    const chats = await start({
      account: {
        fetchMedia: async () => ({ body: new Uint8Array(30 * 1024 * 1024), mimeType: "image/png" }),
      },
    });
    await chats.tell("look", { attachments: [{ kind: "image", ref: "big" }] });
    expect((await chats.sent()).text).toContain("look");
    expect(gateway.log()).toContain("could not be fetched");
  });
});

it("an account whose token is revoked while it runs stays down, says why, and the other channel answers", async () => {
  let revoke: () => void = () => {};
  const slack = chatService("slack", {
    account: {
      closed: new Promise((_resolve, reject) => {
        revoke = () => reject(Object.assign(new Error("token_revoked"), { permanent: true }));
      }),
    },
  });
  const telegram = chatService("telegram");
  gateway = await startTestGateway({
    channels: [slack.channel, telegram.channel],
    config: { channels: { slack: {}, telegram: open } },
  });
  revoke();
  const client = await gateway.connect();
  await expect
    .poll(async () => (await client.request("channels.status", {})).payload.channelAccounts)
    .toMatchObject({ slack: [{ running: false, lastError: "token_revoked" }], telegram: [{ running: true }] });
  await telegram.tell("and you?");
  expect((await telegram.sent()).text).toContain("and you?");
});

it("10,000 messages of strangers leave nothing in the journal, and no more than three codes are given", async () => {
  const said: string[] = [];
  const chats = chatService("telegram", {
    access: { idLabel: "id", idLine: (id) => `Your id: ${id}` },
    account: { send: async ({ to }) => ({ messageId: String(said.push(to)) }) },
  });
  gateway = await startTestGateway({ channels: [chats.channel], config: { channels: { telegram: {} } } });
  for (let index = 0; index < 10_000; index++) {
    const id = `stranger ${index}`;
    await chats.tell("let me in", { id: `m${index}`, chat: { kind: "direct", id }, sender: { id } });
  }
  await gateway.stop();
  const { openStorage } = await import("@openclaw/storage");
  await using storage = await openStorage({ stateDir: gateway.stateDir });
  expect([...storage.journal.open()]).toEqual([]);
  expect(gateway.model.requests).toEqual([]);
}, 60_000);

it("what is said in the web chat does not move the session's last route away from Telegram", async () => {
  const chats = chatService("telegram");
  gateway = await startTestGateway({ channels: [chats.channel], config: { channels: { telegram: open } } });
  await chats.tell("hello from telegram");
  await chats.sent();
  const client = await gateway.connect();
  const history = await client.request("chat.history", { sessionKey: "main" });
  expect(JSON.stringify(history.payload)).toContain("hello from telegram");
  const ended = client.event("chat", (payload: Json) => payload.state === "final");
  await client.request("chat.send", { sessionKey: "main", message: "hello from the web", idempotencyKey: "k" });
  await ended;
  const { payload } = await client.request("sessions.list", {});
  const main = (payload.sessions as Json[]).find(({ key }) => key === "agent:main:main");
  expect(main).toMatchObject({ lastChannel: "telegram", lastTo: "7" });
});

describe("agents that answer one chat in turn", () => {
  const start = async ({ timers, inbound }: { timers?: Timers; inbound?: Json } = {}) => {
    const chats = chatService("whatsapp");
    gateway = await startTestGateway({
      channels: [chats.channel],
      ...(timers ? { timers } : {}),
      config: {
        channels: { whatsapp: { allowFrom: ["*"], dmPolicy: "open", groupPolicy: "open" } },
        agents: { defaults: { maxConcurrent: 4 }, list: [{ id: "main", default: true }, { id: "work" }] },
        broadcast: { strategy: "sequential", "7": ["main", "work"] },
        ...(inbound ? { messages: { inbound } } : {}),
      },
    });
    return chats;
  };

  it("begin when the one before has ended", async () => {
    const chats = await start();
    gateway.model.enqueue({ words: ["the first"], holds: true }, { words: ["the second"] });
    await chats.tell("both of you");
    await gateway.model.request(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(gateway.model.requests).toHaveLength(1);
    gateway.model.release();
    expect((await chats.sent()).text).toContain("the first");
    expect((await chats.sent()).text).toContain("the second");
  });

  it("are all stopped by a stop word, also those whose turn has not come, and answer what follows", async () => {
    const chats = await start();
    gateway.model.enqueue({ words: ["the first"], holds: true }, { words: ["later one"] }, { words: ["later two"] });
    const client = await gateway.connect();
    // What has not begun to be answered when it is stopped is left out of the next prompt.
    const speaks = client.event("chat", ({ state }) => state === "delta");
    await chats.tell("both of you");
    await speaks;
    await chats.tell("stop");
    const told = [await chats.sent(), await chats.sent()].map(({ text }) => text);
    expect(told).toEqual(["⚙️ Agent was aborted.", expect.stringContaining("⚙️ Agent was aborted.")]);
    gateway.model.release();
    await chats.tell("and now");
    const later = [await chats.sent(), await chats.sent()].map(({ text }) => text);
    expect(later).toEqual(["later one", "later two"]);
    const asked = gateway.model.requests.map(({ body }) => JSON.stringify(body.messages));
    expect(asked).toHaveLength(3);
    expect(asked[2]).not.toContain("both of you");
    expect(chats.untaken).toEqual([]);
  });

  it("each get what is written in quick succession as one message, also when it waited over a restart", async () => {
    const hand = handTimers();
    const chats = await start({ timers: hand.timers, inbound: { debounceMs: 5000 } });
    gateway.model.enqueue({ words: ["the first"], holds: true }, { words: ["the second"] });
    await chats.tell("one");
    await chats.tell("two");
    expect(gateway.model.requests).toHaveLength(0);
    expect([hand.restart(), hand.restart(), hand.restart()]).toEqual([true, true, false]);
    await gateway.model.request(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(gateway.model.requests).toHaveLength(1);
    gateway.model.release();
    const texts = [await chats.sent(), await chats.sent()].map(({ text }) => text);
    expect(texts).toEqual([expect.stringContaining("the first"), expect.stringContaining("the second")]);
    for (const { body } of gateway.model.requests) expect(JSON.stringify(body.messages)).toContain("one\\ntwo");
  });

  it("do so as well after a restart", async () => {
    const chats = await start();
    gateway.model.enqueue({ words: ["lost"], holds: true });
    await chats.tell("both of you");
    await gateway.model.request(1);
    await gateway.restart();
    gateway.model.enqueue({ words: ["the first"], holds: true });
    await gateway.model.request(2);
    // A whole turn of somebody else is time enough for the other agent, were it to begin.
    await chats.tell("hello", { chat: { kind: "group", id: "g" }, mentions: { me: true, any: true } });
    expect((await chats.sent()).to).toBe("g");
    const asked = () =>
      gateway.model.requests.filter(({ body }) => JSON.stringify(body.messages).includes("both of you"));
    expect(asked()).toHaveLength(2);
    gateway.model.release();
    expect((await chats.sent()).text).toContain("the first");
    expect((await chats.sent()).text).toContain("both of you");
  });

  it("each run a command at once, while one of them answers", async () => {
    const chats = await start();
    gateway.model.enqueue({ words: ["the first"], holds: true }, { words: ["the second"] });
    await chats.tell("both of you");
    await gateway.model.request(1);
    await chats.tell("/whoami");
    expect((await chats.sent()).text).toContain("whatsapp");
    expect((await chats.sent()).text).toContain("whatsapp");
    gateway.model.release();
    expect((await chats.sent()).text).toContain("the first");
    expect((await chats.sent()).text).toContain("the second");
  });
});

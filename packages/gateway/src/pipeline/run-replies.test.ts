import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmittedRunEvent, RunEvent, RunResult } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import type { Channel, Delivery } from "@openclaw/plugin-sdk";
import { openStorage, type Storage } from "@openclaw/storage";
import { afterEach, describe, expect, test } from "vitest";
import { manualTimers } from "../../../agent-runtime/src/testing/manual-timers.ts";
import { type Inbound, inbound } from "./inbound.ts";
import { createOutboxWorker } from "./outbox.ts";
import { replySettings } from "./reply-settings.ts";
import { createRunReplies, type RunReplies } from "./run-replies.ts";

interface Sent {
  delivery: Delivery;
  take(): void;
}

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});
/** Long enough for writes and the worker's turns; nothing here waits for a clock. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** The replies of runs in one chat of a channel whose service is the test. */
async function setUp(
  config: OpenClawConfig = {},
  options: { verbose?: "on" | "full"; manifest?: Partial<Channel> } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), "openclaw-replies-"));
  const storage: Storage = await openStorage({ stateDir: dir, fsync: "off" });
  undo.push(
    () => rmSync(dir, { recursive: true, force: true }),
    () => storage.close(),
  );
  const timers = manualTimers();
  const sends: Sent[] = [];
  const typing: object[] = [];
  const stopped = new AbortController();
  let closing = false;
  const worker = createOutboxWorker({
    outbox: storage.outbox,
    send: (delivery) =>
      new Promise((resolve) => {
        if (closing) resolve({});
        sends.push({ delivery, take: () => resolve({ messageId: "x" }) });
      }),
    canSend: () => true,
    log: silentLog,
    onGivenUp() {},
  });
  worker.start();
  undo.push(async () => {
    closing = true;
    for (const { take } of sends) take();
    await worker.stop();
  });
  const open = createRunReplies({
    journal: storage.journal,
    outbox: worker,
    channels: {
      showTyping: (channel, chat) => typing.push({ channel, ...chat }),
      stopTyping: () => {},
      account: () => undefined,
      get: () => undefined,
    },
    speak: async () => undefined,
    speechMode: () => undefined,
    settings: (route, agentId) =>
      replySettings(
        config,
        {
          channel: route.channel,
          accountId: route.accountId,
          agentId,
          direct: (route.chatType ?? "direct") === "direct",
          mentioned: route.mentioned === true,
        },
        {
          meta: { id: "telegram", label: "Telegram" },
          start: () => Promise.reject(new Error("unused")),
          ...options.manifest,
        },
      ),
    agentName: () => "Clawd",
    verboseLevel: () => options.verbose ?? "off",
    homeDir: "/home/ann",
    timers,
    random: () => 0.5,
    stopped: stopped.signal,
    log: silentLog,
  });

  const start = (id = "run-1", route: object = {}): RunReplies & { message: Inbound } => {
    const message = inbound.parse({
      id,
      source: "channel",
      receivedAt: 0,
      sessionKey: "agent:main:main",
      agentId: "main",
      text: "hi",
      authorized: true,
      route: { surface: "channel", channel: "telegram", accountId: "default", to: "7", replyTo: `m-${id}`, ...route },
    });
    storage.journal.accept({ id, source: "channel", payload: message });
    return { ...open(message), message };
  };
  return { storage, timers, sends, typing, stopped, start, worker };
}

const inBlocks: OpenClawConfig = { channels: { telegram: { blockStreaming: true } } };
const result = (over: Partial<RunResult> = {}): RunResult => ({
  status: "ok",
  texts: [],
  payloads: [],
  sessionId: "s",
  provider: "p",
  model: "m",
  startedAt: 0,
  endedAt: 1,
  ...over,
});
const block = (index: number, text: string) => ({ index, message: 0, source: `${text} `, payload: { text } });
const event = (given: RunEvent): EmittedRunEvent => ({ ...given, runId: "r", sessionKey: "s", seq: 1, ts: 0 });
const toolStart = (id: string, command: string) =>
  event({ stream: "tool", data: { phase: "start", name: "exec", toolCallId: id, args: { command } } });
const toolResult = (id: string, text: string) =>
  event({
    stream: "tool",
    data: {
      phase: "result",
      name: "exec",
      toolCallId: id,
      isError: false,
      result: { content: [{ type: "text", text }] },
    },
  });
const texts = (sends: readonly Sent[]) => sends.map(({ delivery }) => delivery.text);

describe("blocks", () => {
  test("that hang are abandoned after 15 seconds, and what is missing comes once as the final reply", async () => {
    const { start, sends, timers } = await setUp(inBlocks);
    const replies = start();
    for (const [index, text] of ["one", "two", "three"].entries()) replies.run.blocks?.onBlock(block(index, text));
    await settled();
    sends[0]?.take();
    await settled();
    expect(texts(sends)).toEqual(["one", "two"]);
    const finished = replies.finish(result({ payloads: [{ text: "one two three", asBlocks: true }] }));
    await settled();
    timers.advance(14_999);
    await settled();
    expect(sends).toHaveLength(2);
    timers.advance(1);
    expect(await finished).toBe(true);
    await settled();
    expect(texts(sends)).toEqual(["one", "two", "two three"]);
    sends[2]?.take();
    // The service answers the abandoned one at last.
    sends[1]?.take();
    await settled();
    expect(sends).toHaveLength(3);
  });

  test("are sent no more after a restart when one was abandoned before", async () => {
    const { start, sends, timers, storage } = await setUp(inBlocks);
    const replies = start();
    replies.run.blocks?.onBlock(block(0, "one"));
    replies.run.blocks?.onBlock(block(1, "two"));
    await settled();
    sends[0]?.take();
    await settled();
    timers.advance(15_000);
    await settled();
    expect(storage.journal.get("run-1")?.steps).toHaveLength(3);

    const again = start();
    expect(again.run.blocks?.sent).toMatchObject([{ message: 0, source: "one " }]);
    again.run.blocks?.onBlock(block(1, "two"));
    again.run.blocks?.onBlock(block(2, "three"));
    await again.finish(result());
    await settled();
    expect(texts(sends)).toEqual(["one", "two", "two three"]);
  });

  test("pause like a person in between", async () => {
    const { start, sends, timers } = await setUp({
      ...inBlocks,
      agents: { defaults: { humanDelay: { mode: "custom", minMs: 1000, maxMs: 1000 } } },
    });
    const replies = start();
    replies.run.blocks?.onBlock(block(0, "one"));
    replies.run.blocks?.onBlock(block(1, "two"));
    await settled();
    sends[0]?.take();
    await settled();
    expect(sends).toHaveLength(1);
    timers.advance(1000);
    await settled();
    expect(texts(sends)).toEqual(["one", "two"]);
  });

  test("of one run come before what the next run of the chat says", async () => {
    const { start, sends } = await setUp(inBlocks);
    const first = start("run-1");
    first.run.blocks?.onBlock(block(0, "one"));
    first.run.blocks?.onBlock(block(1, "two"));
    const firstEnd = first.finish(result());
    const second = start("run-2");
    second.run.blocks?.onBlock(block(0, "three"));
    const secondEnd = second.finish(result({ payloads: [{ text: "four" }] }));
    for (let index = 0; index < 4; index += 1) {
      await settled();
      expect(sends).toHaveLength(index + 1);
      sends[index]?.take();
    }
    await Promise.all([firstEnd, secondEnd]);
    expect(texts(sends)).toEqual(["one", "two", "three", "four"]);
  });

  test("wait for the next start when the Gateway stops, and the run stays open", async () => {
    const { start, sends, stopped } = await setUp(inBlocks);
    const replies = start();
    replies.run.blocks?.onBlock(block(0, "one"));
    replies.run.blocks?.onBlock(block(1, "two"));
    await settled();
    const finished = replies.finish(result());
    stopped.abort();
    expect(await finished).toBe(false);
    expect(start().run.blocks?.sent).toMatchObject([{ source: "one " }]);
    expect(texts(sends)).toEqual(["one"]);
  });

  test("stay unsent when the user stops the run while they wait", async () => {
    const { start, sends, storage } = await setUp(inBlocks);
    const replies = start();
    replies.run.blocks?.onBlock(block(0, "one"));
    replies.run.blocks?.onBlock(block(1, "two"));
    await settled();
    const finished = replies.finish(result({ payloads: [{ text: "three" }] }));
    replies.cancel();
    expect(await finished).toBe(true);
    sends[0]?.take();
    await settled();
    expect(texts(sends)).toEqual(["one"]);
    expect(storage.outbox.pending()).toEqual([]);
  });

  test("are off without the setting, and the account's setting beats the channel's", async () => {
    expect((await setUp()).start().run.blocks).toBeUndefined();
    const accounts = { default: { blockStreaming: false } };
    const off = await setUp({ channels: { telegram: { blockStreaming: true, accounts } } });
    expect(off.start().run.blocks).toBeUndefined();
    const on = await setUp({
      agents: { defaults: { blockStreamingDefault: "on", blockStreamingBreak: "message_end" } },
    });
    expect(on.start().run.blocks).toMatchObject({
      breakAt: "message_end",
      chunk: { minChars: 800, maxChars: 1200, breakPreference: "paragraph", paragraphs: false },
      coalesce: { minChars: 800, maxChars: 4000, idleMs: 1000 },
    });
  });

  test("never exceed what the service takes, and are joined as the channel wants it", async () => {
    const { start } = await setUp(inBlocks, {
      manifest: { textLimit: 1000, blockJoining: { minChars: 1500, idleMs: 700 } },
    });
    expect(start().run.blocks).toMatchObject({
      chunk: { minChars: 800, maxChars: 1000 },
      coalesce: { minChars: 1500, maxChars: 1000, idleMs: 700 },
    });
  });
});

describe("the reply at the end", () => {
  /** What a run with this result sends. */
  async function sentFor(
    config: OpenClawConfig,
    given: Partial<RunResult>,
    { manifest, ...route }: { manifest?: Partial<Channel> } & Record<string, unknown> = {},
  ): Promise<Delivery[]> {
    const { start, storage } = await setUp(config, manifest === undefined ? {} : { manifest });
    const replies = start("run-1", route);
    replies.run.onModel?.({ provider: "anthropic", model: "claude-x-20260101", thinking: "low" });
    await replies.finish(result(given));
    return storage.outbox.pending().map((item) => item.payload as Delivery);
  }
  const payloads = [{ text: "one" }, { text: "two" }];

  test("begins with the error, then what the model thought and said", async () => {
    const deliveries = await sentFor(
      {},
      {
        status: "error",
        error: "⚠️ It failed.",
        payloads: [{ text: "partly" }, { text: "Reasoning:\n_x_", isReasoning: true }, { text: "⚠️ It failed." }],
      },
    );
    expect(deliveries.map(({ text }) => text)).toEqual(["⚠️ It failed.", "Reasoning:\n_x_", "partly"]);
  });

  test("says in words for people that a message was too long", async () => {
    const error =
      "Context overflow: prompt too large for the model. Try again with less input or a larger-context model.";
    const deliveries = await sentFor({}, { status: "error", error, payloads: [] });
    expect(deliveries.map(({ text }) => text)).toEqual([
      "⚠️ Context overflow — prompt too large for this model. Try a shorter message or a larger-context model.",
    ]);
  });

  test("answers the message with its first part, with all, or with none", async () => {
    const quotes = async (mode: string, all: Partial<RunResult> = { payloads }, manifest: Partial<Channel> = {}) => {
      const channel = "telegram";
      const config = { channels: { [channel]: { replyToMode: mode } } } as OpenClawConfig;
      return (await sentFor(config, all, { channel, manifest })).map(({ replyTo }) => replyTo);
    };
    expect(await quotes("first")).toEqual(["m-run-1", undefined]);
    expect(await quotes("all")).toEqual(["m-run-1", "m-run-1"]);
    expect(await quotes("off")).toEqual([undefined, undefined]);
    const tagged = {
      payloads: [
        { text: "one", replyToId: "5" },
        { text: "two", replyToCurrent: true as const },
      ],
    };
    expect(await quotes("all", tagged)).toEqual(["5", "m-run-1"]);
    expect(await quotes("off", tagged)).toEqual([undefined, undefined]);
    expect(await quotes("off", tagged, { replyTagsAlways: true })).toEqual(["5", "m-run-1"]);
  });

  test("has the prefix of the account, of the channel, or of all", async () => {
    const messages = { responsePrefix: "[{model}|{think}]" };
    expect((await sentFor({ messages }, { payloads })).map(({ text }) => text)).toEqual([
      "[claude-x|low] one",
      "[claude-x|low] two",
    ]);
    const channels = { telegram: { responsePrefix: "auto", accounts: { default: { responsePrefix: ">" } } } };
    expect((await sentFor({ messages, channels }, { payloads }))[0]?.text).toBe("> one");
    expect((await sentFor({ messages, channels }, { payloads }, { accountId: "b" }))[0]?.text).toBe("[Clawd] one");
  });

  test("is cut to the channel's limit with whole fences, or into paragraphs", async () => {
    const code = Array.from({ length: 400 }, (_, index) => `const value${index} = 1;`).join("\n");
    const long = await sentFor({}, { payloads: [{ text: `Look:\n\n\`\`\`ts\n${code}\n\`\`\`` }] });
    expect(long.length).toBeGreaterThan(1);
    for (const { text = "" } of long) {
      expect(text.length).toBeLessThanOrEqual(4000);
      expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
    }
    const paragraphs = { channels: { telegram: { chunkMode: "newline" as const } } };
    const three = await sentFor(paragraphs, { payloads: [{ text: "One.\n\nTwo.\n\nThree." }] });
    expect(three.map(({ text }) => text)).toEqual(["One.", "Two.", "Three."]);
  });

  test("carries media with its first text, and voice notes", async () => {
    const [first] = await sentFor(
      {},
      { payloads: [{ text: "See", mediaUrls: ["https://e.com/v.ogg"], audioAsVoice: true }] },
    );
    expect(first).toMatchObject({ text: "See", mediaUrls: ["https://e.com/v.ogg"], asVoice: true });
    expect(await sentFor({}, { payloads: [{ text: "  " }] })).toEqual([]);
  });

  test("is put into the outbox once, also when its run ends twice", async () => {
    const { start, storage } = await setUp();
    await start().finish(result({ payloads }));
    await start().finish(result({ payloads }));
    expect(storage.outbox.pending()).toHaveLength(2);
  });
});

describe("tools", () => {
  test("are announced in a direct chat that wants it, in order with the answer", async () => {
    const { start, sends } = await setUp({}, { verbose: "on" });
    const replies = start();
    replies.newSession("s-1");
    replies.onEvent(toolStart("1", "ls"));
    replies.onEvent(toolResult("1", "a"));
    const finished = replies.finish(result({ payloads: [{ text: "done" }] }));
    for (let index = 0; index < 3; index += 1) {
      await settled();
      sends[index]?.take();
    }
    await finished;
    expect(texts(sends)).toEqual(["🧭 New session: s-1", "🛠️ Exec: ls", "done"]);
    expect(sends.map(({ delivery }) => delivery.replyTo)).toEqual([undefined, undefined, "m-run-1"]);
  });

  test("show their output when all is wanted", async () => {
    const { start, sends } = await setUp({}, { verbose: "full" });
    const replies = start();
    replies.onEvent(toolStart("1", "ls"));
    replies.onEvent(toolResult("1", "a\nb"));
    await settled();
    sends[0]?.take();
    await settled();
    expect(texts(sends)).toEqual(["🛠️ Exec: ls", "🛠️ Exec: ls\n```txt\na\nb\n```"]);
  });

  test("are not announced in groups", async () => {
    const { start, sends } = await setUp({}, { verbose: "full" });
    const replies = start("run-1", { chatType: "group" });
    replies.newSession("s-1");
    replies.onEvent(toolStart("1", "ls"));
    await settled();
    expect(sends).toEqual([]);
  });
});

describe("typing", () => {
  test("is shown from the acceptance of a direct message until its replies are on their way", async () => {
    const { start, typing, timers } = await setUp();
    const replies = start("run-1", { threadId: "t" });
    expect(typing).toEqual([{ channel: "telegram", to: "7", threadId: "t" }]);
    timers.advance(6000);
    expect(typing).toHaveLength(2);
    await replies.finish(result({ payloads: [{ text: "done" }] }));
    timers.advance(60_000);
    expect(typing).toHaveLength(2);
  });

  test("begins in a group with the first visible text", async () => {
    const { start, typing } = await setUp();
    const replies = start("run-1", { chatType: "group" });
    replies.onEvent(event({ stream: "assistant", data: { text: "", delta: "" } }));
    expect(typing).toEqual([]);
    replies.onEvent(event({ stream: "assistant", data: { text: "H", delta: "H" } }));
    expect(typing).toHaveLength(1);
  });

  test("ends when the run was stopped by its user", async () => {
    const { start, typing, timers } = await setUp({ session: { typingMode: "thinking" } });
    const replies = start();
    expect(typing).toEqual([]);
    replies.run.onReasoning?.("hm", false);
    expect(typing).toHaveLength(1);
    replies.cancel();
    timers.advance(60_000);
    expect(typing).toHaveLength(1);
  });
});

test("who wants to see what happens is told once that another model answers", async () => {
  const { start, sends } = await setUp({}, { verbose: "on" });
  const replies = start();
  const data = { phase: "fallback" as const, from: "one/m1", to: "two/m2", reason: "rate_limit" };
  replies.onEvent(event({ stream: "lifecycle", data }));
  replies.onEvent(event({ stream: "lifecycle", data: { ...data, repeated: true } }));
  const finished = replies.finish(result({ payloads: [{ text: "done" }] }));
  for (let index = 0; index < 2; index += 1) {
    await settled();
    sends[index]?.take();
  }
  await finished;
  expect(texts(sends)).toEqual(["↪️ Model fallback: one/m1 → two/m2 (rate_limit)", "done"]);
});

test("WebChat gets no blocks, no notices and nothing in the outbox", async () => {
  const { start, storage, typing } = await setUp(
    { agents: { defaults: { blockStreamingDefault: "on" } } },
    { verbose: "full" },
  );
  const replies = start("run-1", { surface: "webchat" });
  expect(replies.run).toEqual({});
  replies.onEvent(toolStart("1", "ls"));
  expect(await replies.finish(result({ payloads: [{ text: "done" }] }))).toBe(true);
  expect(storage.outbox.pending()).toEqual([]);
  expect(typing).toEqual([]);
});

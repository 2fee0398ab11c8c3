import { describe, expect, test } from "vitest";
import { chatHistoryMessages } from "./chat-history.ts";
import { mediaReplyHint, stoppedRunNote, stripEnvelope } from "./envelope.ts";
import { type TranscriptMessage, zeroUsage } from "./message.ts";
import type { HistoryItem } from "./transcript-history.ts";

const timestamp = "2026-02-09T08:53:12.421Z";
const item = (message: TranscriptMessage): HistoryItem => ({ kind: "message", id: "a", timestamp, message });
const user = (text: string) => item({ role: "user", content: text, timestamp: 1 });
const image = (data: string) =>
  item({
    role: "user",
    content: [
      { type: "text", text: "see" },
      { type: "image", data, mimeType: "image/png" },
    ],
    timestamp: 1,
  });

describe("envelopes", () => {
  test.each([
    ["[Mon 2026-02-09 08:53 UTC] list files\n[message_id: MSG-1]", "list files"],
    ["[Telegram Ada id:7 +5m Mon 2026-02-09T08:53Z] hi\nthere", "hi\nthere"],
    ["[WhatsApp +49 170] hi", "hi"],
    ["[Signal] hi", "hi"],
    ["one\n[message_id: 1]\ntwo", "one\ntwo"],
    ["[Signaling] is a topic", "[Signaling] is a topic"],
    ["[todo] buy milk", "[todo] buy milk"],
    ["the [message_id: x] inline stays", "the [message_id: x] inline stays"],
    [
      "System: [Mon 2026-02-09 08:52 UTC] Door opened\n\n[Mon 2026-02-09 08:53 UTC] who was it?\n[message_id: 1]",
      "who was it?",
    ],
    ["System: [Mon 2026-02-09 08:52 UTC] A new session has begun.\n\n/new", "/new"],
    [`${stoppedRunNote}\n[Mon 2026-02-09 08:53 UTC] again`, "again"],
    [`[media attached: /m/a.png (image/png)]\n${mediaReplyHint}\n[Mon 2026-02-09 08:53 UTC] look`, "look"],
    ["System: reboot please", "System: reboot please"],
    ["plain", "plain"],
    ["", ""],
  ])("%j becomes %j", (text, expected) => {
    expect(stripEnvelope(text)).toBe(expected);
  });
});

describe("chat.history", () => {
  test("messages, compaction marks, and nothing clients do not know", () => {
    const assistant: TranscriptMessage = {
      role: "assistant",
      content: [{ type: "text", text: "Hello" }],
      api: "openai-completions",
      provider: "fake",
      model: "fake-1",
      usage: zeroUsage(),
      stopReason: "stop",
      timestamp: 2,
    };
    const items: HistoryItem[] = [
      user("[Mon 2026-02-09 08:53 UTC] Hi there"),
      user("System: [Mon 2026-02-09 08:54 UTC] Exec finished\nSystem: [Mon 2026-02-09 08:54 UTC] Tell the user.\n"),
      item(assistant),
      item({ role: "custom", content: "hidden", timestamp: 3 }),
      { kind: "compaction", id: "c1", timestamp },
      { kind: "stopped", id: "s1", timestamp },
    ];
    expect(chatHistoryMessages(items)).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi there" }], timestamp: 1 },
      assistant,
      {
        role: "system",
        content: [{ type: "text", text: "Compaction" }],
        timestamp: Date.parse(timestamp),
        __openclaw: { kind: "compaction", id: "c1" },
      },
      { role: "assistant", content: [], stopReason: "aborted", timestamp: Date.parse(timestamp) },
    ]);
  });

  test("above the limit the oldest images give up their data first", () => {
    const data = "A".repeat(4000);
    const messages = chatHistoryMessages([image(data), user("text"), image(data)], { maxBytes: 6000 });
    expect(messages).toHaveLength(3);
    expect(messages[0]!.content[1]).toEqual({ type: "image", mimeType: "image/png", bytes: 3000, omitted: true });
    expect(messages[2]!.content[1]).toMatchObject({ data });
    expect(JSON.stringify(messages).length).toBeLessThanOrEqual(6000);
  });

  test("then the oldest messages go", () => {
    const messages = chatHistoryMessages([user("a".repeat(500)), user("b".repeat(500)), user("c".repeat(500))], {
      maxBytes: 1300,
    });
    expect(messages.map((message) => JSON.stringify(message).includes("bbb"))).toEqual([true, false]);
    expect(JSON.stringify(messages).length).toBeLessThanOrEqual(1300);
  });

  test("a single message that is too large has its text cut", () => {
    const messages = chatHistoryMessages([user("old"), user("ü".repeat(5000))], { maxBytes: 1000 });
    expect(messages).toHaveLength(1);
    expect(messages[0]!.content[0]).toMatchObject({ text: expect.stringMatching(/^ü+…$/) });
    const bytes = Buffer.byteLength(JSON.stringify(messages));
    expect(bytes).toBeLessThanOrEqual(1000);
    expect(bytes).toBeGreaterThan(990);
  });

  test("what is stored is not changed", () => {
    const original = image("A".repeat(4000));
    chatHistoryMessages([original], { maxBytes: 500 });
    expect(JSON.stringify(original)).toContain("A".repeat(4000));
  });
});

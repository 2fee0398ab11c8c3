import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildContext, limitUserTurns, mergeOrphanedText } from "./context.ts";
import { dmHistoryLimit } from "./dm-history-limit.ts";
import {
  type AssistantMessage,
  abortedAssistantMessage,
  type ContextMessage,
  deliveredText,
  isModelMessage,
  messageText,
  syntheticAssistantMessage,
  type ToolResultMessage,
  toolCallsOf,
  zeroUsage,
} from "./message.ts";
import { readEntry } from "./read-entry.ts";
import { sendPolicyFor } from "./send-policy.ts";
import { compactionPatch, estimateTokens, runUsagePatch, usageCost } from "./token-accounting.ts";
import { missingToolResultText, pairToolResults, pendingToolCalls } from "./tool-pairing.ts";
import type { TranscriptEntry } from "./transcript-entry.ts";

const user = (text: string): ContextMessage => ({ role: "user", content: text, timestamp: 1 });
const assistant = (ids: string[], text = ""): AssistantMessage => ({
  role: "assistant",
  content: [
    ...(text ? [{ type: "text" as const, text }] : []),
    ...ids.map((id) => ({ type: "toolCall" as const, id, name: "exec", arguments: {} })),
  ],
  api: "a",
  provider: "p",
  model: "m",
  usage: zeroUsage(),
  stopReason: ids.length > 0 ? "toolUse" : "stop",
  timestamp: 2,
});
const result = (toolCallId: string, text = "ok"): ToolResultMessage => ({
  role: "toolResult",
  toolCallId,
  toolName: "exec",
  content: [{ type: "text", text }],
  isError: false,
  timestamp: 3,
});

describe("pairing tool calls and results", () => {
  test("a missing result is synthesised right after its call", () => {
    const paired = pairToolResults([user("go"), assistant(["a", "b"]), result("b"), user("next")]);
    expect(paired.map((message) => (message.role === "toolResult" ? message.toolCallId : message.role))).toEqual([
      "user",
      "assistant",
      "a",
      "b",
      "user",
    ]);
    expect(paired[2]).toMatchObject({ isError: true, content: [{ type: "text", text: missingToolResultText }] });
    expect(missingToolResultText).toBe(
      "[openclaw] missing tool result in session history; inserted synthetic error result for transcript repair.",
    );
  });

  test("the first of two results counts, one without a call goes, failures without content go", () => {
    const failed: AssistantMessage = { ...assistant([]), stopReason: "error", errorMessage: "500" };
    const paired = pairToolResults([
      result("x"),
      assistant(["a"]),
      result("a", "1"),
      result("a", "2"),
      failed,
      user("u"),
    ]);
    expect(paired.map((message) => messageText(message))).toEqual(["", "1", "u"]);
  });

  test("whatever the history, every call is followed by its results and no result is alone", () => {
    const ids = fc.constantFrom("a", "b", "c");
    const message = fc.oneof(
      ids.map((id) => result(id)),
      fc.uniqueArray(ids).map((calls) => assistant(calls, "t")),
      fc.constant(user("u")),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (history) => {
        let expected: string[] = [];
        for (const next of pairToolResults(history)) {
          if (next.role === "toolResult") expect(next.toolCallId).toBe(expected.shift());
          else expect(expected).toEqual([]);
          if (next.role === "assistant") expected = toolCallsOf(next).map((call) => call.id);
        }
        expect(expected).toEqual([]);
      }),
    );
  });

  test("only calls at the end of the conversation are pending", () => {
    expect(pendingToolCalls([assistant(["a", "b"]), result("a")]).map((call) => call.id)).toEqual(["b"]);
    expect(pendingToolCalls([assistant(["a"]), user("u")])).toEqual([]);
    expect(pendingToolCalls([user("u")])).toEqual([]);
  });
});

describe("context", () => {
  const entry = (record: object): TranscriptEntry => readEntry({ id: "x", parentId: null, timestamp: "", ...record })!;

  test("other ways to write a tool call are read, calls without arguments are not", () => {
    const content = [
      { type: "tool_use", id: "1", name: "a", input: { x: 1 } },
      { type: "functionCall", id: "2", name: "b", arguments: {} },
      { type: "toolCall", id: "3", name: "c" },
      "junk",
    ];
    const [message] = buildContext([entry({ type: "message", message: { role: "assistant", content } })]);
    expect(message).toMatchObject({
      content: [
        { type: "toolCall", id: "1", arguments: { x: 1 } },
        { type: "toolCall", id: "2" },
      ],
      stopReason: "stop",
      usage: zeroUsage(),
    });
  });

  test("custom messages and shell commands are shown, state and unknown entries are not", () => {
    const messages = buildContext([
      entry({ type: "custom_message", customType: "x", content: "shown", display: false }),
      entry({ type: "message", message: { role: "bashExecution", command: "ls", output: "a.txt", exitCode: 2 } }),
      entry({
        type: "message",
        message: { role: "bashExecution", command: "pwd", output: "/", excludeFromContext: true },
      }),
      entry({ type: "custom", customType: "x", data: 1 }),
      entry({ type: "from-the-future", data: 1 }),
      entry({ type: "message", message: { role: "martian" } }),
    ]);
    expect(messages.map((message) => message.role)).toEqual(["user", "user"]);
    expect(messageText(messages[1]!)).toMatch(/ls[\s\S]*a\.txt[\s\S]*Exit code 2/);
  });

  test("a first kept entry that is not on the path keeps nothing", () => {
    const messages = buildContext([
      entry({ type: "message", message: { role: "user", content: "old" } }),
      entry({ type: "compaction", summary: "S", firstKeptEntryId: "nowhere" }),
      entry({ type: "message", message: { role: "user", content: "new" } }),
    ]);
    expect(messages.map(messageText)).toEqual([expect.stringContaining("S"), "new"]);
  });

  test("user turns are limited in the context only", () => {
    const history = Array.from({ length: 10 }, (_, i) => [user(`${i}`), assistant([], `a${i}`)]).flat();
    const channels = { telegram: { dmHistoryLimit: 3, dms: { "9": { historyLimit: 1 } } } };
    const limit = (key: string) => dmHistoryLimit(key, (id) => (id === "telegram" ? channels.telegram : undefined));
    expect(limitUserTurns(history, limit("agent:main:telegram:direct:5")).map(messageText)).toEqual([
      "7",
      "a7",
      "8",
      "a8",
      "9",
      "a9",
    ]);
    expect(limit("agent:main:telegram:dm:9:thread:4")).toBe(1);
    expect(dmHistoryLimit("agent:main:x:direct:u1", () => ({ dms: { U1: { historyLimit: 2 } } }))).toBe(2);
    const ofAccount = (_id: string, account: string | undefined) => ({ dmHistoryLimit: account === "work" ? 4 : 3 });
    expect(dmHistoryLimit("agent:main:x:work:direct:u1", ofAccount)).toBe(4);
    expect(limit("agent:main:main")).toBeUndefined();
    expect(limit("agent:main:slack:direct:5")).toBeUndefined();
    expect(limitUserTurns(history, 0)).toHaveLength(20);
    expect(limitUserTurns(history, undefined)).toHaveLength(20);
  });

  test("an unanswered text is put before the new one", () => {
    expect(mergeOrphanedText("first", "second")).toBe("first\n\nsecond");
    expect(mergeOrphanedText("", "second")).toBe("second");
  });
});

describe("messages no model wrote", () => {
  test("an injected note carries its label and does not count as the model's", () => {
    const note = syntheticAssistantMessage({ text: "Injected note", label: "Note", model: "gateway-injected", now: 5 });
    expect(note).toEqual({
      role: "assistant",
      content: [{ type: "text", text: "[Note]\n\nInjected note" }],
      timestamp: 5,
      stopReason: "stop",
      usage: zeroUsage(),
      api: "openai-responses",
      provider: "openclaw",
      model: "gateway-injected",
    });
    expect(isModelMessage(note)).toBe(false);
    expect(isModelMessage(assistant([], "x"))).toBe(true);
  });

  test("delivered media show as their file names", () => {
    expect(deliveredText("hello", ["/a/b.png"])).toBe("hello");
    expect(deliveredText(undefined, ["https://x/y/my%20cat.png?z=1", "/tmp/b%.mp3"])).toBe("my cat.png, b%.mp3");
    expect(deliveredText("", [])).toBe("media");
  });

  test("what had been streamed is kept when a user stops the run", () => {
    const base = { api: "a", provider: "p", model: "m", now: 9 };
    expect(abortedAssistantMessage({ ...base, text: "twenty words", thinking: "hm" })).toMatchObject({
      content: [
        { type: "thinking", thinking: "hm" },
        { type: "text", text: "twenty words" },
      ],
      stopReason: "aborted",
    });
  });
});

describe("token accounting", () => {
  const usage = (input: number, cacheRead: number) => ({ ...zeroUsage(), input, cacheRead, output: 7 });

  test("the context is the prompt of the last call, the rest is the sum of the run", () => {
    const run = { provider: "p", model: "m", contextTokens: 100_000 };
    expect(runUsagePatch({ ...run, calls: [usage(11_985, 0), usage(49, 12_000)] })).toEqual({
      modelProvider: "p",
      model: "m",
      contextTokens: 100_000,
      inputTokens: 12_034,
      outputTokens: 14,
      totalTokens: 12_049,
    });
    expect(runUsagePatch({ ...run, calls: [zeroUsage()] })).not.toHaveProperty("totalTokens");
    expect(runUsagePatch({ ...run, calls: [], estimatedContext: 40 }).totalTokens).toBe(40);
  });

  test("a compaction counts and leaves its estimate", () => {
    expect(compactionPatch({ compactionCount: 1 }, 500)).toEqual({
      compactionCount: 2,
      totalTokens: 500,
      inputTokens: undefined,
      outputTokens: undefined,
    });
  });

  test("costs and estimates", () => {
    const price = { input: 1, output: 2, cacheRead: 0.5, cacheWrite: 4 };
    expect(usageCost({ input: 1e6, output: 5e5, cacheRead: 2e6, cacheWrite: 0 }, price).total).toBe(3);
    expect(
      estimateTokens([
        user("x".repeat(41)),
        { ...result("a", ""), content: [{ type: "image", data: "", mimeType: "" }] },
      ]),
    ).toBe(1211);
  });
});

describe("send policy", () => {
  const policy = {
    default: "allow",
    rules: [
      { action: "allow", match: { channel: "discord" } },
      { action: "deny", match: { channel: "Discord", chatType: "room" } },
      { action: "deny", match: { keyPrefix: "cron:" } },
    ],
  } as const;

  test("a deny that matches wins, the session's own policy before all", () => {
    const input = { key: "agent:main:discord:channel:1", channel: "discord", chatType: "channel" } as const;
    expect(sendPolicyFor(policy, input)).toBe("deny");
    expect(sendPolicyFor(policy, { ...input, override: "allow" })).toBe("allow");
    expect(sendPolicyFor(policy, { ...input, chatType: "group" })).toBe("allow");
    expect(sendPolicyFor(policy, { key: "agent:main:cron:x" })).toBe("deny");
    expect(sendPolicyFor({ default: "deny" }, { key: "agent:main:main" })).toBe("deny");
    expect(sendPolicyFor(undefined, { key: "agent:main:main" })).toBe("allow");
  });
});

import type { ChatMessage } from "@openclaw/protocol";
import { describe, expect, it } from "vitest";
import { historyTurns } from "../src/chat/history-turns.ts";
import { turnText } from "../src/chat/turn.ts";

const text = (value: string) => [{ type: "text" as const, text: value }];
const toolCall = (id: string, name: string, args: unknown) => ({
  type: "toolCall" as const,
  id,
  name,
  arguments: args,
});

it("messages the Gateway merged into one turn stand alone, as they were written", () => {
  const content =
    "[Queued messages while agent was busy]\n\n---\nQueued #1\n[Sat 2026-11-21 16:40 UTC] one\nmore\n\n---\nQueued #2\n[Sat 2026-11-21 16:41 UTC] two";
  expect(historyTurns([{ role: "user", content, timestamp: 1 }])).toMatchObject([
    { kind: "user", id: "user-1", text: "one\nmore" },
    { kind: "user", id: "user-1-1", text: "two" },
  ]);
  const other = "[Queued messages while agent was busy]\nis what it said";
  expect(historyTurns([{ role: "user", content: other, timestamp: 1 }])).toMatchObject([{ text: other }]);
});

it("what was spoken of an answer stands under it, when it is this Gateway's", () => {
  const sounds = [
    { url: "/__openclaw__/media/abc", mimeType: "audio/mpeg" },
    { url: "//elsewhere.example/a.mp3", mimeType: "audio/mpeg" },
    { url: "javascript:alert(1)", mimeType: "audio/mpeg" },
  ];
  const message: ChatMessage = { role: "assistant", content: text("Hi"), timestamp: 1, __openclaw: { sounds } };
  expect(historyTurns([message])).toMatchObject([
    {
      parts: [
        { kind: "text", text: "Hi" },
        { kind: "audio", url: "/__openclaw__/media/abc" },
      ],
    },
  ]);
});

it("pictures of an answer stand under it, and what else it holds can be fetched; nothing leads anywhere else", () => {
  const files = [
    { url: "/__openclaw__/media/abc", mimeType: "image/png", name: "dot.png" },
    { url: "/__openclaw__/media/def", mimeType: "application/octet-stream", name: "plan.pdf" },
    { url: "https://example.com/b.pdf", mimeType: "application/octet-stream", name: "b.pdf" },
    { url: "https://example.com/spy.png", mimeType: "image/png" },
    { url: "javascript:alert(1)", mimeType: "image/png" },
    { url: "//elsewhere.example/a", mimeType: "image/png" },
  ];
  const message: ChatMessage = { role: "assistant", content: text("Hi"), timestamp: 1, __openclaw: { files } };
  expect(historyTurns([message])).toMatchObject([
    {
      parts: [
        { kind: "text", text: "Hi" },
        { kind: "image", image: { url: "/__openclaw__/media/abc" } },
        { kind: "file", url: "/__openclaw__/media/def", name: "plan.pdf" },
        { kind: "file", url: "https://example.com/b.pdf", name: "b.pdf" },
        { kind: "file", url: "https://example.com/spy.png", name: "https://example.com/spy.png" },
      ],
    },
  ]);
});

describe("historyTurns", () => {
  it("shows that a run was stopped before it had said anything, alone or after its tools", () => {
    const stop: ChatMessage = { role: "assistant", content: [], stopReason: "aborted", timestamp: 2 };
    const user: ChatMessage = { role: "user", content: "go", timestamp: 1 };
    expect(historyTurns([user, stop])[1]).toEqual({
      kind: "assistant",
      id: "assistant-2",
      at: 2,
      parts: [],
      stopped: true,
    });
    const call: ChatMessage = { role: "assistant", content: [toolCall("c", "read", {})], timestamp: 2 };
    const turns = historyTurns([user, call, { ...stop, timestamp: 3 }]);
    expect(turns.slice(1)).toMatchObject([{ parts: [{ kind: "tool" }], stopped: true }]);
  });

  it("tells a command that waits for the user from one that is done", () => {
    const details = { status: "approval-pending", approvalId: "a", command: "ls" };
    const [turn] = historyTurns([
      { role: "assistant", content: [toolCall("c", "exec", { command: "ls" })], timestamp: 1 },
      { role: "toolResult", toolCallId: "c", toolName: "exec", content: text("Approval required"), details },
    ]);
    expect(turn).toMatchObject({ parts: [{ call: { state: "asked", output: "Approval required" } }] });
  });

  it("joins texts, calls and results of one answer and keeps their order", () => {
    const messages: ChatMessage[] = [
      { role: "user", content: text("look"), timestamp: 1 },
      {
        role: "assistant",
        content: [
          ...text("Let me see."),
          toolCall("c1", "read", { path: "a" }),
          toolCall("c2", "exec", { command: "x" }),
        ],
        timestamp: 2,
      },
      { role: "toolResult", toolCallId: "c2", toolName: "exec", content: text("boom"), isError: true, timestamp: 3 },
      { role: "toolResult", toolCallId: "c1", toolName: "read", content: text("file"), isError: false, timestamp: 4 },
      { role: "assistant", content: text("Done."), timestamp: 5, stopReason: "stop" },
      { role: "user", content: "plain string", timestamp: 6 },
    ];
    const turns = historyTurns(messages);
    expect(turns).toEqual([
      { kind: "user", id: "user-1", text: "look", images: [], at: 1 },
      {
        kind: "assistant",
        id: "assistant-2",
        at: 2,
        parts: [
          { kind: "text", text: "Let me see." },
          { kind: "tool", call: { id: "c1", name: "read", args: { path: "a" }, state: "ok", output: "file" } },
          { kind: "tool", call: { id: "c2", name: "exec", args: { command: "x" }, state: "failed", output: "boom" } },
          { kind: "text", text: "Done." },
        ],
      },
      { kind: "user", id: "user-6", text: "plain string", images: [], at: 6 },
    ]);
    expect(turns[1] && turnText(turns[1])).toBe("Let me see.\n\nDone.");
  });

  it("shows images, and what is left of those a long history leaves out", () => {
    const [turn] = historyTurns([
      {
        role: "user",
        content: [
          { type: "image", mimeType: "image/png", data: "AAAA" },
          { type: "image", mimeType: "image/jpeg", bytes: 1200, omitted: true },
        ],
      },
    ]);
    expect(turn).toMatchObject({
      images: [
        { mimeType: "image/png", url: "data:image/png;base64,AAAA" },
        { mimeType: "image/jpeg", bytes: 1200 },
      ],
    });
  });

  it("leaves out what says nothing: silent answers, reply marks, unknown system messages", () => {
    const turns = historyTurns([
      { role: "assistant", content: text("HEARTBEAT_OK"), timestamp: 1 },
      { role: "system", content: text("other"), timestamp: 2 },
      { role: "assistant", content: text("[[reply_to_current]] Yes."), timestamp: 3 },
      { role: "assistant", content: text("NO_REPLY"), timestamp: 4 },
    ]);
    expect(turns).toEqual([{ kind: "assistant", id: "assistant-3", at: 3, parts: [{ kind: "text", text: "Yes." }] }]);
  });

  it("marks where the conversation was summarised, stopped or failed", () => {
    const turns = historyTurns([
      { role: "system", content: text("Compaction"), timestamp: 1, __openclaw: { kind: "compaction", id: "c" } },
      { role: "user", content: text("a"), timestamp: 2 },
      { role: "assistant", content: text("half"), timestamp: 3, stopReason: "aborted" },
      { role: "user", content: text("b"), timestamp: 4 },
      { role: "assistant", content: [], timestamp: 5, stopReason: "error", errorMessage: "no key" },
      { role: "user", content: text("c"), timestamp: 6 },
      { role: "assistant", content: [], timestamp: 7, stopReason: "aborted" },
    ]);
    expect(turns.map(({ kind }) => kind)).toEqual([
      "compaction",
      "user",
      "assistant",
      "user",
      "assistant",
      "user",
      "assistant",
    ]);
    expect(turns[2]).toMatchObject({ stopped: true, parts: [{ kind: "text", text: "half" }] });
    expect(turns[4]).toMatchObject({ parts: [{ kind: "error", text: "no key" }] });
    expect(turns[6]).toMatchObject({ stopped: true, parts: [] });
  });

  it("keeps a result whose call was cut off, and the reason inside a failed tool's answer", () => {
    const [turn] = historyTurns([
      {
        role: "toolResult",
        toolCallId: "x",
        toolName: "exec",
        isError: true,
        content: text('{"status":"error","tool":"exec","error":"exit 1"}'),
      },
    ]);
    expect(turn).toMatchObject({
      parts: [{ kind: "tool", call: { name: "exec", state: "failed", output: "exit 1" } }],
    });
  });

  it("gives distinct ids to messages of the same moment, the same at every load", () => {
    const messages: ChatMessage[] = [1, 1].map((timestamp) => ({
      role: "user" as const,
      content: text("x"),
      timestamp,
    }));
    const ids = historyTurns(messages).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(historyTurns(messages).map(({ id }) => id)).toEqual(ids);
  });
});

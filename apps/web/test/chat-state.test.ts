import type { AgentEvent, ChatEvent, ChatMessage } from "@openclaw/protocol";
import { describe, expect, it } from "vitest";
import { type ChatAction, type ChatState, initialChatState, isBusy, reduceChat } from "../src/chat/chat-state.ts";

const sessionKey = "agent:main:main";
const message = (text: string): ChatMessage => ({ role: "assistant", content: [{ type: "text", text }] });
const apply = (actions: readonly ChatAction[], state: ChatState = initialChatState()) =>
  actions.reduce(reduceChat, state);

const sent = (runId: string, text = "hi"): ChatAction => ({
  type: "sent",
  message: { runId, text, images: [] },
  at: 10,
});
const chat = (event: Partial<ChatEvent> & { runId: string; state: ChatEvent["state"] }): ChatAction => ({
  type: "chat",
  event: { sessionKey, seq: 1, ...event } as ChatEvent,
  at: 20,
});
const agent = (runId: string, stream: string, data: object, extra: object = {}): ChatAction => ({
  type: "agent",
  event: { runId, sessionKey, seq: 1, ts: 1, stream, data, ...extra } as AgentEvent,
});
const assistant = (runId: string, text: string, delta: string) => agent(runId, "assistant", { text, delta });
const history = (messages: ChatMessage[], endedBefore: string[] = []): ChatAction => ({
  type: "history-loaded",
  messages,
  limit: 200,
  endedBefore,
});
const liveText = (state: ChatState) =>
  state.runs.flatMap((run) => run.parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])));

describe("a message this page sends", () => {
  it("is shown at once, clears the draft and makes the chat busy", () => {
    const state = apply([
      { type: "draft", draft: { text: "hi", images: [] } },
      { type: "error", error: "old" },
      sent("a"),
    ]);
    expect(state.local).toMatchObject([{ runId: "a", done: false, turn: { kind: "user", text: "hi" } }]);
    expect(state.draft.text).toBe("");
    expect(state.error).toBeUndefined();
    expect(isBusy(state)).toBe(true);
  });

  it("comes back into the field with its images when it is refused, in front of what was typed since", () => {
    const image = { mimeType: "image/png", url: "data:image/png;base64,AA" };
    const outgoing = { runId: "a", text: "first", images: [image] };
    const state = apply([
      { type: "sent", message: outgoing, at: 1 },
      { type: "draft", draft: { text: "second", images: [] } },
      { type: "send-refused", message: outgoing, error: "blocked", fromQueue: false },
    ]);
    expect(state.draft).toEqual({ text: "first\nsecond", images: [image] });
    expect(state.error).toBe("blocked");
    expect(state.local).toEqual([]);
    expect(isBusy(state)).toBe(false);
  });

  it("goes back to the head of the queue when it came from there", () => {
    const [one, two] = [
      { runId: "1", text: "one", images: [] },
      { runId: "2", text: "two", images: [] },
    ];
    const state = apply([
      { type: "queued", message: one },
      { type: "queued", message: two },
      { type: "sent", message: one, at: 1 },
      { type: "send-refused", message: one, error: "x", fromQueue: true },
    ]);
    expect(state.queue.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(state.queuePaused).toBe(true);
  });
});

describe("text that streams in", () => {
  it("grows with protocol 3 deltas and never shrinks", () => {
    const delta = (text: string) => chat({ runId: "a", state: "delta", message: message(text) });
    const state = apply([sent("a"), delta("Hel"), delta("Hello"), delta("He")]);
    expect(liveText(state)).toEqual(["Hello"]);
  });

  it("is rebuilt from deltaText and replace alone (protocol 4)", () => {
    const state = apply([
      sent("a"),
      chat({ runId: "a", state: "delta", deltaText: "Hel" }),
      chat({ runId: "a", state: "delta", deltaText: "lo" }),
      chat({ runId: "a", state: "status", phase: "starting_model" }),
      chat({ runId: "a", state: "delta", deltaText: "Bye", replace: true }),
      chat({ runId: "a", state: "delta", deltaText: " now" }),
    ]);
    expect(liveText(state)).toEqual(["Bye now"]);
  });

  it("takes its order with tools from agent events; chat deltas then add nothing", () => {
    const state = apply([
      sent("a"),
      agent("a", "lifecycle", { phase: "start", startedAt: 1 }),
      assistant("a", "Let me", "Let me"),
      assistant("a", "Let me see", " see"),
      chat({ runId: "a", state: "delta", message: message("Let me see") }),
      agent("a", "tool", { phase: "start", name: "read", toolCallId: "c", args: { path: "x" } }),
      agent("a", "tool", {
        phase: "update",
        name: "read",
        toolCallId: "c",
        partialResult: { content: [{ type: "text", text: "half" }] },
      }),
      assistant("a", "It", "It"),
      agent("a", "tool", {
        phase: "result",
        name: "read",
        toolCallId: "c",
        isError: false,
        meta: "x",
        result: { content: [{ type: "text", text: "whole" }] },
      }),
      assistant("a", "It says", " says"),
      chat({ runId: "a", state: "delta", message: message("Let me see\n\nIt says") }),
    ]);
    expect(state.runs[0]?.parts).toEqual([
      { kind: "text", text: "Let me see" },
      { kind: "tool", call: { id: "c", name: "read", args: { path: "x" }, state: "ok", output: "whole", meta: "x" } },
      { kind: "text", text: "It says" },
    ]);
  });

  it("a call that waits for the user is not done", () => {
    const [run] = apply([
      sent("a"),
      agent("a", "tool", { phase: "start", name: "exec", toolCallId: "c", args: { command: "ls" } }),
      agent("a", "tool", {
        phase: "result",
        name: "exec",
        toolCallId: "c",
        isError: false,
        result: { content: [{ type: "text", text: "Approval required" }], details: { status: "approval-pending" } },
      }),
    ]).runs;
    expect(run?.parts).toMatchObject([{ call: { state: "asked", output: "Approval required" } }]);
  });

  it("begins another text when a message starts anew without a tool between", () => {
    expect(
      liveText(apply([assistant("a", "One", "One"), assistant("a", "Two", "Two"), assistant("a", "Two!", "!")])),
    ).toEqual(["One", "Two!"]);
  });

  it("shows that earlier messages are being summarised", () => {
    const state = apply([sent("a"), agent("a", "compaction", { phase: "start" })]);
    expect(state.runs[0]?.compacting).toBe(true);
    expect(apply([agent("a", "compaction", { phase: "end", willRetry: false })], state).runs[0]?.compacting).toBe(
      false,
    );
  });
});

describe("the end of a run", () => {
  it("keeps what was shown until the history has it, and announces the answer", () => {
    const ended = apply([
      sent("a"),
      assistant("a", "Hello", "Hello"),
      chat({ runId: "a", state: "final", message: message("Hello") }),
    ]);
    expect(isBusy(ended)).toBe(false);
    expect(ended.local.map(({ done }) => done)).toEqual([true, true]);
    expect(ended.announcement).toEqual({ text: "Hello", count: 1 });
    const messages: ChatMessage[] = [
      { role: "user", content: "hi", timestamp: 1 },
      { ...message("Hello"), timestamp: 2 },
    ];
    // A history that was asked for before the end may lack the answer.
    expect(apply([history(messages.slice(0, 1))], ended).local).toHaveLength(2);
    const loaded = apply([history(messages, ["a"])], ended);
    expect(loaded.local).toEqual([]);
    expect(loaded.turns).toHaveLength(2);
  });

  it("shows the text of an answer that did not stream, and nothing for a silent one", () => {
    expect(
      apply([sent("a"), chat({ runId: "a", state: "final", message: message("OK") })]).local.at(-1)?.turn,
    ).toMatchObject({
      parts: [{ kind: "text", text: "OK" }],
    });
    expect(apply([sent("a"), chat({ runId: "a", state: "final", mergedInto: "b" })]).local).toHaveLength(1);
    expect(
      apply([sent("a"), assistant("a", "NO_REPLY", "NO_REPLY"), chat({ runId: "a", state: "final" })]).local,
    ).toHaveLength(1);
  });

  it("keeps the partial text of an aborted run", () => {
    const state = apply([
      sent("a"),
      assistant("a", "Half a", "Half a"),
      chat({ runId: "a", state: "aborted", stopReason: "rpc" }),
    ]);
    expect(state.local.at(-1)?.turn).toMatchObject({
      kind: "assistant",
      stopped: true,
      parts: [{ kind: "text", text: "Half a" }],
    });
    const unseen = apply([sent("a"), chat({ runId: "a", state: "aborted", message: message("Only here") })]);
    expect(unseen.local.at(-1)?.turn).toMatchObject({ parts: [{ kind: "text", text: "Only here" }] });
  });

  it("shows why a run failed, behind what it said before", () => {
    const state = apply([
      sent("a"),
      assistant("a", "So far", "So far"),
      chat({ runId: "a", state: "error", errorMessage: "no key" }),
    ]);
    expect(state.local.at(-1)?.turn).toMatchObject({
      parts: [
        { kind: "text", text: "So far" },
        { kind: "error", text: "no key" },
      ],
    });
    expect(state.announcement.text).toBe("Error: no key");
  });

  it("is final: late events change nothing", () => {
    const ended = apply([sent("a"), chat({ runId: "a", state: "aborted" })]);
    const late = apply(
      [
        agent("a", "lifecycle", { phase: "end", endedAt: 1, aborted: true }),
        assistant("a", "x", "x"),
        chat({ runId: "a", state: "delta", message: message("x") }),
      ],
      ended,
    );
    expect(late).toEqual(ended);
  });
});

describe("runs of others", () => {
  it("are shown while they go on, and end with their lifecycle when no chat event follows", () => {
    const running = apply([
      agent("b", "lifecycle", { phase: "start", startedAt: 1 }),
      assistant("b", "Morning", "Morning"),
    ]);
    expect(isBusy(running)).toBe(true);
    const ended = apply([agent("b", "lifecycle", { phase: "end", endedAt: 2 })], running);
    expect(isBusy(ended)).toBe(false);
    expect(ended.local).toHaveLength(1);
  });

  it("do not include heartbeats", () => {
    expect(
      isBusy(apply([agent("h", "assistant", { text: "HEARTBEAT_OK", delta: "HEARTBEAT_OK" }, { isHeartbeat: true })])),
    ).toBe(false);
  });

  it("are forgotten when the connection was lost, own ones are not", () => {
    const state = apply([sent("a"), assistant("b", "x", "x"), { type: "foreign-runs-gone" }]);
    expect(state.runs.map(({ runId }) => runId)).toEqual(["a"]);
  });
});

describe("a history loaded during a run", () => {
  it("takes over the message and what is finished, and the run goes on behind it", () => {
    const state = apply([
      sent("a", "look"),
      assistant("a", "Let me see", "Let me see"),
      agent("a", "tool", { phase: "start", name: "read", toolCallId: "c", args: {} }),
      assistant("a", "It", "It"),
      history([
        { role: "user", content: "look", timestamp: 1 },
        {
          role: "assistant",
          content: [
            { type: "text", text: "Let me see" },
            { type: "toolCall", id: "c", name: "read", arguments: {} },
          ],
          timestamp: 2,
        },
      ]),
    ]);
    expect(state.local).toEqual([]);
    expect(liveText(state)).toEqual(["It"]);
    expect(state.turns.at(-1)).toMatchObject({ kind: "assistant", parts: [{ kind: "text" }, { kind: "tool" }] });
  });

  it("keeps a message the history does not have yet", () => {
    const state = apply([sent("a", "new"), history([{ role: "user", content: "old", timestamp: 1 }])]);
    expect(state.local).toHaveLength(1);
  });

  it("shows a command above its answer, although the history holds the answer alone", () => {
    const answer = (text: string, timestamp: number): ChatMessage => ({
      role: "assistant",
      content: [{ type: "text", text }],
      timestamp,
      model: "gateway-injected",
    });
    const ended = (runId: string) => chat({ runId, state: "final", message: message("done") });
    const before = apply([history([answer("older", 1)])]);
    const state = apply(
      [
        sent("a", "/think high"),
        ended("a"),
        history([answer("older", 1), answer("high it is", 2)], ["a"]),
        sent("b", "/status"),
        ended("b"),
        history([answer("older", 1), answer("high it is", 2), answer("all is well", 3)], ["a", "b"]),
      ],
      before,
    );
    expect(state.turns.map((turn) => (turn.kind === "user" ? turn.text : turn.kind))).toEqual([
      "assistant",
      "/think high",
      "assistant",
      "/status",
      "assistant",
    ]);
    expect(state.local).toEqual([]);
  });

  it("gives a message back that a stop discarded before the assistant began with it", () => {
    const stopped = apply([sent("a", "one"), chat({ runId: "a", state: "aborted" })]);
    const begun = apply([history([{ role: "user", content: "one", timestamp: 1 }], ["a"])], stopped);
    expect(begun).toMatchObject({ queue: [], queuePaused: false, turns: [{ text: "one" }] });
    const discarded = apply([history([], ["a"])], stopped);
    expect(discarded).toMatchObject({ queue: [{ runId: "a-again", text: "one" }], queuePaused: true, local: [] });
  });

  it("shows neither an answer nor a failure for a message that was merged into another", () => {
    const state = apply([sent("a", "one"), chat({ runId: "a", state: "final", mergedInto: "b" })]);
    expect(state.local).toMatchObject([{ runId: "a", turn: { kind: "user", text: "one" } }]);
    expect(isBusy(state)).toBe(false);
  });

  it("says when there are more messages than were loaded", () => {
    const messages: ChatMessage[] = Array.from({ length: 200 }, (_, at) => ({
      role: "user",
      content: "x",
      timestamp: at,
    }));
    expect(apply([history(messages)]).truncated).toBe(true);
    expect(apply([history(messages.slice(1))]).truncated).toBe(false);
  });
});

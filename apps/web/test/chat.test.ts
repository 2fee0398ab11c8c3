import { GatewayClientError } from "@openclaw/client";
import type { ChatEvent } from "@openclaw/protocol";
import { describe, expect, it } from "vitest";
import { type Chat, type ChatGateway, createChat } from "../src/chat/chat.ts";

const sessionKey = "agent:main:web-1";
interface Call {
  method: string;
  params: Record<string, unknown>;
  resolve(payload: unknown): void;
  reject(error: unknown): void;
}

/** A Gateway whose answers the test gives; methods in `answers` are answered at once. */
function fakeGateway(answers: Record<string, (params: Record<string, unknown>) => unknown> = {}) {
  const calls: Call[] = [];
  const state = { connected: true };
  const gateway = {
    get connected() {
      return state.connected;
    },
    request: (method: string, params: unknown) => {
      const given = params as Record<string, unknown>;
      const answer = answers[method];
      return new Promise((resolve, reject) => {
        calls.push({ method, params: given, resolve, reject });
        if (!answer) return;
        try {
          resolve(answer(given));
        } catch (error) {
          reject(error);
        }
      });
    },
  } as unknown as ChatGateway;
  return { gateway, state, calls, sent: () => calls.filter(({ method }) => method === "chat.send") };
}

const normal = {
  "chat.history": () => ({ sessionKey, messages: [] }),
  "sessions.patch": () => ({ ok: true }),
  "chat.send": (params: Record<string, unknown>) => ({ runId: params.idempotencyKey, status: "started" }),
  "chat.abort": () => ({ ok: true, aborted: true, runIds: [] }),
};

function chat(
  gateway: ChatGateway,
  options: { wantsTools?: boolean; isAnsweredAtOnce?: (text: string) => boolean } = {},
): Chat {
  let ids = 0;
  return createChat({
    sessionKey,
    gateway,
    now: () => 1,
    newId: () => `run-${++ids}`,
    wantsTools: () => options.wantsTools ?? true,
    isAnsweredAtOnce: options.isAnsweredAtOnce ?? (() => false),
    onChange: () => {},
    onActivity: () => {},
  });
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const say = (subject: Chat, text: string) => subject.send({ text, images: [] });
const terminal = (runId: string, state: "final" | "aborted" | "error" = "final") =>
  ({ runId, sessionKey, seq: 1, state }) as ChatEvent;

describe("sending", () => {
  it("lets a command out while the assistant writes, and other messages wait", async () => {
    const fake = fakeGateway(normal);
    const subject = chat(fake.gateway, { isAnsweredAtOnce: (text) => text === "/status" });
    say(subject, "tell");
    await settled();
    for (const text of ["and then?", "/status"]) say(subject, text);
    await settled();
    expect(fake.sent().map(({ params }) => params.message)).toEqual(["tell", "/status"]);
    expect(subject.state.queue.map(({ text }) => text)).toEqual(["and then?"]);
    subject.chatEvent(terminal("run-3"));
    await settled();
    expect(fake.sent()).toHaveLength(2);
    subject.chatEvent(terminal("run-1"));
    await settled();
    expect(fake.sent().map(({ params }) => params.message)).toEqual(["tell", "/status", "and then?"]);
  });

  it("asks for tool reports once, then sends the message with its key and images", async () => {
    const fake = fakeGateway(normal);
    const subject = chat(fake.gateway);
    subject.send({ text: " hello ", images: [{ mimeType: "image/png", url: "data:image/png;base64,QUJD" }] });
    await settled();
    subject.chatEvent(terminal("run-1"));
    say(subject, "again");
    await settled();
    expect(fake.calls.filter(({ method }) => method === "sessions.patch").map(({ params }) => params)).toEqual([
      { key: sessionKey, verboseLevel: "full" },
    ]);
    expect(fake.sent().map(({ params }) => params)).toEqual([
      {
        sessionKey,
        message: "hello",
        deliver: false,
        idempotencyKey: "run-1",
        attachments: [{ type: "image", mimeType: "image/png", content: "QUJD" }],
      },
      { sessionKey, message: "again", deliver: false, idempotencyKey: "run-2" },
    ]);
    const order = fake.calls.map(({ method }) => method).filter((method) => method !== "chat.history");
    expect(order).toEqual(["sessions.patch", "chat.send", "chat.send"]);
  });

  it("leaves the verbose level alone when the user chose one or does not want tools, and goes on when it is refused", async () => {
    const chosen = fakeGateway({
      ...normal,
      "chat.history": () => ({ sessionKey, messages: [], verboseLevel: "off" }),
    });
    const first = chat(chosen.gateway);
    await first.load();
    say(first, "x");
    const unwanted = fakeGateway(normal);
    say(chat(unwanted.gateway, { wantsTools: false }), "x");
    const refused = fakeGateway({
      ...normal,
      "sessions.patch": () => {
        throw new GatewayClientError("refused", "missing scope", {
          refusal: { code: "FORBIDDEN", message: "missing scope" },
        });
      },
    });
    say(chat(refused.gateway), "x");
    await settled();
    expect(chosen.calls.some(({ method }) => method === "sessions.patch")).toBe(false);
    expect(unwanted.calls.some(({ method }) => method === "sessions.patch")).toBe(false);
    expect([chosen, unwanted, refused].map((fake) => fake.sent().length)).toEqual([1, 1, 1]);
  });

  it("does nothing for an empty message or without a connection", () => {
    const fake = fakeGateway(normal);
    const subject = chat(fake.gateway);
    say(subject, "  \n");
    fake.state.connected = false;
    say(subject, "hello");
    expect(fake.calls).toEqual([]);
  });

  it("gives the draft back when the Gateway refuses the message", async () => {
    const fake = fakeGateway({
      ...normal,
      "chat.send": () => {
        throw new GatewayClientError("refused", "send blocked by session policy", {
          refusal: { code: "INVALID_REQUEST", message: "send blocked by session policy" },
        });
      },
    });
    const subject = chat(fake.gateway);
    subject.setDraft({ text: "precious words", images: [] });
    subject.send();
    await settled();
    expect(subject.state).toMatchObject({
      draft: { text: "precious words" },
      error: "send blocked by session policy",
      runs: [],
      local: [],
    });
  });

  it("repeats an unconfirmed message under the same key after a lost connection", async () => {
    const { "chat.send": _send, ...others } = normal;
    const fake = fakeGateway(others);
    const subject = chat(fake.gateway);
    say(subject, "hello");
    await settled();
    fake.sent()[0]?.reject(new GatewayClientError("disconnected", "disconnected (1012): service restart"));
    await settled();
    expect(subject.state.runs).toHaveLength(1);
    await subject.connected();
    await settled();
    expect(fake.sent().map(({ params }) => params.idempotencyKey)).toEqual(["run-1", "run-1"]);
    fake.sent()[1]?.resolve({ runId: "run-1", status: "ok" });
    await settled();
    expect(subject.state.runs).toEqual([]);
  });
});

describe("while a run is active", () => {
  it("messages wait and are sent in order, one after each end", async () => {
    const fake = fakeGateway(normal);
    const subject = chat(fake.gateway);
    for (const text of ["one", "two", "three"]) say(subject, text);
    await settled();
    expect(subject.state.queue.map(({ text }) => text)).toEqual(["two", "three"]);
    subject.chatEvent(terminal("run-1"));
    await settled();
    subject.chatEvent(terminal("run-2", "error"));
    await settled();
    expect(fake.sent().map(({ params }) => params.message)).toEqual(["one", "two", "three"]);
    expect(subject.state.queue).toEqual([]);
  });

  it("a waiting message can be taken back", async () => {
    const fake = fakeGateway(normal);
    const subject = chat(fake.gateway);
    for (const text of ["one", "two", "three"]) say(subject, text);
    subject.unqueue("run-2");
    await settled();
    subject.chatEvent(terminal("run-1", "aborted"));
    await settled();
    expect(fake.sent().map(({ params }) => params.message)).toEqual(["one", "three"]);
  });

  it.each(["stop", "/STOP", " Esc "])("%j aborts instead of waiting", async (word) => {
    const fake = fakeGateway({ ...normal, "chat.abort": () => ({ ok: true, aborted: true, runIds: ["run-1"] }) });
    const subject = chat(fake.gateway);
    say(subject, "one");
    say(subject, word);
    await settled();
    expect(subject.state.queue).toEqual([]);
    expect(fake.calls.filter(({ method }) => method === "chat.abort").map(({ params }) => params)).toEqual([
      { sessionKey },
    ]);
  });

  it("stopping leaves it to the user what becomes of the messages that wait", async () => {
    const fake = fakeGateway({
      ...normal,
      "chat.history": () => ({ sessionKey, messages: [{ role: "user", content: "one", timestamp: 1 }] }),
      "chat.abort": () => ({ ok: true, aborted: true, runIds: ["run-1"] }),
    });
    const subject = chat(fake.gateway);
    for (const text of ["one", "two"]) say(subject, text);
    await settled();
    await subject.stop();
    subject.chatEvent(terminal("run-1", "aborted"));
    await settled();
    expect(fake.sent()).toHaveLength(1);
    expect(subject.state).toMatchObject({ queuePaused: true, queue: [{ text: "two" }] });
    subject.resumeQueue();
    await settled();
    expect(fake.sent().map(({ params }) => params.message)).toEqual(["one", "two"]);
  });

  it("stopping a message that was not handed over yet takes it back", async () => {
    const { "sessions.patch": _patch, ...others } = normal;
    const fake = fakeGateway(others);
    const subject = chat(fake.gateway);
    say(subject, "wrong words");
    await subject.stop();
    expect(subject.state).toMatchObject({ runs: [], local: [], draft: { text: "wrong words" } });
    fake.calls.find(({ method }) => method === "sessions.patch")?.resolve({ ok: true });
    await settled();
    expect(fake.sent()).toEqual([]);
  });

  it("stopping also ends a run the Gateway no longer knows", async () => {
    const subject = chat(fakeGateway(normal).gateway);
    say(subject, "one");
    await settled();
    await subject.stop();
    expect(subject.state.runs).toEqual([]);
  });

  it("a failed queued message pauses the queue until the user sends again", async () => {
    let failing = false;
    const fake = fakeGateway({
      ...normal,
      "chat.send": (params) => {
        if (failing) throw new GatewayClientError("refused", "no", { refusal: { code: "UNAVAILABLE", message: "no" } });
        return { runId: params.idempotencyKey, status: "started" };
      },
    });
    const subject = chat(fake.gateway);
    for (const text of ["one", "two"]) say(subject, text);
    await settled();
    failing = true;
    subject.chatEvent(terminal("run-1"));
    await settled();
    expect(subject.state).toMatchObject({ queuePaused: true, queue: [{ text: "two" }], error: "no" });
    failing = false;
    subject.resumeQueue();
    await settled();
    expect(fake.sent().map(({ params }) => params.message)).toEqual(["one", "two", "two"]);
    expect(subject.state.queue).toEqual([]);
  });
});

describe("after a reconnection", () => {
  it("ends own runs the Gateway has finished and keeps those that go on", async () => {
    const fake = fakeGateway({
      ...normal,
      "agent.wait": ({ runId }) => ({ runId, status: runId === "run-1" ? "ok" : "timeout", endedAt: 1 }),
    });
    const subject = chat(fake.gateway);
    say(subject, "one");
    await settled();
    await subject.connected();
    expect(subject.state.runs).toEqual([]);
    say(subject, "two");
    await settled();
    await subject.connected();
    expect(subject.state.runs.map(({ runId }) => runId)).toEqual(["run-2"]);
    expect(fake.calls.some(({ method }) => method === "chat.history")).toBe(true);
  });
});

describe("the history", () => {
  it("is loaded again when something ended that this page did not start, without piling up requests", async () => {
    const { "chat.history": _history, ...others } = normal;
    const fake = fakeGateway(others);
    const subject = chat(fake.gateway);
    const loads = () => fake.calls.filter(({ method }) => method === "chat.history");
    void subject.load();
    for (const runId of ["inject-1", "inject-2", "inject-3"]) subject.chatEvent(terminal(runId));
    expect(loads()).toHaveLength(1);
    loads()[0]?.resolve({ sessionKey, messages: [] });
    await settled();
    expect(loads()).toHaveLength(2);
    loads()[1]?.resolve({ sessionKey, messages: [{ role: "user", content: "seen", timestamp: 1 }] });
    await settled();
    expect(loads()).toHaveLength(2);
    expect(subject.state.turns).toMatchObject([{ text: "seen" }]);
  });

  it("tells when it cannot be loaded, but not for a lost connection", async () => {
    const fail = (error: unknown) =>
      chat(
        fakeGateway({
          "chat.history": () => {
            throw error;
          },
        }).gateway,
      );
    const refused = fail(new GatewayClientError("refused", "no such session"));
    await refused.load();
    expect(refused.state).toMatchObject({ history: "failed", error: "no such session" });
    const lost = fail(new GatewayClientError("disconnected", "gone"));
    await lost.load();
    expect(lost.state.error).toBeUndefined();
  });
});

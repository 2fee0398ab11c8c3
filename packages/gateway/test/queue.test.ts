import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// What happens to messages that arrive while a run of their session is under way.

let gateway: TestGateway;
let client: RawClient;
const start = async (queue: Json, agents: Json = {}) => {
  gateway = await startTestGateway({ config: { messages: { queue: { debounceMs: 0, ...queue } }, agents } });
  client = await gateway.connect();
};
afterEach(() => gateway.close());

const send = (message: string, idempotencyKey: string, more: Json = {}) =>
  client.request("chat.send", { sessionKey: "main", message, idempotencyKey, ...more });
const ended = (runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
const streaming = (runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state === "delta");
const text = (payload: Json | undefined) =>
  ((payload?.message as Json | undefined)?.content as Json[] | undefined)?.[0]?.text;

/** The user messages of a request to the model, the newest last. */
function asked(index: number): string[] {
  const messages = gateway.model.requests[index]?.body.messages as { role: string; content: unknown }[];
  return messages.filter(({ role }) => role === "user").map(({ content }) => String(content));
}
const stamp = String.raw`\[\w{3} \d{4}-\d\d-\d\d \d\d:\d\d [^\]]+\]`;

describe("collect", () => {
  it("answers what came during a run in one turn, and says into which run each message went", async () => {
    await start({ mode: "collect" });
    await send("hold:20 first", "a");
    await streaming("a");
    for (const [key, message] of [
      ["b", "one"],
      ["c", "two"],
    ] as const)
      expect((await send(message, key)).payload).toEqual({ runId: key, status: "started" });
    gateway.model.release();
    expect(await ended("b")).toMatchObject({ state: "final", mergedInto: "c" });
    expect(text(await ended("c"))).toContain("two");
    expect(gateway.model.requests).toHaveLength(2);
    expect(asked(1).at(-1)).toMatch(
      new RegExp(
        `^\\[Queued messages while agent was busy\\]\\n\\n---\\nQueued #1\\n${stamp} one\\n\\[message_id: b\\]\\n\\n---\\nQueued #2\\n${stamp} two\\n\\[message_id: c\\]$`,
      ),
    );
    for (const runId of ["b", "c"])
      expect((await client.request("agent.wait", { runId })).payload).toMatchObject({ status: "ok" });
  });

  it("begins a new session by itself where its user asked for it", async () => {
    await start({ mode: "collect" });
    await send("hold:20 first", "a");
    await streaming("a");
    await send("one", "b");
    await send("/new two", "c");
    await send("three", "d");
    gateway.model.release();
    await ended("d");
    expect(gateway.model.requests).toHaveLength(4);
    expect(asked(1)).toHaveLength(2);
    expect(asked(2)).toHaveLength(1);
    expect(asked(3)).toHaveLength(2);
  });

  it("tells the model in a line what there was no room for", async () => {
    await start({ mode: "collect", cap: 2, drop: "summarize" });
    await send("hold:20 first", "a");
    await streaming("a");
    for (const key of ["b", "c", "d", "e"]) await send(`text ${key}`, key);
    gateway.model.release();
    for (const key of ["b", "c", "d"]) expect(await ended(key)).toMatchObject({ state: "final", mergedInto: "e" });
    await ended("e");
    expect(asked(1).at(-1)).toContain(
      "[Queue overflow] Dropped 2 messages due to cap.\nSummary:\n- text b\n- text c\n\n---\nQueued #1\n",
    );
  });

  it("says once in the chat that a message was dropped", async () => {
    await start({ mode: "collect", cap: 1, drop: "new" });
    await send("hold:20 first", "a");
    await streaming("a");
    for (const key of ["b", "c", "d"]) await send(`text ${key}`, key);
    gateway.model.release();
    expect(text(await ended("c"))).toBe("⚠️ Message dropped: the queue is full (cap 1).");
    expect(await ended("d")).not.toHaveProperty("message");
    expect(text(await ended("b"))).toContain("text b");
    expect((await client.request("agent.wait", { runId: "c" })).payload).toMatchObject({ status: "error" });
  });
});

describe("followup", () => {
  it("answers each message by itself, in order, under its own id", async () => {
    await start({ mode: "followup" });
    await send("hold:20 first", "a");
    await streaming("a");
    await send("one", "b");
    await send("two", "c");
    gateway.model.release();
    expect(text(await ended("b"))).toContain("one");
    expect(text(await ended("c"))).toContain("two");
    expect(gateway.model.requests).toHaveLength(3);
  });
});

describe("steer", () => {
  it("brings a message into the run between two steps; tool calls that were to come are skipped", async () => {
    await start({ mode: "steer" });
    gateway.model.enqueue(
      {
        tools: [
          { name: "exec", args: JSON.stringify({ command: "until test -e steered; do sleep 0.02; done" }) },
          { name: "exec", args: JSON.stringify({ command: "touch second" }) },
        ],
      },
      { words: ["both", "done"] },
    );
    await send("go", "a");
    await client.event("agent", ({ stream, data }) => stream === "lifecycle" && (data as Json).phase === "start");
    await gateway.model.request(1);
    const steered = send("also this", "b");
    expect((await steered).payload).toEqual({ runId: "b", status: "started" });
    const fs = await import("node:fs");
    // The run is at its first tool call, or about to be; in both cases the message waits for it.
    fs.writeFileSync(`${gateway.workspace}/steered`, "");
    expect(await ended("b")).toMatchObject({ state: "final", mergedInto: "a" });
    expect(text(await ended("a"))).toContain("both done");
    expect(gateway.model.requests).toHaveLength(2);
    expect(asked(1).at(-1)).toMatch(/also this\n\[message_id: b\]$/);
    expect(JSON.stringify(gateway.model.requests[1]?.body)).toContain("Skipped due to queued user message.");
    expect(fs.existsSync(`${gateway.workspace}/second`)).toBe(false);
    expect((await client.request("agent.wait", { runId: "b" })).payload).toMatchObject({ status: "ok" });
  });

  it("keeps a message out of a run that is being compacted; it is answered behind it", async () => {
    const defaults = { contextTokens: 40_000, compaction: { memoryFlush: { enabled: false } } };
    await start({ mode: "steer" }, { defaults });
    gateway.model.enqueue({ words: ["one"] }, { words: ["two"] }, { words: ["what", "was", "said"], delayMs: 400 });
    await send(`first ${"word ".repeat(9000)}`, "a");
    await ended("a");
    await send(`second ${"word ".repeat(9000)}`, "b");
    // The run of the second message condenses the conversation before it ends.
    expect((await gateway.model.request(3)).body).not.toHaveProperty("tools");
    await send("third", "c");
    for (const key of ["b", "c"]) {
      const end = await ended(key);
      expect(end.state).toBe("final");
      expect(end).not.toHaveProperty("mergedInto");
    }
    const answers = gateway.model.requests.flatMap(({ body }, index) => ("tools" in body ? [asked(index).at(-1)] : []));
    expect(answers.map((prompt) => /first|second|third/.exec(prompt ?? "")?.[0])).toEqual(["first", "second", "third"]);
  });
});

describe("interrupt", () => {
  it("ends the run before the new message is begun", async () => {
    await start({ mode: "interrupt" });
    await send("hold:30 first", "a");
    await streaming("a");
    await send("second", "b");
    expect(text(await ended("b"))).toContain("second");
    const order = client
      .events("chat")
      .filter(({ state }) => state !== "delta")
      .map(({ runId, state }) => `${runId} ${state}`);
    expect(order).toEqual(["a aborted", "b final"]);
    const phases = client
      .events("agent")
      .filter(({ stream }) => stream === "lifecycle")
      .map(({ runId, data }) => `${runId} ${(data as Json).phase}${(data as Json).aborted === true ? " aborted" : ""}`);
    expect(phases).toEqual(["a start", "a end aborted", "b start", "b end"]);
  });
});

describe("the mode of the queue", () => {
  it("can be chosen for one message, which beats the session and the configuration", async () => {
    await start({ mode: "collect" });
    const v4 = await gateway.connect({ protocol: 4 });
    await send("hold:30 first", "a");
    await streaming("a");
    await v4.request("chat.send", {
      sessionKey: "main",
      message: "second",
      idempotencyKey: "b",
      queueMode: "interrupt",
    });
    expect((await ended("a")).state).toBe("aborted");
    expect(text(await ended("b"))).toContain("second");
  });
});

describe("stopping", () => {
  it("takes what waits with it, or one waiting message alone", async () => {
    await start({ mode: "collect" });
    await send("hold:30 first", "a");
    await streaming("a");
    for (const key of ["b", "c", "d"]) await send(key, key);
    expect((await client.request("chat.abort", { sessionKey: "main", runId: "c" })).payload).toMatchObject({
      aborted: true,
      runIds: ["c"],
    });
    expect((await ended("c")).state).toBe("aborted");
    expect((await client.request("chat.abort", { sessionKey: "main" })).payload.runIds).toEqual(["a", "b", "d"]);
    for (const key of ["a", "b", "d"]) expect((await ended(key)).state).toBe("aborted");
    await send("later", "e");
    expect(text(await ended("e"))).toContain("later");
    expect(gateway.model.requests).toHaveLength(2);
  });
});

describe("other sources", () => {
  it("wait for their lane and are not collected", async () => {
    await start({ mode: "collect" });
    await send("hold:20 first", "a");
    await streaming("a");
    client.send({
      type: "req",
      id: "r",
      method: "agent",
      params: { sessionKey: "main", message: "from a program", idempotencyKey: "p" },
    });
    await send("from a person", "b");
    gateway.model.release();
    expect(text(await ended("p"))).toContain("from a program");
    expect(text(await ended("b"))).toContain("from a person");
    expect(gateway.model.requests).toHaveLength(3);
  });
});

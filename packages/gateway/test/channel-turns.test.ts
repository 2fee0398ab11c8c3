import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// What people in a chat see of a turn from its beginning to its end.

let gateway: TestGateway;
let client: RawClient;
const start = async (config: Json = {}) => {
  const chats = chatService();
  const telegram = { enabled: true, dmPolicy: "open", allowFrom: ["*"] };
  gateway = await startTestGateway({ channels: [chats.channel], config: { channels: { telegram }, ...config } });
  client = await gateway.connect();
  return chats;
};
afterEach(() => gateway.close());

/** The user messages of a request to the model. */
const asked = (index: number): string[] =>
  ((gateway.model.requests[index]?.body.messages ?? []) as { role: string; content: unknown }[])
    .filter(({ role }) => role === "user")
    .map(({ content }) => String(content));
const transcripts = (): Json[] => {
  const folder = path.join(gateway.stateDir, "agents", "main", "sessions");
  const files = fs.readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) =>
    fs
      .readFileSync(path.join(folder, name), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Json),
  );
};

it("messages from two threads of a chat are answered one by one, each in its thread", async () => {
  const chats = await start({ messages: { queue: { mode: "collect", debounceMs: 0 } } });
  const inThread = (threadId: string) => ({ chat: { kind: "direct" as const, id: "7", threadId } });
  await chats.tell("hold:30 first");
  await client.event("chat", (payload) => payload.state === "delta");
  await chats.tell("from one", inThread("1"));
  await chats.tell("from two", inThread("2"));
  gateway.model.release();
  const answers = [await chats.sent(), await chats.sent(), await chats.sent()];
  expect(answers.map(({ threadId, text }) => [threadId, /from one|from two|eight/.exec(text ?? "")?.[0]])).toEqual([
    [undefined, "eight"],
    ["1", "from one"],
    ["2", "from two"],
  ]);
  for (const index of [1, 2]) expect(asked(index).at(-1)).not.toContain("Queued #");
});

it("messages that wait in one session but come from two people are answered one by one, each in its chat", async () => {
  const chats = await start({ messages: { queue: { mode: "collect", debounceMs: 0 } } });
  const from = (id: string) => ({ chat: { kind: "direct" as const, id }, sender: { id } });
  await chats.tell("hold:30 first");
  await client.event("chat", (payload) => payload.state === "delta");
  await chats.tell("from eight", from("8"));
  await chats.tell("from nine", from("9"));
  gateway.model.release();
  const answers = [await chats.sent(), await chats.sent(), await chats.sent()];
  expect(answers.map(({ to }) => to)).toEqual(["7", "8", "9"]);
  expect([1, 2].map((index) => asked(index).at(-1)?.includes("Queued #"))).toEqual([false, false]);
  expect(asked(2)).toHaveLength(3);
});

it("a word that stops ends the answer, keeps what was written, and the next prompt alone says so", async () => {
  const chats = await start();
  await chats.tell("hold:50 a long story");
  await client.event("chat", (payload) => payload.state === "delta");
  await chats.tell("stop");
  expect((await chats.sent()).text).toBe("⚙️ Agent was aborted.");
  for (const text of ["go on", "and on"]) {
    await chats.tell(text);
    expect((await chats.sent()).text).toContain(text);
  }
  expect(chats.untaken).toEqual([]);
  const kept = transcripts().flatMap(({ message }) => (message ? [message as Json] : []));
  const partial = kept.find(({ stopReason }) => stopReason === "aborted");
  expect(JSON.stringify(partial?.content)).toContain("slow");
  expect([1, 2].map((index) => asked(index).at(-1)?.includes("stopped your previous run"))).toEqual([true, false]);
});

it("a turn that takes too long is told in its chat, and the next one is answered", async () => {
  const chats = await start({ agents: { defaults: { timeoutSeconds: 1 } } });
  gateway.model.enqueue({ hang: true });
  await chats.tell("anybody there?");
  expect((await chats.sent()).text).toContain("LLM request timed out.");
  await chats.tell("hello");
  expect((await chats.sent()).text).toContain("hello");
});

it("/verbose inside a message shows the tools of its turn alone", async () => {
  const chats = await start();
  const tool = (command: string) => ({ tools: [{ name: "exec", args: JSON.stringify({ command }) }] });
  gateway.model.enqueue(tool("echo one"), { words: ["done"] }, tool("echo two"), { words: ["done"] });
  await chats.tell("/verbose full look");
  expect((await chats.sent()).text).toContain("Exec: echo one");
  expect((await chats.sent()).text).toContain("```txt\none\n```");
  expect((await chats.sent()).text?.trim()).toBe("done");
  await chats.tell("look again");
  expect((await chats.sent()).text?.trim()).toBe("done");
  expect(chats.untaken).toEqual([]);
});

it("/usage full puts what a turn used and its session under the answer", async () => {
  const chats = await start();
  await chats.tell("/usage full");
  expect((await chats.sent()).text).toBe("⚙️ Usage footer: full.");
  await chats.tell("hello");
  expect((await chats.sent()).text).toMatch(/\nUsage: \S+ in \/ \S+ out · session agent:main:main$/);
});

it("a silent answer sends nothing, and the token behind other words is taken off", async () => {
  const chats = await start();
  gateway.model.enqueue({ words: ["NO_REPLY"] }, { words: ["Done.", "NO_REPLY"] });
  await chats.tell("one");
  await chats.tell("two");
  expect((await chats.sent()).text).toBe("Done.");
  expect(gateway.model.requests).toHaveLength(2);
  expect(chats.untaken).toEqual([]);
});

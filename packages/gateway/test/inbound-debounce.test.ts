import { systemTimers, type Timers } from "@openclaw/agent-runtime";
import type { InboundMessage } from "@openclaw/plugin-sdk";
import { afterEach, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel, type TestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// Texts that one person writes to one chat in quick succession.

const waitMs = 7331;

let gateway: TestGateway;
let client: RawClient;
let channel: TestChannel;
/** What waits for the end of the time texts wait for more. */
let waiting: Set<() => void>;
const timers: Timers = {
  after(ms, fn) {
    if (ms !== waitMs) return systemTimers.after(ms, fn);
    waiting.add(fn);
    return () => waiting.delete(fn);
  },
};
const start = async (inbound: Json = { debounceMs: waitMs }) => {
  waiting = new Set();
  channel = createTestChannel("telegram");
  gateway = await startTestGateway({
    channels: [channel],
    timers,
    config: {
      channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open" } },
      messages: { inbound, queue: { mode: "followup", debounceMs: 0 } },
    },
  });
  client = await gateway.connect();
};
afterEach(() => gateway.close());

/** The time is over for everything that waits. */
const letTimePass = () => {
  const due = [...waiting];
  waiting.clear();
  for (const fn of due) fn();
};
const answered = (id: string, chat = "7") =>
  client.event("chat", ({ runId, state }) => runId === `channel|telegram|default|${chat}||${id}` && state !== "delta");
/** The last user message of each request to the model. */
const asked = () =>
  gateway.model.requests.map(({ body }) =>
    String(
      (body.messages as { role: string; content: unknown }[]).filter(({ role }) => role === "user").at(-1)?.content,
    ),
  );
const photo: Partial<InboundMessage> = { attachments: [{ path: "/nowhere.bin", mimeType: "application/zip" }] };

it("become one message with a line each, which answers the last one", async () => {
  await start();
  await channel.write("one");
  await channel.write("two");
  await channel.write("three");
  expect(waiting.size).toBe(1);
  letTimePass();
  await answered("m3");
  expect(gateway.model.requests).toHaveLength(1);
  expect(asked()[0]).toMatch(/one\ntwo\nthree\n\[message_id: m3\]$/);
  for (const id of ["m1", "m2"]) await channel.write("again", { id });
  letTimePass();
  expect(gateway.model.requests).toHaveLength(1);
});

it("of different people, and to different chats, stay apart", async () => {
  await start();
  await channel.write("mine");
  await channel.write("yours", { sender: { id: "8" }, chat: { kind: "direct", id: "8" } });
  await channel.write("mine in the group", { chat: { kind: "group", id: "-1" } });
  expect(waiting.size).toBe(3);
  letTimePass();
  await Promise.all([answered("m1"), answered("m2", "8"), answered("m3", "-1")]);
  expect(gateway.model.requests).toHaveLength(3);
});

it("do not wait for a file or a command, which go behind them by themselves", async () => {
  await start();
  await channel.write("before");
  await channel.write("look at this", photo);
  await Promise.all([answered("m1"), answered("m2")]);
  expect(asked()[0]).toMatch(/before\n\[message_id: m1\]$/);
  expect(asked()[1]).toContain("look at this");
  await channel.write("and then");
  await channel.write("/whoami");
  await answered("m3");
  await answered("m4");
  expect(asked()[2]).toMatch(/and then\n\[message_id: m3\]$/);
  expect(gateway.model.requests).toHaveLength(3);
  expect(waiting.size).toBe(0);
});

it("are stopped by a word that stops, although they still wait", async () => {
  await start();
  await channel.write("slow:50 a long story");
  await channel.write("stop");
  expect(await answered("m1")).toMatchObject({ state: "aborted" });
  expect(waiting.size).toBe(0);
});

it("wait as long as their channel says, and not at all where it says nothing", async () => {
  await start({ debounceMs: waitMs, byChannel: { telegram: 0 } });
  await channel.write("at once");
  await answered("m1");
  await gateway.close();
  await start({ byChannel: { telegram: waitMs } });
  await channel.write("later");
  expect(waiting.size).toBe(1);
  expect(gateway.model.requests).toHaveLength(0);
});

it("that wait when the Gateway stops are answered in one run after the next start", async () => {
  await start();
  await channel.write("one");
  await channel.write("two");
  await gateway.restart();
  await gateway.model.request(1);
  expect(asked()[0]).toMatch(/one\ntwo\n\[message_id: m2\]$/);
  expect(gateway.model.requests).toHaveLength(1);
});

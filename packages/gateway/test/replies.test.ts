import type { Channel, ChannelContext, Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import { afterEach, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

const running: TestGateway[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

/** A Gateway with a chat service that takes everything. */
async function setUp(config: Record<string, unknown>) {
  const sent: Delivery[] = [];
  const typing: object[] = [];
  const waiting: { count: number; resolve(): void }[] = [];
  let context: ChannelContext | undefined;
  const channel: Channel = {
    meta: { id: "telegram", label: "Telegram" },
    async start(given) {
      context = given;
      return {
        async send(delivery) {
          sent.push(delivery);
          for (const { count, resolve } of waiting) if (sent.length >= count) resolve();
          return {};
        },
        async typing(chat) {
          typing.push(chat);
        },
        async stop() {},
      };
    },
  };
  const gateway = await startTestGateway({ config, channels: [channel] });
  running.push(gateway);
  return {
    gateway,
    sent,
    typing,
    write: (id: string, text: string, chat: Partial<InboundMessage["chat"]> = {}) =>
      context?.receive({
        id,
        channel: "telegram",
        accountId: "default",
        chat: { kind: "direct", id: "7", ...chat },
        sender: { id: "7" },
        text,
        at: Date.now(),
      }),
    /** Resolves when the service has taken so many messages. */
    taken: (count: number) =>
      sent.length >= count
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            waiting.push({ count, resolve });
          }),
  };
}

const telegram = { enabled: true, dmPolicy: "open", allowFrom: ["*"] };

test("a chat gets what its session wants to see: a prefix, tools, reasoning and usage, in order", async () => {
  const { gateway, sent, typing, write, taken } = await setUp({
    channels: { telegram: { ...telegram, responsePrefix: "[{model}]" } },
  });
  const client = await gateway.connect();
  await write("m0", "hello");
  await taken(1);
  expect(sent[0]).toMatchObject({ to: "7", replyTo: "m0", text: expect.stringMatching(/^\[fake-1\] You said:/) });
  expect(typing).toEqual([{ to: "7" }]);

  const patch = { key: "agent:main:main", verboseLevel: "full", reasoningLevel: "on", responseUsage: "full" };
  expect(await client.request("sessions.patch", patch)).toMatchObject({ ok: true });
  gateway.model.enqueue(
    { tools: [{ name: "exec", args: JSON.stringify({ command: "echo hi" }) }] },
    { reasoning: "It said hi.", words: ["All", "done."], usage: { input: 4400, output: 812 } },
  );
  await write("m1", "look");
  await taken(5);
  expect(sent.slice(1).map(({ text }) => text)).toEqual([
    "[fake-1] 🛠️ Exec: echo hi",
    "[fake-1] 🛠️ Exec: echo hi\n```txt\nhi\n```",
    "[fake-1] Reasoning:\n_It said hi._",
    expect.stringMatching(/^\[fake-1\] All done\.\nUsage: .* in \/ .* out · session agent:main:main$/),
  ]);
  expect(sent.slice(1).map(({ replyTo }) => replyTo)).toEqual([undefined, undefined, "m1", undefined]);
});

test("a group gets the answer, typing begins with its text, and no tools are announced", async () => {
  const { gateway, sent, typing, write, taken } = await setUp({
    channels: { telegram: { ...telegram, groupPolicy: "open" } },
    agents: { defaults: { verboseDefault: "full" } },
  });
  gateway.model.enqueue(
    { tools: [{ name: "exec", args: JSON.stringify({ command: "true" }) }] },
    { words: ["NO_REPLY"] },
    { words: ["Hello", "all."] },
  );
  await write("g1", "anybody?", { kind: "group", id: "-100" });
  await write("g2", "hello?", { kind: "group", id: "-100" });
  await taken(1);
  expect(sent).toMatchObject([{ to: "-100", replyTo: "g2", text: "Hello all." }]);
  // For the tool of the first run, and for the text of the second.
  expect(typing).toEqual([{ to: "-100" }, { to: "-100" }]);
});

test("the web chat sees the whole answer although its channel would get blocks", async () => {
  const { gateway, sent } = await setUp({
    channels: { telegram: { ...telegram, blockStreaming: true } },
    agents: { defaults: { blockStreamingDefault: "on" } },
  });
  const client = await gateway.connect();
  await client.request("chat.send", { sessionKey: "main", message: "long:300", idempotencyKey: "r1" });
  const final = await client.event("chat", (payload) => payload.state === "final");
  expect(JSON.stringify(final)).toContain("word299");
  expect(sent).toEqual([]);
});

import fs from "node:fs";
import path from "node:path";
import type { Channel, InboundMessage, RunningAccount } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

async function start(
  more: Partial<Channel> & { account?: Partial<RunningAccount> },
  options: { section?: object; prepare?: (home: { workspace: string }) => void } = {},
) {
  const chats = chatService("signal", more);
  gateway = await startTestGateway({
    channels: [chats.channel],
    config: { channels: { signal: { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open", ...options.section } } },
    ...(options.prepare && { prepare: options.prepare }),
  });
  return chats;
}

const table = "| a | b |\n| --- | --- |\n| 1 | 2 |";
const offered = (): string[] =>
  ((gateway.model.lastRequest().body.tools ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );
const room: Pick<InboundMessage, "chat" | "mentions"> = {
  chat: { kind: "channel", id: "room-1" },
  mentions: { me: true, any: true },
};

describe("texts", () => {
  it("show tables as the channel wants them", async () => {
    const chats = await start({ tables: "bullets" });
    gateway.model.enqueue({ words: [table] });
    await chats.tell("show");
    const { text } = await chats.sent();
    expect(text).toContain("• b: 2");
    expect(text).not.toContain("|");
  });

  it("of a channel without fences are cut as plain text", async () => {
    const chats = await start({ textLimit: 40, chunking: "plain" });
    gateway.model.enqueue({ words: [`\`\`\`js\n${"x();\n".repeat(14)}\`\`\``] });
    await chats.tell("show");
    const first = await chats.sent();
    const second = await chats.sent();
    expect([first.text, second.text].every((text) => (text ?? "").length <= 40)).toBe(true);
    expect(second.text).not.toContain("```js");
  });

  it("longer than a caption follow the file as a message of their own", async () => {
    const chats = await start(
      { captionLimit: 10 },
      { prepare: ({ workspace }) => fs.writeFileSync(path.join(workspace, "note.txt"), "hello") },
    );
    gateway.model.enqueue({ words: ["a text of more than ten characters\nMEDIA:./note.txt"] });
    await chats.tell("file, please");
    expect(await chats.sent()).toMatchObject({ mediaUrls: [expect.stringContaining("note")] });
    expect(await chats.sent()).toMatchObject({ text: "a text of more than ten characters" });
  });

  it("answer a message the model names also where replies are off, on a channel that wants it so", async () => {
    const chats = await start({ replyToMode: () => "off", replyTagsAlways: true });
    gateway.model.enqueue({ words: ["[[reply_to:77]] that one"] }, { words: ["and", "this?"] });
    await chats.tell("which?");
    expect(await chats.sent()).toMatchObject({ replyTo: "77", text: "that one" });
    await chats.tell("and?");
    expect((await chats.sent()).replyTo).toBeUndefined();
  });
});

it("the sign that somebody types is taken away where it does not go by itself", async () => {
  const signs: string[] = [];
  const chats = await start({
    account: {
      typing: async ({ to }) => void signs.push(`on ${to}`),
      stopTyping: async ({ to }) => void signs.push(`off ${to}`),
    },
  });
  await chats.tell("hello");
  await chats.sent();
  await expect.poll(() => signs).toEqual(["on 7", "off 7"]);
});

it("what a channel says of the message tool is said to the model in its conversations alone", async () => {
  const chats = await start({ promptHints: ["Wire: a target is a bare number."] });
  const described = () => JSON.stringify(gateway.model.lastRequest().body.tools);
  await chats.tell("hello");
  await chats.sent();
  expect(described()).toContain("Wire: a target is a bare number.");
  const client = await gateway.connect();
  const ended = client.event("chat", (payload: Json) => payload.state === "final");
  await client.request("chat.send", { sessionKey: "other", message: "hi", idempotencyKey: "k" });
  await ended;
  expect(described()).not.toContain("Wire: a target is a bare number.");
});

describe("rules of a place", () => {
  const access = {
    group: () => ({
      policy: "open" as const,
      toolRules: [{ bySender: { "@ada": { deny: ["write"] } }, all: { deny: ["exec"] } }],
      skills: ["otters"],
    }),
  };

  it("take tools away, for one sender or for all, wherever the channel has found them", async () => {
    const chats = await start({ access });
    await chats.tell("hello", room);
    await chats.sent();
    expect(offered()).toContain("exec");
    expect(offered()).not.toContain("write");
    await chats.tell("hello", { ...room, sender: { id: "8", username: "bob" } });
    await chats.sent();
    expect(offered()).toContain("write");
    expect(offered()).not.toContain("exec");
  });

  it("leave the skills that are named", async () => {
    const skill = (name: string) => `---\nname: ${name}\ndescription: All about ${name}.\n---\nRead on.\n`;
    const chats = await start(
      { access },
      {
        prepare: ({ workspace }) => {
          for (const name of ["otters", "badgers"]) {
            fs.mkdirSync(path.join(workspace, "skills", name), { recursive: true });
            fs.writeFileSync(path.join(workspace, "skills", name, "SKILL.md"), skill(name));
          }
        },
      },
    );
    const prompt = () => JSON.stringify(gateway.model.lastRequest().body.messages);
    await chats.tell("hello", room);
    await chats.sent();
    expect(prompt()).toContain("All about otters.");
    expect(prompt()).not.toContain("All about badgers.");
    await chats.tell("hello");
    await chats.sent();
    expect(prompt()).toContain("All about badgers.");
  });
});

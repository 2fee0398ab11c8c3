import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGatewayOptions } from "../../gateway/src/testing/test-gateway.ts";
import { createTelegramChannel } from "../src/index.ts";
import { botToken, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, adaChat, group } from "./running-bot.ts";

// What people see before the answer is there, and in the menu of the bot.

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(
  telegram: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
  prepare: TestGatewayOptions["prepare"] = () => {},
) {
  const fake = await startFakeBotApi();
  closing.push(() => fake.close());
  const gateway = await startTestGateway({
    prepare,
    channels: [createTelegramChannel()],
    config: {
      channels: {
        telegram: {
          botToken,
          apiRoot: fake.apiRoot,
          dmPolicy: "allowlist",
          allowFrom: [ada.id],
          groups: { [String(group.id)]: { requireMention: false } },
          ...telegram,
        },
      },
      ...config,
    },
  });
  closing.push(() => gateway.close());
  return { fake, gateway };
}

const inTopic = (text: string) => ({ chat: adaChat, from: ada, message_thread_id: 9, text });

describe("an answer that is being written", () => {
  it("is shown as a draft in a private topic, and then sent once, as a whole", async () => {
    const { fake, gateway } = await start({ blockStreaming: true });
    gateway.model.enqueue({ words: ["First", "words"], holds: true });
    const id = fake.say(inTopic("tell me"));
    const draft = await fake.take("sendMessageDraft");
    expect(draft.body).toMatchObject({ chat_id: 7, message_thread_id: 9, draft_id: id });
    expect("First words").toContain(String(draft.body.text));
    gateway.model.release();
    expect((await fake.take("sendMessage")).body).toMatchObject({ text: "First words", message_thread_id: 9 });
    fake.say(inTopic("and now"));
    await fake.take("sendMessage");
    expect(fake.of("sendMessage")).toEqual([]);
  });

  it("is shown nowhere else, and not with streamMode off", async () => {
    for (const [section, message] of [
      [{}, { chat: adaChat, from: ada, text: "a" }],
      [{}, { chat: group, from: ada, text: "b" }],
      [{ streamMode: "off" }, inTopic("c")],
    ] as const) {
      const { fake } = await start(section);
      fake.say(message);
      await fake.take("sendMessage");
      expect(fake.of("sendMessageDraft")).toEqual([]);
    }
  });

  it("shows what the model thinks with /reasoning stream", async () => {
    const { fake, gateway } = await start();
    fake.say(inTopic("/reasoning stream"));
    await fake.take("sendMessage");
    gateway.model.enqueue({ reasoning: "let me see", words: ["Yes"], holds: true });
    fake.say(inTopic("is it?"));
    const draft = await fake.take("sendMessageDraft");
    expect(draft.body.text).toMatch(/^Reasoning:\n_let/);
    gateway.model.release();
    expect((await fake.take("sendMessage")).body.text).toBe("Yes");
  });
});

describe("the menu of the bot", () => {
  it("has the Gateway's commands and the configured ones", async () => {
    const { fake } = await start({ customCommands: [{ command: "tea", description: "Make tea" }] });
    const { commands } = (await fake.take("setMyCommands")).body;
    expect(commands).toEqual(
      expect.arrayContaining([
        { command: "status", description: expect.any(String) },
        { command: "new", description: expect.any(String) },
        { command: "tea", description: "Make tea" },
      ]),
    );
    for (const { command } of commands as { command: string }[]) expect(command).toMatch(/^[a-z0-9_]{1,32}$/);
  });

  it.each([
    [{ commands: { native: false } }, {}],
    [{}, { commands: { native: false } }],
  ])("is empty with %j and %j", async (telegram, config) => {
    const { fake } = await start(telegram, config);
    await fake.take("deleteMyCommands");
    fake.say({ chat: adaChat, from: ada, text: "x" });
    await fake.take("sendMessage");
    expect(fake.of("setMyCommands")).toEqual([]);
  });

  it.each([
    ["auto", true],
    [false, false],
  ])("has the skills of the agent with nativeSkills %s: %s", async (nativeSkills, listed) => {
    const { fake } = await start({ commands: { nativeSkills } }, {}, ({ workspace }) => {
      const folder = path.join(workspace, "skills", "brew");
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, "SKILL.md"), "---\nname: brew\ndescription: Brews tea\n---\nBoil water.\n");
    });
    const { commands } = (await fake.take("setMyCommands")).body;
    expect((commands as { command: string }[]).some(({ command }) => command === "brew")).toBe(listed);
  });

  it("has commands that refuse who may not use them, and say why", async () => {
    const { fake } = await start({ groups: { [String(group.id)]: { enabled: false } } });
    fake.say({ chat: group, from: ada, text: "/status" });
    expect((await fake.take("sendMessage")).body).toMatchObject({ chat_id: group.id, text: "This group is disabled." });
    fake.say({ chat: adaChat, from: ada, text: "/status" });
    expect((await fake.take("sendMessage")).body).toMatchObject({ chat_id: 7, text: expect.stringContaining("fake") });
  });
});

describe("buttons", () => {
  const press = (from: object, chat: object) => ({
    callback_query: { id: "990011", from, data: "yes", message: { message_id: 5, date: 1, chat } },
  });

  it("pressed by somebody who is not listed are answered, and nothing runs", async () => {
    const open = { groupPolicy: "open", groupAllowFrom: [ada.id] };
    const { fake, gateway } = await start(open);
    fake.push(press({ ...ada, id: 8, username: "eve" }, group));
    await fake.take("answerCallbackQuery");
    fake.push(press(ada, group));
    await fake.take("answerCallbackQuery");
    await fake.take("sendMessage");
    expect(gateway.model.requests).toHaveLength(1);
  });
});

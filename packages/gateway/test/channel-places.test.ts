import fs from "node:fs";
import path from "node:path";
import type { Channel, Delivery, InboundMessage, MessageRef, RunningAccount } from "@openclaw/plugin-sdk";
import { ChannelError } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

// What the place a message comes from gives to its run, and what its channel's menus and buttons do.

let gateway: TestGateway;
afterEach(() => gateway.close());

async function start(
  telegram: Json,
  more: Partial<Channel> & { account?: Partial<RunningAccount> } = {},
  { config, ...options }: Partial<TestGatewayOptions> = {},
) {
  const chats = chatService("telegram", { meta: { id: "telegram", label: "Telegram" }, ...more });
  gateway = await startTestGateway({
    channels: [chats.channel],
    config: { channels: { telegram: { allowFrom: ["1", "2"], ...telegram } }, ...(config as Json) },
    ...options,
  });
  return chats;
}

const inGroup = (more: Partial<InboundMessage> = {}): Partial<InboundMessage> => ({
  chat: { kind: "group", id: "-5", title: "Tea" },
  sender: { id: "1", name: "Ada", username: "ada" },
  mentions: { me: true, any: true },
  ...more,
});
const toolNames = (body: Json | undefined): string[] =>
  ((body?.tools ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name);
const offered = () => toolNames(gateway.model.lastRequest().body);
const systemPrompt = () => String((gateway.model.lastRequest().body.messages as { content: unknown }[])[0]?.content);
const lastPrompt = () => JSON.stringify(gateway.model.lastRequest().body.messages);
const keys = async (): Promise<string[]> => {
  const client = await gateway.connect();
  const { payload } = await client.request("sessions.list", {});
  return (payload as { sessions: { key: string }[] }).sessions.map(({ key }) => key).sort();
};

describe("tools of a place", () => {
  const rules = (groups: Json) => ({ groups: { "-5": groups, "*": { tools: { allow: ["exec"] } } } });
  const ask = async (chats: Awaited<ReturnType<typeof start>>, sender: InboundMessage["sender"]) => {
    await chats.tell("hello", inGroup({ sender }));
    await chats.sent();
    return offered();
  };

  it.each([
    ["an id", "1"],
    ["a user name, with or without @", "@Ada"],
    ["a name", "Ada Lovelace"],
    ["a telephone number", "+15550001"],
  ])("those of the sender come first, by %s", async (_what, name) => {
    const chats = await start(rules({ tools: { deny: ["exec"] }, toolsBySender: { [name]: { allow: ["read"] } } }));
    const ada = { id: "1", username: "ada", name: "Ada Lovelace", e164: "+15550001" };
    expect(await ask(chats, ada)).toEqual(["read"]);
    const others = await ask(chats, { id: "2", name: "Eve" });
    expect(others).toContain("read");
    expect(others).not.toContain("exec");
  });

  it("where a place says nothing, those of * count, and where the place is not that, they are its own again", async () => {
    const chats = await start(rules({}));
    expect(await ask(chats, { id: "1" })).toEqual(["exec"]);
    await chats.tell("hello", { sender: { id: "1" }, chat: { kind: "direct", id: "1" } });
    await chats.sent();
    expect(offered()).toContain("read");
  });

  it("alsoAllow gives a tool that has to be named, to all or to one sender", async () => {
    const code = `export default { register(api) {
      for (const name of ["maybe", "perhaps"]) api.registerTool({ name, description: "x",
        parameters: { type: "object", properties: {} }, async execute() { return { content: [] }; } }, { optional: true });
    } };`;
    const chats = await start(
      rules({ tools: { alsoAllow: ["maybe"] }, toolsBySender: { 2: { alsoAllow: ["perhaps"] } } }),
      {},
      { prepare: ({ stateDir }) => writePlugin(path.join(stateDir, "extensions"), { id: "extra", code }) },
    );
    const all = await ask(chats, { id: "1" });
    expect([all.includes("maybe"), all.includes("perhaps"), all.includes("read")]).toEqual([true, false, true]);
    const one = await ask(chats, { id: "2" });
    expect([one.includes("maybe"), one.includes("perhaps")]).toEqual([false, true]);
  });

  it("bind a subagent that was made there, and work that nobody wrote to begin", async () => {
    const rooms: Channel["access"] = {
      group: () => ({ requireMention: false, policy: "open", toolRules: [{ all: { deny: ["exec"] } }] }),
    };
    const chats = await start({ groupPolicy: "open" }, { access: rooms });
    gateway.model.enqueue(
      { tools: [{ name: "sessions_spawn", args: JSON.stringify({ task: "look around" }) }] },
      { words: ["begun"] },
    );
    await chats.tell("find out", inGroup({ chat: { kind: "channel", id: "room:1", peerId: "1" } }));
    const ofChild = () => gateway.model.requests.find(({ body }) => JSON.stringify(body).includes("Subagent Context"));
    await expect.poll(ofChild).toBeDefined();
    const names = toolNames(ofChild()?.body);
    expect(names).toContain("read");
    expect(names).not.toContain("exec");
  });
});

describe("skills of a place", () => {
  const put = ({ workspace }: { workspace: string }) => {
    for (const name of ["weather", "stocks"]) {
      fs.mkdirSync(path.join(workspace, "skills", name), { recursive: true });
      fs.writeFileSync(
        path.join(workspace, "skills", name, "SKILL.md"),
        `---\nname: ${name}\ndescription: About ${name}\n---\nBody\n`,
      );
    }
  };
  const topic = (threadId: string): InboundMessage["chat"] => ({
    kind: "group",
    id: "-5",
    threadId,
    threadKind: "topic",
  });

  it("are those of the topic, else of the group; an empty list is none, and their commands are not there either", async () => {
    const groups = { "-5": { skills: ["weather"], topics: { 7: { skills: [] }, 8: {} } }, "-6": {} };
    const chats = await start({ groups }, {}, { prepare: put });
    const told = async (chat: InboundMessage["chat"], text = "hello") => {
      await chats.tell(text, inGroup({ chat }));
      await chats.sent();
      return ["weather", "stocks"].map((name) => systemPrompt().includes(`<name>${name}</name>`));
    };
    expect(await told({ kind: "group", id: "-5" })).toEqual([true, false]);
    expect(await told(topic("8"))).toEqual([true, false]);
    expect(await told(topic("7"))).toEqual([false, false]);
    expect(await told({ kind: "group", id: "-6" })).toEqual([true, true]);
    await told({ kind: "group", id: "-5" }, "/weather Rome");
    expect(lastPrompt()).toContain('Use the skill \\"weather\\"');
    await told({ kind: "group", id: "-5" }, "/stocks all");
    expect(lastPrompt()).not.toContain('Use the skill \\"stocks\\"');
  });
});

describe("what a channel can show", () => {
  it.each([
    [{}, "inlineButtons"],
    [{ capabilities: { inlineButtons: "off" } }, "none"],
    [{ capabilities: ["polls", "canvas"] }, "polls,canvas"],
    [{ capabilities: ["polls"], accounts: { default: { capabilities: ["forms"] } } }, "forms"],
  ])("stands in the line about where the agent runs: %j", async (section, shown) => {
    const chats = await start(section);
    await chats.tell("hello", { sender: { id: "1" } });
    await chats.sent();
    expect(systemPrompt()).toContain(`channel=telegram | capabilities=${shown} |`);
  });
});

describe("a thread", () => {
  it("may go on from the session of its chat, and share what was said there before", async () => {
    const chats = await start({ groupPolicy: "open" });
    const room: InboundMessage["chat"] = { kind: "channel", id: "C1" };
    await chats.tell("my cat is called Kit", inGroup({ chat: room }));
    await chats.sent();
    await chats.tell("nobody asked", inGroup({ chat: room, mentions: { me: false, any: false } }));
    await chats.tell(
      "hello",
      inGroup({ chat: { ...room, threadId: "7", threadContinuesParent: true, threadSharesHistory: true } }),
    );
    await chats.sent();
    expect(lastPrompt()).toContain("my cat is called Kit");
    expect(lastPrompt()).toContain("nobody asked");
    await chats.tell("hello", inGroup({ chat: { ...room, threadId: "8" } }));
    await chats.sent();
    expect(lastPrompt()).not.toContain("my cat is called Kit");
    expect(await keys()).toEqual([
      "agent:main:telegram:channel:c1",
      "agent:main:telegram:channel:c1:thread:7",
      "agent:main:telegram:channel:c1:thread:8",
    ]);
  });

  it.each([
    ["under its chat's key", { kind: "channel", id: "C1", threadId: "7" }],
    ["of its own key", { kind: "channel", id: "T1", parentId: "C1", threadContinuesParent: true }],
  ] as const)("%s uses the model of its chat until it has one itself", async (_, thread) => {
    const limits = { reasoning: false, input: ["text"], contextWindow: 128_000, maxTokens: 8192 };
    const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    const models = ["fake-1", "other"].map((id) => ({ id, name: id, cost, ...limits }));
    const config = { models: { providers: { fake: { models } } } };
    const chats = await start({ groupPolicy: "open" }, {}, { config });
    const say = async (text: string, chat: InboundMessage["chat"]) => {
      await chats.tell(text, inGroup({ chat }));
      return (await chats.sent()).text;
    };
    const room: InboundMessage["chat"] = { kind: "channel", id: "C1" };
    const model = () => gateway.model.requests.at(-1)?.body.model;
    await say("hello", room);
    const usual = model();
    expect(await say("/model fake/other", room)).toContain("Model set to");
    await say("hello", thread);
    expect(model()).toBe("other");
    expect(await say("/status", thread)).toContain("fake/other");
    expect(await say("/model default", thread)).toContain("Model reset to default");
    await say("hello again", thread);
    expect(model()).toBe(usual);
    await say("hello again", room);
    expect(model()).toBe("other");
  });

  it("that is a chat of its own goes on from the one it is part of", async () => {
    const chats = await start({ groupPolicy: "open" });
    await chats.tell("my cat is called Kit", inGroup({ chat: { kind: "channel", id: "C1" } }));
    await chats.sent();
    const thread: InboundMessage["chat"] = { kind: "channel", id: "T1", parentId: "C1", threadContinuesParent: true };
    await chats.tell("hello", inGroup({ chat: thread }));
    await chats.sent();
    expect(lastPrompt()).toContain("my cat is called Kit");
  });

  it("goes on from its chat also where the first thing said in it is a command", async () => {
    const limits = { reasoning: false, input: ["text"], contextWindow: 128_000, maxTokens: 8192 };
    const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    const models = ["fake-1", "other"].map((id) => ({ id, name: id, cost, ...limits }));
    const config = { models: { providers: { fake: { models } } } };
    const chats = await start({ groupPolicy: "open" }, {}, { config });
    const room: InboundMessage["chat"] = { kind: "channel", id: "C1" };
    const thread: InboundMessage["chat"] = { kind: "channel", id: "T1", parentId: "C1", threadContinuesParent: true };
    const say = async (text: string, chat: InboundMessage["chat"]) => {
      await chats.tell(
        text,
        inGroup({ chat, ...(chat === thread ? { thread: { starter: { text: "where it began" } } } : {}) }),
      );
      return (await chats.sent()).text;
    };
    await say("my cat is called Kit", room);
    await say("/model fake/other", room);
    expect(await say("/model status", thread)).toContain("fake/other");
    const listed = await (await gateway.connect()).request("sessions.list", {});
    expect(listed.payload.sessions).toContainEqual(
      expect.objectContaining({ key: "agent:main:telegram:channel:t1", modelProvider: "fake", model: "other" }),
    );
    await say("hello", thread);
    expect(gateway.model.requests.at(-1)?.body.model).toBe("other");
    expect(lastPrompt()).toContain("my cat is called Kit");
    expect(lastPrompt()).toContain("where it began");
  });
});

describe("a command of a menu", () => {
  const command = (name: string, more: Partial<InboundMessage> = {}): Partial<InboundMessage> => ({
    sender: { id: "1" },
    trigger: { kind: "command", name },
    ...more,
  });

  it("speaks in a session of its own where it says so; commands still act on that of the chat", async () => {
    const chats = await start({});
    const trigger = { kind: "command", name: "ask", session: "telegram:slash" } as const;
    await chats.tell("hello", { sender: { id: "1" }, trigger });
    await chats.sent();
    expect(await keys()).toEqual(["agent:main:main", "agent:main:telegram:slash:1"]);
    expect(lastPrompt()).toContain("hello");
    await chats.tell("/think high", { sender: { id: "1" }, trigger });
    expect((await chats.sent()).text).toMatch(/high/i);
    expect(await keys()).toHaveLength(2);
  });

  it("without a value offers the values as buttons, where the chat has such", async () => {
    const buttonsPerRow = (_config: unknown, kind: string) => (kind === "direct" ? 2 : undefined);
    const chats = await start({ groupPolicy: "open" }, { buttonsPerRow });
    await chats.tell("/verbose", command("verbose"));
    const menu = await chats.sent();
    expect(menu.buttons).toEqual([
      [
        { text: "on", data: "/verbose on" },
        { text: "full", data: "/verbose full" },
      ],
      [{ text: "off", data: "/verbose off" }],
    ]);
    const press = { kind: "button", data: "/verbose full", messageId: "9" } as const;
    await chats.tell("/verbose full", { sender: { id: "1" }, trigger: press });
    expect((await chats.sent()).text).toMatch(/verbose/i);
    await chats.tell("/exec", command("exec"));
    expect((await chats.sent()).buttons?.[0]?.[0]).toEqual({ text: "sandbox", data: "/exec host=sandbox" });
    // Typed, it says how things are; and where there are no buttons it does too.
    await chats.tell("/verbose", { sender: { id: "1" } });
    expect((await chats.sent()).buttons).toBeUndefined();
    await chats.tell("/verbose", inGroup(command("verbose", { sender: { id: "1" } })));
    expect((await chats.sent()).buttons).toBeUndefined();
    expect(gateway.model.requests).toEqual([]);
  });

  it("of a stranger offers nothing", async () => {
    const chats = await start({ dmPolicy: "allowlist" }, { buttonsPerRow: () => 2 });
    await chats.tell("/verbose", command("verbose", { sender: { id: "66" }, chat: { kind: "direct", id: "66" } }));
    expect(await chats.sent()).toMatchObject({ text: "You are not authorized to use this command." });
  });
});

describe("pages of a list", () => {
  const edits: { message: MessageRef; change: Pick<Delivery, "text" | "buttons"> }[] = [];
  const pressed = (data: string): Partial<InboundMessage> => ({
    sender: { id: "1" },
    trigger: { kind: "button", data, messageId: "9" },
  });
  afterEach(() => edits.splice(0));
  const edited = async () => {
    await expect.poll(() => edits.length).toBeGreaterThan(0);
    const [edit] = edits.splice(0);
    if (edit === undefined) throw new Error("nothing was edited");
    return edit;
  };
  const paged = (
    account: Partial<RunningAccount> = { edit: async (message, change) => void edits.push({ message, change }) },
  ) => start({}, { buttonsPerRow: () => 2, account });

  it("of commands are turned in their place", async () => {
    const chats = await paged();
    await chats.tell("/commands", { sender: { id: "1" } });
    const first = await chats.sent();
    expect(first.text).toMatch(/^ℹ️ Commands \(1\/\d+\)/);
    expect(first.buttons?.[0]?.map(({ data }) => data)).toEqual(["commands_page_noop", "commands_page_2:main"]);
    await chats.tell("/commands 2", pressed("commands_page_2:main"));
    const { message, change } = await edited();
    expect(message).toMatchObject({ to: "7", messageId: "9" });
    expect(change.text).toMatch(/^ℹ️ Commands \(2\//);
    expect(change.buttons?.[0]?.map(({ data }) => data)).toEqual([
      "commands_page_1:main",
      "commands_page_noop",
      "commands_page_3:main",
    ]);
    expect(chats.untaken).toEqual([]);
  });

  it("of models lead from providers to models, to a choice, and back", async () => {
    const chats = await paged();
    await chats.tell("/model", { sender: { id: "1" } });
    expect(await chats.sent()).toMatchObject({
      text: expect.stringContaining("1. fake-1 (fake)"),
      buttons: [[{ text: "Browse models", data: "/models" }]],
    });
    await chats.tell("/models", { sender: { id: "1" } });
    const providers = await chats.sent();
    expect(providers.text).toBe("Select a provider:");
    expect(providers.buttons?.flat()).toContainEqual({ text: "fake", data: "/models fake" });
    expect(providers.buttons?.at(-1)).toEqual([{ text: "Next ▶", data: "/models page=2" }]);
    await chats.tell("/models page=2", pressed("/models page=2"));
    const more = (await edited()).change;
    expect(more.buttons?.at(-1)).toEqual([{ text: "◀ Prev", data: "/models page=1" }]);
    expect(more.buttons?.flat()).toContainEqual({ text: "zai", data: "/models zai" });
    await chats.tell("/models fake", pressed("/models fake"));
    expect((await edited()).change).toEqual({
      text: "Models (fake) — 1 available",
      buttons: [[{ text: "fake-1", data: "/model fake/fake-1" }], [{ text: "Providers", data: "/models" }]],
    });
    await chats.tell("/model fake/fake-1", pressed("/model fake/fake-1"));
    const { change } = await edited();
    expect(change.text).toContain("fake/fake-1");
    expect(change.buttons).toEqual([]);
    expect(chats.untaken).toEqual([]);
  });

  it("are sent where they cannot be turned", async () => {
    const chats = await paged({ edit: () => Promise.reject(new Error("too old")) });
    await chats.tell("/commands 2", pressed("commands_page_2:main"));
    expect((await chats.sent()).text).toMatch(/^ℹ️ Commands \(2\//);
    await gateway.close();
    const without = await paged({});
    await without.tell("/commands 2", pressed("commands_page_2:main"));
    expect((await without.sent()).text).toMatch(/^ℹ️ Commands \(2\//);
  });
});

describe("a file that is too large", () => {
  const tooLarge = { fetchMedia: () => Promise.reject(new ChannelError("media_too_large", "5000 bytes")) };
  const image = { attachments: [{ kind: "image", ref: "f1" }] } satisfies Partial<InboundMessage>;

  it("ends its message with what the channel says, once, and nothing runs", async () => {
    const mediaTooLarge = (maxMb: number) => `no more than ${maxMb}`;
    const chats = await start({ mediaMaxMb: 0.5 }, { mediaTooLarge, account: tooLarge });
    await chats.tell("look", { sender: { id: "1" }, ...image });
    expect((await chats.sent()).text).toBe("no more than 0.5");
    await gateway.restart();
    await chats.tell("and now?", { sender: { id: "1" } });
    expect((await chats.sent()).text).toContain("and now?");
    expect(gateway.model.requests).toHaveLength(1);
    expect(lastPrompt()).not.toContain("look");
    expect(chats.untaken).toEqual([]);
  });

  it("is told the service's own limit where that is lower than the configured one", async () => {
    const mediaTooLarge = (maxMb: number) => `no more than ${maxMb}`;
    const error = new ChannelError("media_too_large", "too large", { maxBytes: 20 * 1024 * 1024 });
    const account = { fetchMedia: () => Promise.reject(error) };
    const chats = await start({ mediaMaxMb: 50 }, { mediaTooLarge, account });
    await chats.tell("look", { sender: { id: "1" }, ...image });
    expect((await chats.sent()).text).toBe("no more than 20");
  });

  it("is left out where the channel says nothing", async () => {
    const chats = await start({}, { account: tooLarge });
    await chats.tell("look", { sender: { id: "1" }, ...image });
    expect((await chats.sent()).text).toContain("look");
  });
});

import fs from "node:fs";
import { describe, expect, it } from "vitest";
import type { TestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { gatewaysOfTests } from "./service/slack-gateway.ts";
import { mainChannel, otherChannel, owner, stranger } from "./service/tested-slack.ts";

// What the keys of `channels.slack` change that the Gateway looks after.

const start = gatewaysOfTests();
const everywhere = { groupPolicy: "open" };
const mention = "<@UCRABBOT> hello";

/** Names of the tools the model was last offered. */
function offered(gateway: TestGateway): string[] {
  const { tools } = gateway.model.lastRequest().body;
  return (tools as { function: { name: string } }[]).map((tool) => tool.function.name);
}
function systemPrompt(gateway: TestGateway): string {
  return JSON.stringify((gateway.model.lastRequest().body.messages as { content: unknown }[])[0]?.content);
}

describe("an account", () => {
  it("overrides the channel, has a name, and is left out when it is switched off", async () => {
    const { slack, gateway, direct } = await start({
      section: {
        accounts: {
          default: { name: "Work", responsePrefix: "[work]" },
          off: { enabled: false, botToken: "xoxb-off", appToken: "xapp-1-A-1-off" },
        },
      },
    });
    const client = await gateway.connect();
    const { payload } = await client.request("channels.status", {});
    expect(payload).toMatchObject({
      channelAccounts: {
        slack: [
          { accountId: "default", name: "Work", running: true },
          { accountId: "off", enabled: false, running: false, lastError: "disabled" },
        ],
      },
    });
    await slack.write({ channel: direct, user: owner, text: "hello" });
    expect((await slack.take("chat.postMessage")).body.text).toMatch(/^\[work\] /);
    expect(slack.calls.filter(({ token }) => token === "xoxb-off")).toEqual([]);
  });

  it("changes the configuration from a chat only where configWrites lets it", async () => {
    const { slack, gateway } = await start({ section: { configWrites: false, channels: { C0OLD00001: {} } } });
    await slack.emit({ type: "channel_id_changed", old_channel_id: "C0OLD00001", new_channel_id: "C0NEW00001" });
    const channels = () => JSON.parse(fs.readFileSync(gateway.configPath, "utf8")).channels.slack.channels;
    expect(channels()).toEqual({ C0OLD00001: {} });
    expect(gateway.log()).toContain("configWrites is off");
    const open = await start({ section: { channels: { C0OLD00001: {} } } });
    await open.slack.emit({ type: "channel_id_changed", old_channel_id: "C0OLD00001", new_channel_id: "C0NEW00001" });
    expect(JSON.parse(fs.readFileSync(open.gateway.configPath, "utf8")).channels.slack.channels).toEqual({
      C0NEW00001: {},
    });
  });
});

describe("what the agent is told", () => {
  it("historyLimit keeps so many messages of a channel", async () => {
    const { slack, prompts } = await start({ section: { ...everywhere, historyLimit: 1 } });
    for (const text of ["first of all", "second to that", mention]) {
      await slack.write({ channel: mainChannel, user: owner, text });
    }
    await slack.take("chat.postMessage");
    expect(prompts()[0]).toContain("second to that");
    expect(prompts()[0]).not.toContain("first of all");
  });

  it("dmHistoryLimit, and dms for one person, keep so many turns of a private chat", async () => {
    const { slack, direct, prompts } = await start({
      section: {
        dm: { policy: "open", allowFrom: ["*"] },
        dmHistoryLimit: 1,
        dms: { [stranger]: { historyLimit: 5 } },
      },
      config: { session: { dmScope: "per-channel-peer" } },
    });
    const talk = async (user: string, channel: string) => {
      for (const text of ["one apple", "two pears", "three plums"]) {
        await slack.write({ channel, user, text });
        await slack.take("chat.postMessage");
      }
    };
    await talk(owner, direct);
    expect(prompts()[2]).not.toContain("one apple");
    await talk(stranger, await slack.directChannel(stranger));
    expect(prompts()[5]).toContain("one apple");
  });

  it("capabilities stand in the line about where the agent runs", async () => {
    const { slack, gateway, direct } = await start({ section: { capabilities: ["canvas", "huddles"] } });
    await slack.write({ channel: direct, user: owner, text: "hello" });
    await slack.take("chat.postMessage");
    expect(systemPrompt(gateway)).toContain("channel=slack | capabilities=canvas,huddles");
  });

  it("thread.historyScope channel keeps what was said in threads and outside together", async () => {
    for (const [historyScope, told] of [
      ["channel", true],
      ["thread", false],
    ] as const) {
      const { slack, prompts } = await start({ section: { ...everywhere, thread: { historyScope } } });
      const parent = await slack.write({ channel: mainChannel, user: stranger, text: "we meet at five" });
      await slack.write({ channel: mainChannel, user: owner, text: mention, threadTs: parent });
      await slack.take("chat.postMessage");
      expect(prompts()[0]?.includes("Chat messages since your last reply")).toBe(told);
    }
  });

  it("thread.inheritParent lets the session of a thread begin with that of the channel", async () => {
    for (const [inheritParent, told] of [
      [true, true],
      [false, false],
    ] as const) {
      const { slack, prompts } = await start({ section: { ...everywhere, thread: { inheritParent } } });
      await slack.write({ channel: mainChannel, user: owner, text: "<@UCRABBOT> my cat is called Kit" });
      await slack.take("chat.postMessage");
      const parent = await slack.write({ channel: mainChannel, user: stranger, text: "pets" });
      await slack.write({ channel: mainChannel, user: owner, text: mention, threadTs: parent });
      await slack.take("chat.postMessage");
      expect(prompts()[1]?.includes("my cat is called Kit")).toBe(told);
    }
  });

  it("a channel's tools and toolsBySender decide which tools there are", async () => {
    const { slack, gateway } = await start({
      section: {
        ...everywhere,
        channels: {
          [mainChannel]: {
            tools: { allow: ["read", "write"] },
            toolsBySender: { [stranger]: { allow: ["edit", "read"], deny: ["read"] } },
          },
          "*": { tools: { deny: ["exec"] } },
        },
      },
    });
    const ask = async (channel: string, user: string) => {
      await slack.write({ channel, user, text: mention });
      await slack.take("chat.postMessage");
      return offered(gateway);
    };
    expect((await ask(mainChannel, owner)).sort()).toEqual(["read", "write"]);
    expect(await ask(mainChannel, stranger)).toEqual(["edit"]);
    const elsewhere = await ask(otherChannel, owner);
    expect(elsewhere).toContain("read");
    expect(elsewhere).not.toContain("exec");
  });
});

describe("how it answers", () => {
  it("textChunkLimit cuts answers, and responsePrefix stands in front", async () => {
    const { slack, gateway, direct } = await start({ section: { textChunkLimit: 60, responsePrefix: "[claw]" } });
    gateway.model.enqueue({ words: ["word ".repeat(30).trim()] });
    await slack.write({ channel: direct, user: owner, text: "go" });
    const texts = [await slack.take("chat.postMessage"), await slack.take("chat.postMessage")].map(({ body }) =>
      String(body.text),
    );
    expect(texts[0]).toMatch(/^\[claw\] word/);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(60);
  });

  it("blockStreaming sends blocks while the answer is written", async () => {
    const { slack, gateway, direct } = await start({
      section: { blockStreaming: true, blockStreamingCoalesce: { minChars: 1, idleMs: 1 } },
      config: { agents: { defaults: { blockStreamingChunk: { minChars: 5, maxChars: 40 } } } },
    });
    gateway.model.enqueue({ words: ["A first paragraph.\n\n", "A second one that is not finished"], holds: true });
    await slack.write({ channel: direct, user: owner, text: "go" });
    expect((await slack.take("chat.postMessage")).body.text).toContain("A first paragraph.");
    gateway.model.release();
    await slack.take("chat.postMessage");
  });

  it("blockStreamingCoalesce joins small blocks, up to its maxChars", async () => {
    const { slack, gateway, direct } = await start({
      section: { blockStreaming: true, blockStreamingCoalesce: { minChars: 500, maxChars: 60, idleMs: 60_000 } },
      config: { agents: { defaults: { blockStreamingChunk: { minChars: 5, maxChars: 40 } } } },
    });
    gateway.model.enqueue({ words: ["One one one.\n\n", "Two two two.\n\n", `${"three ".repeat(10)}`] });
    await slack.write({ channel: direct, user: owner, text: "go" });
    const first = String((await slack.take("chat.postMessage")).body.text);
    expect(first).toContain("One one one.");
    expect(first).toContain("Two two two.");
    expect(first.length).toBeLessThanOrEqual(60);
  });
});

describe("the single slash command", () => {
  const command = (origin: string, text: string, more: object = {}) => ({
    command: "/openclaw",
    text,
    user_id: owner,
    channel_id: mainChannel,
    team_id: "TCRABLINE",
    api_app_id: "ACRABLINE",
    response_url: `${origin}/respond`,
    trigger_id: `${text}.1`,
    ...more,
  });

  it.each([
    [{}, "agent:main:slack:slash:u0owner001"],
    [{ sessionPrefix: "slack:Private" }, "agent:main:slack:private:u0owner001"],
  ])("speaks in a session of who used it: slashCommand %j", async (more, key) => {
    const { slack, sessions } = await start({ section: { ...everywhere, slashCommand: { enabled: true, ...more } } });
    await slack.envelope("slash_commands", command(slack.origin, "just between us"));
    expect((await slack.take("respond")).body.text).toContain("just between us");
    expect(await sessions()).toEqual([key]);
  });

  it("is answered in the channel where slashCommand.ephemeral is off", async () => {
    const { slack } = await start({ section: { ...everywhere, slashCommand: { enabled: true, ephemeral: false } } });
    await slack.envelope("slash_commands", command(slack.origin, "for everybody"));
    expect((await slack.take("respond")).body).toMatchObject({ response_type: "in_channel" });
  });

  it("acts on the session of the channel with a command of the assistant's", async () => {
    const { slack, sessions, gateway } = await start({ section: { ...everywhere, slashCommand: { enabled: true } } });
    await slack.envelope("slash_commands", command(slack.origin, "/think high"));
    expect((await slack.take("respond")).body.text).toMatch(/high/i);
    expect(gateway.model.requests).toEqual([]);
    expect(await sessions()).toEqual([`agent:main:slack:channel:${mainChannel.toLowerCase()}`]);
  });
});

describe("commands of the app's own", () => {
  const command = {
    user_id: owner,
    channel_id: mainChannel,
    team_id: "TCRABLINE",
    api_app_id: "ACRABLINE",
    text: "",
    trigger_id: "t1",
  };
  const press = (action: object, user: string, origin: string) => ({
    type: "block_actions",
    user: { id: user },
    team: { id: "TCRABLINE" },
    channel: { id: mainChannel },
    trigger_id: `press-${user}`,
    response_url: `${origin}/respond`,
    actions: [{ type: "button", block_id: "b", action_ts: "1.2", ...action }],
  });

  it("offer their values as buttons, five in a row, which only who asked may press", async () => {
    const { slack, sessions } = await start({
      section: { ...everywhere, commands: { native: true }, channels: { [mainChannel]: { users: [owner, stranger] } } },
    });
    const response_url = `${slack.origin}/respond`;
    await slack.envelope("slash_commands", { ...command, command: "/think", response_url });
    const { body } = await slack.take("respond");
    expect(body.response_type).toBe("ephemeral");
    const rows = (body.blocks as { type: string; elements?: { action_id: string; value: string }[] }[]).flatMap(
      ({ elements }) => (elements === undefined ? [] : [elements]),
    );
    expect(rows.map((row) => row.map(({ value }) => value))).toEqual([
      ["/think off", "/think minimal", "/think low", "/think medium", "/think high"],
      ["/think xhigh"],
    ]);
    const [action] = rows[0] ?? [];
    expect(action?.action_id).toMatch(new RegExp(`^openclaw_cmdarg:${owner}:`));
    await slack.envelope("interactive", press({ ...action, value: "/think low" }, stranger, slack.origin));
    expect(await sessions()).toEqual([]);
    await slack.envelope("interactive", press({ ...action, value: "/think high" }, owner, slack.origin));
    expect((await slack.take("respond")).body).toMatchObject({
      response_type: "ephemeral",
      text: expect.stringMatching(/high/i),
    });
    expect(await sessions()).toEqual([`agent:main:slack:channel:${mainChannel.toLowerCase()}`]);
  });
});

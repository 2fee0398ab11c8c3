import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { gatewaysOfTests } from "./service/slack-gateway.ts";
import { mainChannel, otherChannel, owner, stranger } from "./service/tested-slack.ts";

// The whole way through a real Gateway, against crabline's Slack.

const start = gatewaysOfTests();
const everywhere = { groupPolicy: "open" };

describe("in a private chat", () => {
  it("over HTTP, one message is answered once, in that chat", async () => {
    const { slack, gateway, direct } = await start({ mode: "http" });
    gateway.model.enqueue({ words: ["Good", "morning"] });
    await slack.write({ channel: direct, user: owner, text: "hello" });
    const { body } = await slack.take("chat.postMessage");
    expect(body).toMatchObject({ channel: direct, text: "Good morning" });
    expect(body.thread_ts).toBeUndefined();
    await slack.write({ channel: direct, user: owner, text: "bye" });
    await slack.take("chat.postMessage");
    expect(slack.untaken("chat.postMessage")).toEqual([]);
    expect(gateway.model.requests).toHaveLength(2);
  });

  it("over HTTP, what is not signed by Slack is refused and starts nothing", async () => {
    const { slack, gateway, direct } = await start({ mode: "http" });
    const event = {
      type: "message",
      channel: direct,
      channel_type: "im",
      user: owner,
      text: "forged",
      ts: "1700000009.1",
    };
    const body = JSON.stringify({ type: "event_callback", team_id: "TCRABLINE", api_app_id: "ACRABLINE", event });
    const refused = await fetch(`${gateway.httpUrl}/slack/events`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)),
        "x-slack-signature": `v0=${"0".repeat(64)}`,
      },
      body,
    });
    expect(refused.status).toBe(401);
    expect((await fetch(`${gateway.httpUrl}/slack/events`)).status).toBe(405);
    await slack.write({ channel: direct, user: owner, text: "real" });
    await slack.take("chat.postMessage");
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("over a socket, a message is stored, acknowledged and answered", async () => {
    const { slack, gateway, direct } = await start();
    gateway.model.enqueue({ words: ["Over", "the", "socket"] });
    const event = {
      type: "message",
      channel: direct,
      channel_type: "im",
      user: owner,
      text: "hello",
      ts: "1700000009.1",
    };
    await slack.emit(event);
    expect((await slack.take("chat.postMessage")).body).toMatchObject({ channel: direct, text: "Over the socket" });
  });

  it("a stranger gets a pairing code once, and is answered once approved", async () => {
    const { slack, gateway } = await start({ section: { dm: { policy: "pairing" } } });
    const channel = await slack.directChannel(stranger);
    await slack.write({ channel, user: stranger, text: "hello" });
    const { body } = await slack.take("chat.postMessage");
    expect(body.channel).toBe(channel);
    expect(body.text).toContain(`Your Slack user id: ${stranger}`);
    expect(gateway.model.requests).toEqual([]);
    const credentials = path.join(gateway.stateDir, "credentials");
    const pending = JSON.parse(fs.readFileSync(path.join(credentials, "slack-pairing.json"), "utf8"));
    expect(pending.requests).toMatchObject([{ id: stranger }]);
    const approved = JSON.stringify({ version: 1, allowFrom: [stranger] });
    fs.writeFileSync(path.join(credentials, "slack-allowFrom.json"), approved);
    await slack.write({ channel, user: stranger, text: "hello again" });
    await slack.take("chat.postMessage");
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("/status is answered to somebody who is allowed and not to a stranger", async () => {
    const { slack, gateway, direct } = await start();
    const other = await slack.directChannel(stranger);
    await slack.write({ channel: other, user: stranger, text: "/status" });
    await slack.write({ channel: direct, user: owner, text: "/status" });
    const { body } = await slack.take("chat.postMessage");
    expect(body.channel).toBe(direct);
    await slack.write({ channel: direct, user: owner, text: "bye" });
    expect((await slack.take("chat.postMessage")).body.channel).toBe(direct);
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("when Slack does not say who wrote, the id does, and at once", async () => {
    const { slack, direct, prompts } = await start({
      prepare: (service) => service.answer("users.info", { status: 500, body: { ok: false, error: "fatal_error" } }),
    });
    const began = Date.now();
    await slack.write({ channel: direct, user: owner, text: "who am I?" });
    await slack.take("chat.postMessage");
    // Slack waits for no more than three seconds.
    expect(Date.now() - began).toBeLessThan(3000);
    expect(slack.calls.some(({ method, accepted }) => method === "users.info" && !accepted)).toBe(true);
    expect(prompts()[0]).toContain(owner);
  });

  it("events of another team or another app are dropped", async () => {
    const { slack, gateway, direct } = await start();
    const event = { type: "message", channel: direct, channel_type: "im", user: owner, text: "x", ts: "1700000009.1" };
    await slack.emit(event, { team_id: "TOTHER" });
    await slack.emit({ ...event, ts: "1700000009.2" }, { api_app_id: "AOTHER" });
    await slack.emit({ ...event, ts: "1700000009.3", text: "ours" });
    await slack.take("chat.postMessage");
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("a long answer comes in pieces Slack accepts", async () => {
    const { slack, gateway, direct } = await start();
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index} of a long answer <with signs> & more`);
    gateway.model.enqueue({ words: ["Begin:\n\n```ts\n", lines.join("\n"), "\n```\n\nEnd."] });
    await slack.write({ channel: direct, user: owner, text: "tell me all" });
    const pieces: string[] = [];
    do pieces.push(String((await slack.take("chat.postMessage")).body.text));
    while (!pieces.at(-1)?.includes("End."));
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(4000);
      expect((piece.match(/```/g) ?? []).length % 2).toBe(0);
    }
    for (const index of lines.keys()) expect(pieces.some((piece) => piece.includes(`line ${index} of`))).toBe(true);
  });

  it("what Slack refuses for now is sent once more, after the pause it asks for", async () => {
    const { slack, direct } = await start();
    const headers = { "retry-after": "1" };
    slack.answer("chat.postMessage", { status: 429, headers, body: { ok: false, error: "ratelimited" } }, 1);
    await slack.write({ channel: direct, user: owner, text: "hello" });
    await slack.take("chat.postMessage");
    expect(slack.calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(2);
  });

  it("formatting is Slack's own", async () => {
    const { slack, gateway, direct } = await start();
    gateway.model.enqueue({ words: ["**b**", "[l](http://x)", "<@U1>", "a<b"] });
    await slack.write({ channel: direct, user: owner, text: "format" });
    expect((await slack.take("chat.postMessage")).body.text).toBe("*b* <http://x|l> <@U1> a&lt;b");
  });
});

describe("in a channel", () => {
  it("is answered when mentioned, and is told then what was said before", async () => {
    const { slack, gateway, prompts, sessions } = await start({ section: everywhere });
    const first = await slack.write({ channel: mainChannel, user: stranger, text: "we meet at five" });
    await slack.write({ channel: mainChannel, user: owner, text: "<@UCRABBOT> when?" });
    expect((await slack.take("chat.postMessage")).body.channel).toBe(mainChannel);
    expect(gateway.model.requests).toHaveLength(1);
    const [prompt = ""] = prompts();
    expect(prompt).toContain("we meet at five");
    expect(prompt).toContain(`[id:${first} channel:${mainChannel}]`);
    expect(prompt).toMatch(/\[slack message id: \d+\.\d+ channel: C0MAIN0001\]/);
    expect(await sessions()).toContain(`agent:main:slack:channel:${mainChannel.toLowerCase()}`);
  });

  it("a message and its mention are one", async () => {
    const { slack, gateway, direct } = await start({ section: everywhere });
    const event = { channel: mainChannel, user: owner, text: "<@UCRABBOT> hello", ts: "1700000009.1" };
    await Promise.all([
      slack.emit({ type: "message", channel_type: "channel", ...event }),
      slack.emit({ type: "app_mention", ...event }),
    ]);
    await slack.take("chat.postMessage");
    await slack.write({ channel: direct, user: owner, text: "done" });
    await slack.take("chat.postMessage");
    expect(gateway.model.requests).toHaveLength(2);
  });

  it("under the policy allowlist only listed channels count", async () => {
    const { slack, gateway } = await start({
      section: { groupPolicy: "allowlist", channels: { [mainChannel]: {} } },
    });
    await slack.write({ channel: otherChannel, user: owner, text: "<@UCRABBOT> outside" });
    await slack.write({ channel: mainChannel, user: owner, text: "<@UCRABBOT> inside" });
    expect((await slack.take("chat.postMessage")).body.channel).toBe(mainChannel);
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("with replyToMode all the answer begins a thread below the message", async () => {
    const { slack } = await start({ section: { ...everywhere, replyToMode: "all" } });
    const ts = await slack.write({ channel: mainChannel, user: owner, text: "<@UCRABBOT> hello" });
    expect((await slack.take("chat.postMessage")).body.thread_ts).toBe(ts);
  });

  it("with replyToMode first only the first of several messages is in the thread", async () => {
    const { slack, gateway } = await start({
      section: { ...everywhere, replyToModeByChatType: { channel: "first" }, chunkMode: "newline" },
    });
    gateway.model.enqueue({ words: ["One.\n\nTwo."] });
    const ts = await slack.write({ channel: mainChannel, user: owner, text: "<@UCRABBOT> hello" });
    const [first, second] = [await slack.take("chat.postMessage"), await slack.take("chat.postMessage")];
    expect([first.body.text, first.body.thread_ts]).toEqual(["One.", ts]);
    expect([second.body.text, second.body.thread_ts]).toEqual(["Two.", undefined]);
  });

  it("a thread has a session of its own, knows what it is about, and is answered in itself", async () => {
    const { slack, prompts, sessions } = await start({ section: { ...everywhere, replyToMode: "off" } });
    const parent = await slack.write({ channel: mainChannel, user: stranger, text: "plan the party" });
    await slack.write({ channel: mainChannel, user: owner, text: "<@UCRABBOT> help", threadTs: parent });
    expect((await slack.take("chat.postMessage")).body.thread_ts).toBe(parent);
    expect((await sessions()).some((key) => key.endsWith(`:thread:${parent}`))).toBe(true);
    expect(prompts()[0]).toContain("plan the party");
  });
});

describe("a slash command", () => {
  const command = (slack: { origin: string }, more: object) => ({
    command: "/openclaw",
    text: "",
    user_id: owner,
    channel_id: mainChannel,
    team_id: "TCRABLINE",
    api_app_id: "ACRABLINE",
    response_url: `${slack.origin}/respond`,
    trigger_id: "1.2.abc",
    ...more,
  });

  it("without a text asks for one", async () => {
    const { slack } = await start({ section: { ...everywhere, slashCommand: { enabled: true } } });
    const answer = await slack.envelope("slash_commands", command(slack, {}));
    expect(answer).toMatchObject({ text: "Message required.", response_type: "ephemeral" });
  });

  it("is answered where Slack said, for the person who used it alone", async () => {
    const { slack, gateway } = await start({ section: { ...everywhere, slashCommand: { enabled: true } } });
    gateway.model.enqueue({ words: ["Just", "for", "**you**"] });
    await slack.envelope("slash_commands", command(slack, { text: "hello" }));
    expect((await slack.take("respond")).body).toMatchObject({ text: "Just for *you*", response_type: "ephemeral" });
    expect(slack.untaken("chat.postMessage")).toEqual([]);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { openRawClient } from "../../gateway/src/testing/raw-client.ts";
import { connectDiscord } from "./service/discord-gateway.ts";
import { isSent } from "./service/tested-discord.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A Gateway with Discord, and a client of it. */
async function connect(section: Record<string, unknown> = {}) {
  const connected = await connectDiscord(closing, section);
  const url = /listening on (ws:\/\/127\.0\.0\.1:\d+)/.exec(connected.gateway.log())?.[1] ?? "";
  const client = openRawClient(url, { token: "contract" });
  closing.push(async () => client.socket.terminate());
  const hello = await client.connect({ protocol: 4 });
  expect(hello.ok).toBe(true);
  let calls = 0;
  const action = (name: string, params: Record<string, unknown>) =>
    client.request("message.action", { action: name, channel: "discord", params, idempotencyKey: `key-${++calls}` });
  return { ...connected, client, action };
}

describe("what clients of the Gateway do with Discord", () => {
  it("channels.status with probe shows the bot, its intents, the audit and what is wrong", async () => {
    const { client, discord } = await connect({
      guilds: { "135000000000000011": { channels: { "135000000000000010": {}, general: {} } } },
    });
    const { payload } = await client.request("channels.status", { probe: true });
    expect(payload).toMatchObject({
      channelAccounts: {
        discord: [
          {
            accountId: "default",
            configured: true,
            running: true,
            connected: true,
            tokenSource: "config",
            probe: { ok: true, bot: { id: discord.manifest.botUserId } },
            application: { intents: { messageContent: "disabled" } },
            audit: { checkedChannels: 1, unresolvedChannels: ["general"] },
          },
        ],
      },
    });
    const text = JSON.stringify(payload);
    expect(text).toContain("Message Content Intent is disabled");
    expect(text).not.toContain(discord.manifest.botToken);
  });

  it("a target of bare digits is refused as ambiguous, a person and a channel are not", async () => {
    const { client, discord, channel } = await connect();
    const send = (to: string) =>
      client.request("send", { channel: "discord", to, message: "hello", idempotencyKey: to });
    const refused = await send("123");
    expect(refused).toMatchObject({
      ok: false,
      error: {
        message: expect.stringContaining(
          'Ambiguous Discord recipient "123". Use "user:123" for DMs or "channel:123" for channel messages.',
        ),
      },
    });
    expect(await send(`channel:${channel}`)).toMatchObject({ ok: true });
    expect((await discord.next(isSent)).body).toMatchObject({ content: "hello" });
  });

  it("messages are reacted to, edited, read and deleted by actions", async () => {
    const { action, discord, channel } = await connect();
    await action("send", { target: `channel:${channel}`, message: "first" });
    const { response } = await discord.next(isSent);
    const messageId = (response as { id: string }).id;
    const target = `channel:${channel}`;
    expect(await action("react", { target, messageId, emoji: "👍" })).toMatchObject({ ok: true });
    expect(await action("edit", { target, messageId, message: "second" })).toMatchObject({ ok: true });
    const read = await action("read", { target, limit: 5 });
    expect(JSON.stringify(read)).toContain('"content":"second"');
    expect(await action("permissions", { target })).toMatchObject({ ok: true });
    expect(await action("delete", { target, messageId })).toMatchObject({ ok: true });
    const done = discord.calls
      .filter(({ path }) => path.includes(messageId))
      .map(({ method, status }) => [method, status]);
    expect(done).toEqual([
      ["PUT", 204],
      ["PATCH", 200],
      ["DELETE", 204],
    ]);
  });

  it("actions that are switched off are refused", async () => {
    const { action } = await connect();
    expect(await action("kick", { guildId: "135000000000000011", userId: "1" })).toMatchObject({ ok: false });
  });
});

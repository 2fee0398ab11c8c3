import { ChannelError } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { discordChannel } from "../src/index.ts";
import { type DiscordService, startDiscordService } from "./service/discord-service.ts";
import { botContext } from "./service/start-bot.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function checked(section: Record<string, unknown> = {}, prepare: (discord: DiscordService) => void = () => {}) {
  const discord = await startDiscordService();
  closing.push(() => discord.close());
  prepare(discord);
  const { context } = botContext(discord, { section });
  const { account, config, env, accountId, stateDir } = context;
  const input = {
    account,
    config: config as Record<string, unknown>,
    section,
    env,
    accountId,
    stateDir,
    shared: { web: undefined, maxConcurrentRuns: 1, assistantName: undefined },
    signal: new AbortController().signal,
    fetch,
  };
  const probe = await discordChannel.probe?.(input);
  if (probe === undefined) throw new ChannelError("unsupported", "no probe");
  const audit = probe.ok ? await discordChannel.status?.audit?.({ ...input, probe }) : undefined;
  const issues = discordChannel.status?.issues?.({ probe, audit }, account) ?? [];
  return { discord, account, probe, audit, issues };
}

describe("the probe", () => {
  it("says who the bot is and which intents it was allowed", async () => {
    const { probe, discord } = await checked({}, ({ answer }) =>
      answer(({ path }) => path === "/oauth2/applications/@me", {
        status: 200,
        body: { id: "5", flags: (1 << 19) | (1 << 12) },
      }),
    );
    expect(probe).toMatchObject({
      ok: true,
      bot: { id: discord.manifest.botUserId, username: "crabline" },
      application: { id: "5", intents: { messageContent: "limited", presence: "enabled", guildMembers: "disabled" } },
    });
  });

  it("says what is wrong with a token, without showing it", async () => {
    const { probe } = await checked({ token: "wrong-token-1234" });
    expect(probe).toMatchObject({ ok: false, status: 401, error: "Discord does not accept the bot token" });
    expect(JSON.stringify(probe)).not.toContain("wrong-token");
  });

  it("without a token asks nobody", async () => {
    const { probe, discord } = await checked({ token: "" });
    expect(probe).toMatchObject({ ok: false, error: expect.stringContaining("Discord bot token missing") });
    expect(discord.calls).toEqual([]);
  });
});

describe("issues", () => {
  it("name the intents that are missing, those that are wanted alone", async () => {
    const { issues } = await checked({ intents: { guildMembers: true } });
    expect(issues.map(({ kind, message }) => [kind, message.split(":")[0]])).toEqual([
      ["intent", "Message Content Intent is disabled"],
      ["intent", "Server Members Intent is disabled"],
    ]);
  });

  it("name channels in which the bot may not write, and keys that cannot be checked", async () => {
    const channels = {
      "135000000000000010": {},
      "135000000000000099": {},
      general: {},
      "135000000000000013": { enabled: false },
      "*": {},
    };
    const { audit, issues } = await checked({ guilds: { "135000000000000011": { channels } } }, ({ answer }) =>
      answer(({ path }) => /^\/guilds\/\d+$/.test(path), { status: 200, body: { id: "1", owner_id: "somebody" } }, 9),
    );
    expect(audit).toMatchObject({ ok: false, checkedChannels: 2, unresolvedChannels: ["general"] });
    const found = issues.filter(({ kind }) => kind !== "intent").map(({ kind, message }) => [kind, message]);
    expect(found).toEqual([
      ["config", expect.stringContaining("general")],
      ["permissions", "Channel 135000000000000010 permission check failed. missing ViewChannel, SendMessages"],
      ["permissions", expect.stringContaining("Channel 135000000000000099 permission check failed.")],
    ]);
  });

  it("are none where all is well", async () => {
    const { issues } = await checked(
      { guilds: { "135000000000000011": { channels: { "135000000000000010": {} } } } },
      ({ answer }) => {
        answer(({ path }) => path === "/oauth2/applications/@me", { status: 200, body: { id: "5", flags: 1 << 18 } });
        answer(({ path }) => /^\/guilds\/\d+\/roles$/.test(path), {
          status: 200,
          body: [{ id: "135000000000000011", permissions: "8" }],
        });
      },
    );
    expect(issues).toEqual([]);
  });
});

describe("an account in lists", () => {
  it("shows where its token came from, and never the token", async () => {
    const { account, discord } = await checked();
    const described = discordChannel.status?.describe?.(account);
    expect(described).toMatchObject({ tokenSource: "config" });
    expect(JSON.stringify(described)).not.toContain(discord.manifest.botToken);
    expect(discordChannel.secretKeys).toEqual(["token"]);
  });
});

import { describe, expect, it } from "vitest";
import { missingCredentials, slackAccounts, writingToken } from "../src/account/slack-account.ts";
import { slackChannel } from "../src/index.ts";
import { appToken } from "./service/slack-service.ts";
import { accountsOfTests } from "./service/start-account.ts";
import { mainChannel, owner } from "./service/tested-slack.ts";

const shared = { web: undefined, maxConcurrentRuns: 1, assistantName: undefined };
const resolve = (config: Record<string, unknown>, env: Record<string, string> = {}, accountId = "default") =>
  slackAccounts.resolve({ accountId, config, section: config, shared, env, stateDir: "/nowhere" });
const start = accountsOfTests();

describe("an account", () => {
  it("takes tokens from the configuration before the environment, which is for the default account alone", () => {
    const env = { SLACK_BOT_TOKEN: "xoxb-env", SLACK_APP_TOKEN: "xapp-env" };
    expect(resolve({ botToken: "xoxb-own" }, env)).toMatchObject({
      botToken: "xoxb-own",
      botTokenSource: "config",
      appToken: "xapp-env",
      appTokenSource: "env",
    });
    expect(resolve({}, env, "work")).toMatchObject({ botToken: undefined, botTokenSource: "none" });
  });

  it("says what it lacks", () => {
    const reason = (config: Record<string, unknown>) => slackAccounts.unconfiguredReason?.(resolve(config, {}, "work"));
    expect(reason({ botToken: "x" })).toBe(
      'Slack bot + app tokens missing for account "work" (set channels.slack.accounts.work.botToken/appToken or SLACK_BOT_TOKEN/SLACK_APP_TOKEN for default).',
    );
    expect(reason({ mode: "http" })).toContain('Slack bot token missing for account "work" (');
    expect(reason({ mode: "http", botToken: "x" })).toBe(
      'Slack signing secret missing for account "work" (set channels.slack.signingSecret or channels.slack.accounts.work.signingSecret).',
    );
    expect(slackAccounts.isConfigured?.(resolve({ botToken: "x", appToken: "y" }))).toBe(true);
  });

  it("sends its tokens to Slack, or to this machine, and nowhere else", () => {
    expect(resolve({}, { SLACK_API_URL: "https://evil.example/api/" }).apiUrl).toBe("https://slack.com/api/");
    expect(resolve({}, { SLACK_API_URL: "http://127.0.0.1:9/api" }).apiUrl).toBe("http://127.0.0.1:9/api/");
    expect(resolve({ webhookPath: "hooks/slack" }).settings.webhookPath).toBe("/hooks/slack");
  });

  it("answers into threads as the kind of chat says", () => {
    const config = { replyToMode: "all", replyToModeByChatType: { group: "first" }, dm: { replyToMode: "off" } };
    const mode = (more: object, kind: "direct" | "group" | "channel") =>
      slackChannel.replyToMode?.({ ...config, ...more }, kind);
    expect([mode({}, "direct"), mode({}, "group"), mode({}, "channel")]).toEqual(["off", "first", "all"]);
    expect(mode({ replyToModeByChatType: { direct: "first" } }, "direct")).toBe("first");
    expect(slackChannel.replyToMode?.({}, "channel")).toBe("off");
  });

  it("offers the actions that are not switched off", () => {
    const actions = (switches: object) => slackChannel.actions?.(resolve({ actions: switches }));
    expect(actions({})).toEqual(
      "react reactions read edit delete pin unpin list-pins member-info emoji-list channel-info channel-list permissions".split(
        " ",
      ),
    );
    const off = { reactions: false, messages: false, memberInfo: false, emojiList: false };
    expect(actions({ ...off, channelInfo: false, permissions: false })).toEqual("pin unpin list-pins".split(" "));
  });

  it("offers to search with a person's token, unless that is switched off", () => {
    const actions = (more: object) => slackChannel.actions?.(resolve({ userToken: "xoxp-1", ...more }));
    expect(actions({})).toContain("search");
    expect(actions({ actions: { search: false } })).not.toContain("search");
    expect(slackChannel.actions?.(resolve({}))).not.toContain("search");
  });

  it("writes with a person's token only without a bot, and where userTokenReadOnly is off", () => {
    const app = { userToken: "xoxp-1", appToken: "xapp-1-A1-1-x" };
    const lacks = (more: object) => missingCredentials(resolve({ ...app, ...more }));
    expect(lacks({})).toContain("Slack bot + app tokens missing");
    expect(lacks({ userTokenReadOnly: false })).toBeUndefined();
    expect(writingToken(resolve({ ...app, userTokenReadOnly: false }))).toBe("xoxp-1");
    expect(writingToken(resolve({ ...app, userTokenReadOnly: false, botToken: "xoxb-1" }))).toBe("xoxb-1");
  });

  it("shows a table as markdown.tables says", () => {
    const table = "| a | b |\n| - | - |\n| 1 | 2 |";
    const pieces = (tables?: string) =>
      slackChannel.chunk?.(table, 4000, resolve(tables ? { markdown: { tables } } : {}));
    expect(pieces()?.join("")).toContain("```");
    expect(pieces("bullets")?.join("")).not.toContain("|");
    expect(pieces("off")).toEqual([table]);
  });

  it("is asked who it is", async () => {
    const { slack } = await start();
    const config = { botToken: slack.botToken, appToken };
    const account = resolve(config, { SLACK_API_URL: slack.apiUrl });
    const input = { accountId: "default", config, section: config, shared, env: {}, stateDir: "/nowhere", fetch };
    const signal = new AbortController().signal;
    expect(await slackChannel.probe?.({ ...input, account, signal })).toMatchObject({
      ok: true,
      bot: { id: "UCRABBOT", name: "crabline" },
      team: { id: "TCRABLINE", name: "Crabline" },
      scopes: { bot: expect.arrayContaining(["chat:write"]) },
    });
    slack.answer("auth.test", { body: { ok: false, error: "invalid_auth" } });
    expect(await slackChannel.probe?.({ ...input, account, signal })).toMatchObject({
      ok: false,
      error: "invalid_auth",
    });
  });
});

describe("the connection", () => {
  it("does not begin with a token Slack does not accept", async () => {
    const refused = start({
      prepare: (slack) => slack.answer("auth.test", { body: { ok: false, error: "invalid_auth" } }),
    });
    await expect(refused).rejects.toMatchObject({ code: "invalid_credentials", permanent: true });
  });

  it("begins although Slack does not say who the bot is: events do", async () => {
    const { slack, messages } = await start({
      prepare: (service) => service.answer("auth.test", { body: { ok: false, error: "internal_error" } }),
    });
    const event = { type: "message", channel: mainChannel, channel_type: "channel", ts: "1.1" };
    await slack.emit({ ...event, user: "UCRABBOT", text: "mine" });
    await slack.emit({ ...event, user: owner, text: "<@UCRABBOT> yours", ts: "1.2" });
    expect(messages).toMatchObject([{ text: "<@UCRABBOT> yours", mentions: { me: true } }]);
  });

  it("is opened again whenever it ends, and ends for good when the token is revoked", async () => {
    const { slack, account, states } = await start();
    for (let round = 1; round <= 3; round += 1) {
      await slack.drop();
      await slack.connected();
      expect(slack.connections()).toBe(round + 1);
    }
    slack.answer("apps.connections.open", { body: { ok: false, error: "token_revoked" } });
    await slack.drop();
    await expect(account.closed).rejects.toMatchObject({ code: "invalid_credentials" });
    expect(states.at(-1)).toMatchObject({ connected: false, lastError: "Slack apps.connections.open: token_revoked" });
  });
});

describe("the directory", () => {
  const people = [
    { id: owner, name: "ada", profile: { display_name: "Ada L", email: "ada@example.com" } },
    { id: "U0GONE0001", name: "gone", deleted: true, profile: { display_name: "Ada L" } },
  ];
  const channels = [
    { id: "C0OLD00001", name: "general", is_archived: true },
    { id: mainChannel, name: "general" },
  ];

  it("finds people and channels, those in use first", async () => {
    const { slack, account } = await start();
    slack.answer("users.list", { body: { ok: true, members: people } });
    slack.answer("conversations.list", { body: { ok: true, channels } });
    const signal = new AbortController().signal;
    const found = await account.directory?.resolve?.(["#general", "@ada", "Ada L", "nobody"], "auto", signal);
    expect(found?.map((entry) => entry?.id)).toEqual([
      `channel:${mainChannel}`,
      `user:${owner}`,
      `user:${owner}`,
      undefined,
    ]);
    expect(found?.[0]?.note).toContain("2 have this name");
    expect(await account.directory?.peers?.({ query: "ada", signal })).toMatchObject([
      { id: `user:${owner}`, name: "Ada L" },
    ]);
    expect(await account.directory?.self?.()).toMatchObject({ id: "user:UCRABBOT" });
  });

  it("names and addresses in lists stand for the ids they had at the start", async () => {
    const { account, logged } = await start({
      section: { dm: { allowFrom: ["ada@example.com", "@Ada L", "@nobody"] } },
      prepare: (slack) => slack.answer("users.list", { body: { ok: true, members: people } }),
    });
    await logged("nobody in the workspace is called @nobody");
    expect(account.entryIds?.("ada@example.com")).toEqual([owner]);
    expect(account.entryIds?.("@Ada L")).toEqual([owner]);
    expect(account.entryIds?.("@nobody")).toEqual([]);
  });
});

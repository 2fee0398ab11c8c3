import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Channel, ChannelEntry } from "@openclaw/plugin-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatService } from "../../gateway/src/testing/chat-service.ts";
import { startTestGateway, type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
let gateway: TestGateway | undefined;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  home[Symbol.dispose]();
});

const about: Partial<Channel> = {
  meta: { id: "telegram", label: "Telegram" },
  capabilities: { chatKinds: ["direct", "group"], polls: true, reactions: true },
  secretKeys: ["botToken"],
  access: { idLabel: "telegramUserId", idLine: (id) => `Your Telegram user id: ${id}` },
  accounts: {
    resolve: ({ config }) => config,
    isConfigured: (config) => typeof config === "object" && config !== null && "botToken" in config,
    checkInput: ({ useEnv, values }) =>
      useEnv || (values.token ?? "") !== "" ? undefined : "Telegram requires token or --token-file (or --use-env).",
    questions: [{ name: "token", message: "Enter Telegram bot token", secret: true }],
    setup: ({ values }) => ({ ...(values.token === undefined ? {} : { botToken: values.token }) }),
  },
  actions: () => ["react"],
};
const entryOf = (channel: Channel): ChannelEntry => ({ meta: channel.meta, load: async () => channel });
const offline = [entryOf(chatService("telegram", about).channel)];
const config = () => JSON.parse(readFileSync(home.configPath, "utf8"));
const waiting = () => {
  const dir = path.join(home.home, ".openclaw", "credentials");
  mkdirSync(dir, { recursive: true });
  const createdAt = new Date().toISOString();
  const requests = [{ id: "42", code: "ABCDEFGH", createdAt, lastSeenAt: createdAt, meta: { username: "ada" } }];
  writeFileSync(path.join(dir, "telegram-pairing.json"), JSON.stringify({ version: 1, requests }));
  return path.join(dir, "telegram-allowFrom.json");
};

describe("pairing", () => {
  it("lists who waits, and lets them in by code in any case", async () => {
    const allowed = waiting();
    const run = (...argv: string[]) => home.run(["pairing", ...argv], { channels: offline });
    const list = await run("list", "telegram");
    expect(list.stdout).toContain("Pairing requests (1)");
    expect(list.stdout).toMatch(/ABCDEFGH +│ 42 +│ \{"username":"ada"\}/);
    expect(JSON.parse((await run("list", "--channel", "telegram", "--json")).stdout)).toMatchObject({
      channel: "telegram",
      requests: [{ id: "42", code: "ABCDEFGH" }],
    });
    expect((await run("approve", "telegram", "abcdefgh")).stdout).toBe("Approved telegram sender 42.\n");
    expect(JSON.parse(readFileSync(allowed, "utf8"))).toEqual({ version: 1, allowFrom: ["42"] });
    expect((await run("list", "telegram")).stdout).toBe("No pending telegram pairing requests.\n");
  });

  it("says what is wrong, and exits with 1", async () => {
    waiting();
    const failure = async (...argv: string[]) => {
      const { code, stderr } = await home.run(["pairing", ...argv], { channels: offline });
      return `${code} ${stderr}`;
    };
    expect(await failure("approve", "telegram", "NOPENOPE")).toBe(
      "1 No pending pairing request found for code: NOPENOPE\n",
    );
    expect(await failure("approve", "telegram")).toContain("Usage: openclaw pairing approve <channel> <code>");
    expect(await failure("approve", "--channel", "telegram", "A", "B")).toContain("Too many arguments.");
    expect(await failure("list")).toContain("Channel required.");
    expect(await failure("list", "a b")).toContain("Invalid channel: a b");
  });
});

describe("accounts in the configuration", () => {
  const run = (argv: string[], answer?: string) =>
    home.run(["channels", ...argv], { channels: offline, ...(answer === undefined ? {} : { answer }) });

  it("are added, listed, switched off and deleted", async () => {
    home.writeConfig("{}");
    expect((await run(["add", "--channel", "telegram"])).stderr).toContain("Telegram requires token");
    const added = await run(["add", "--channel", "telegram", "--token", "t1", "--name", "Home"]);
    expect(added.stdout).toBe('Added Telegram account "default".\n');
    expect(config().channels.telegram).toEqual({ botToken: "t1", name: "Home", enabled: true });
    await run(["add", "--channel", "telegram", "--account", "Work", "--token", "t2"]);
    expect(config().channels.telegram).toMatchObject({
      botToken: "t1",
      accounts: { default: { name: "Home" }, work: { botToken: "t2", enabled: true } },
    });
    expect(JSON.parse((await run(["list", "--json"])).stdout)).toMatchObject({
      chat: { telegram: ["default", "work"] },
    });
    expect((await run(["list"])).stdout).toContain("- Telegram work: configured, enabled");
    expect((await run(["remove", "--channel", "telegram", "--account", "work"], "y\n")).stdout).toContain(
      'Disabled Telegram account "work".',
    );
    expect(config().channels.telegram.accounts.work.enabled).toBe(false);
    await run(["remove", "--channel", "telegram", "--account", "work", "--delete"]);
    expect(config().channels.telegram.accounts).toEqual({ default: { name: "Home" } });
  });

  it("are taken away by answering questions on a terminal", async () => {
    home.writeConfig('{"channels":{"telegram":{"botToken":"t","accounts":{"work-phone":{"botToken":"w"}}}}}');
    const removed = await run(["remove"], "telegram\nwork-phone\ndelete\ny\n");
    expect(removed.stdout).toContain('Deleted Telegram account "work-phone".');
    expect(config().channels.telegram).toEqual({ botToken: "t" });
  });

  it("of channels that cannot do it are refused by name", async () => {
    home.writeConfig("{}");
    const error = async (...argv: string[]) => (await run(argv)).stderr;
    expect(await error("add", "--channel", "irc")).toContain("Unknown channel: irc");
    expect(await error("remove")).toContain("Channel is required. Use --channel <name>.");
    expect(await error("login", "--channel", "telegram")).toContain("Channel telegram does not support login");
    expect(await error("resolve")).toContain("At least one entry is required.");
  });

  it("are shown as configured when the Gateway cannot be reached", async () => {
    home.writeConfig('{ channels: { telegram: { botToken: "t" } }, gateway: { auth: { token: "x" } } }');
    const shown = await run(["status"]);
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining("Gateway not reachable:") });
    expect(shown.stdout).toContain("- Telegram default: configured, enabled");
    expect((await run(["status", "--json"])).code).toBe(1);
  });
});

describe("with a Gateway", () => {
  const start = async () => {
    const reactions: string[] = [];
    const service = chatService("telegram", {
      ...about,
      probe: async () => ({ ok: true, bot: { id: 1 } }),
      account: {
        async react({ messageId }, { emoji }) {
          reactions.push(`${emoji} ${messageId}`);
        },
        directory: { peers: async () => [{ kind: "user", id: "7", name: "Ada" }] },
      },
    });
    gateway = await startTestGateway({
      channels: [service.channel],
      config: { channels: { telegram: { botToken: "t", dmPolicy: "open", allowFrom: ["*"] } } },
    });
    home.writeConfig(JSON.stringify({ gateway: { port: gateway.port, auth: { token: testToken } } }));
    const env = { OPENCLAW_GATEWAY_PORT: String(gateway.port) };
    const run = (argv: string[]) => home.run(argv, { channels: [entryOf(service.channel)], env });
    return { service, run, reactions };
  };

  it("sends, asks and reacts, and a dry run does nothing", async () => {
    const { service, run, reactions } = await start();
    const dry = await run(["message", "send", "-t", "7", "-m", "hi", "--dry-run", "--json"]);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      action: "send",
      channel: "telegram",
      dryRun: true,
      handledBy: "dry-run",
      payload: { to: "7" },
    });
    const sent = await run(["message", "send", "--channel", "telegram", "-t", "7", "-m", "line one\\nline two"]);
    expect(sent).toMatchObject({ code: 0, stdout: "send via telegram to 7\n" });
    expect((await service.sent()).text).toBe("line one\nline two");
    await run([
      "message",
      "poll",
      "-t",
      "7",
      "--poll-question",
      "Tea?",
      "--poll-option",
      "yes, please",
      "--poll-option",
      "no",
    ]);
    expect((await service.sent()).poll).toMatchObject({ question: "Tea?", options: ["yes, please", "no"] });
    await run(["message", "react", "-t", "7", "--message-id", "m1", "--emoji", "👍"]);
    expect(reactions).toEqual(["👍 m1"]);
    expect(service.untaken).toEqual([]);
  });

  it("says what a channel cannot do, and each failure of a broadcast", async () => {
    const { run } = await start();
    const kick = await run(["message", "kick", "--guild-id", "g", "--user-id", "u"]);
    expect(kick).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Message action kick not supported for channel telegram."),
    });
    const webchat = await run(["message", "send", "--channel", "webchat", "-t", "x", "-m", "y"]);
    expect(webchat.stderr).toContain("Delivering to WebChat is not supported via `openclaw agent`");
  });

  it("shows accounts, probes and people", async () => {
    const { run } = await start();
    const status = await run(["channels", "status", "--probe"]);
    expect(status.stdout).toContain(
      "Gateway reachable.\n- Telegram default: enabled, configured, running, connected, works",
    );
    expect(JSON.parse((await run(["channels", "status", "--json"])).stdout)).toMatchObject({
      channelAccounts: { telegram: [{ accountId: "default", running: true }] },
    });
    expect((await run(["directory", "peers", "list"])).stdout).toMatch(/7 +│ Ada/);
    expect((await run(["directory", "self"])).stderr).toContain("Channel telegram does not support directory self");
    expect((await run(["channels", "capabilities"])).stdout).toContain("support: direct/group, polls, reactions");
    expect((await run(["channels", "logs", "--channel", "telegram"])).stdout).toContain("Channel: telegram");
    expect((await run(["channels", "logout", "--channel", "telegram"])).stdout).toBe(
      'Logged out of telegram account "default".\n',
    );
  });
});

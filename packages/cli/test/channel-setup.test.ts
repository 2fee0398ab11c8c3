import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { whatsappMeta } from "@openclaw/channel-whatsapp/meta";
import type { ChannelEntry } from "@openclaw/plugin-sdk";
import JSON5 from "json5";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { botToken, startFakeBotApi } from "../../channel-telegram/test/fake-bot-api.ts";
import { createWhatsAppChannel } from "../../channel-whatsapp/src/index.ts";
import { createFakeWhatsApp, writeCreds } from "../../channel-whatsapp/test/fake-whatsapp.ts";
import { createStepPrompter } from "../../gateway/src/wizard/step-prompter.ts";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import { temporaryHome } from "./cli.ts";
import { enter, interrupt, scriptedPrompter } from "./scripted-prompter.ts";

type Script = Parameters<typeof scriptedPrompter>[0];

let home: ReturnType<typeof temporaryHome>;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  home[Symbol.dispose]();
});

const state = (...names: string[]) => path.join(home.home, ".openclaw", ...names);
const config = () => JSON5.parse(readFileSync(home.configPath, "utf8"));

/** `channels add` with these answers; everything must be asked that is answered. */
async function add(
  script: Script,
  options: { env?: NodeJS.ProcessEnv; channels?: readonly ChannelEntry[]; code?: number } = {},
) {
  const asker = scriptedPrompter(script);
  const result = await home.run(["channels", "add"], {
    ...options,
    stdin: "",
    answer: "",
    prompter: asker.prompter,
  });
  expect({ left: asker.left(), code: result.code, stderr: result.stderr }).toEqual({
    left: [],
    code: options.code ?? 0,
    stderr: "",
  });
  return { ...asker, ...result };
}
const finish: Script = [
  ["Select a channel", "__done__"],
  ["Configure DM access policies now?", false],
  ["Add display names", false],
  ["Write this?", true],
];

/** A service that answers requests by their paths, on a free port. */
async function startService(answers: (url: URL, body: string) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const answer = answers(new URL(request.url ?? "/", "http://127.0.0.1"), body);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "not found" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

describe("the list of channels", () => {
  it("shows how each one is, goes on until it is finished, and writes nothing before the summary is agreed to", async () => {
    home.writeConfig('{ channels: { telegram: { botToken: "t", name: "Home" } } }');
    const before = readFileSync(home.configPath, "utf8");
    const { note, shown } = await add(
      [
        ["Select a channel", "discord"],
        ["DISCORD_BOT_TOKEN detected. Use env var?", true],
        ["Configure Discord channels access?", false],
        ["Select a channel", "telegram"],
        ["Telegram already configured. What do you want to do?", "update"],
        ["Telegram account", "__new__"],
        ["New Telegram account id", "Work Phone"],
        ["Enter Telegram bot token", "777:token-of-work"],
        ["Select a channel", "__done__"],
        ["Configure DM access policies now?", false],
        ["Add display names", true],
        ['Discord account "default"', ""],
        ['Telegram account "work-phone"', "At work"],
        ["Write this?", false],
      ],
      { env: { DISCORD_BOT_TOKEN: "d" } },
    );
    expect(readFileSync(home.configPath, "utf8")).toBe(before);
    expect(note("Channel status")).toBe(
      [
        "Telegram: configured",
        "WhatsApp: not linked",
        "Discord: DISCORD_BOT_TOKEN found",
        "Slack: needs token",
        "BlueBubbles: install plugin to enable",
        "Feishu: install plugin to enable",
        "LINE: install plugin to enable",
        "Matrix: install plugin to enable",
        "Mattermost: install plugin to enable",
        "Microsoft Teams: install plugin to enable",
        "Nextcloud Talk: install plugin to enable",
        "Nostr: install plugin to enable",
        "Tlon: install plugin to enable",
        "Twitch: install plugin to enable",
        "Zalo: install plugin to enable",
        "Zalo Personal: install plugin to enable",
      ].join("\n"),
    );
    expect(note("Telegram")).toBe('The account id is "work-phone".');
    expect(note("Summary")).toContain("telegram: work-phone");
    expect(shown()).not.toContain("777:token-of-work");
    expect(shown()).toContain("Nothing was written.");
  });

  it("keeps the only account when another is added, gives names, switches off and deletes", async () => {
    home.writeConfig('{ channels: { telegram: { botToken: "t" } } }');
    await add([
      ["Select a channel", "telegram"],
      ["already configured. What do you want", "update"],
      ["Telegram account", "__new__"],
      ["New Telegram account id", "work"],
      ["Enter Telegram bot token", "777:w"],
      ["Select a channel", "__done__"],
      ["Configure DM access", false],
      ["Add display names", true],
      ['Telegram account "work"', "At work"],
      ["Write this?", true],
    ]);
    expect(config().channels.telegram).toEqual({
      botToken: "t",
      accounts: { default: {}, work: { botToken: "777:w", enabled: true, name: "At work" } },
    });
    const list = await home.run(["channels", "list", "--json"]);
    expect(JSON.parse(list.stdout).chat).toEqual({ telegram: ["default", "work"] });
    await add([
      ["Select a channel", "telegram"],
      ["already configured", "disable"],
      ["Telegram account", "work"],
      ["Select a channel", "__done__"],
      ["Write this?", true],
    ]);
    expect(config().channels.telegram.accounts.work).toMatchObject({ enabled: false, botToken: "777:w" });
    await add([
      ["Select a channel", "telegram"],
      ["already configured", "delete"],
      ["Telegram account", "work"],
      ['Delete Telegram account "work"?', true],
      ["Select a channel", "__done__"],
      ["Write this?", true],
    ]);
    expect(config().channels.telegram.accounts).toEqual({ default: {} });
  });

  it("is left without a trace, wherever somebody gives up", async () => {
    for (const script of [
      [["Select a channel", interrupt]],
      [
        ["Select a channel", "telegram"],
        ["Enter Telegram bot token", interrupt],
      ],
      [
        ["Select a channel", "telegram"],
        ["Enter Telegram bot token", "1:a"],
        ...finish.slice(0, -1),
        ["Write this?", interrupt],
      ],
    ] as Script[]) {
      const { stdout } = await add(script);
      expect(stdout).toBe("Setup cancelled.\n");
      expect(readdirSync(home.home)).toEqual([]);
    }
  });
});

describe("Telegram", () => {
  it("takes its token from a file, and looks user names up for the allowlist", async () => {
    const api = await startFakeBotApi();
    closing.push(() => api.close());
    api.answer("getChat", ({ chat_id }) =>
      chat_id === "@ada"
        ? { id: 4242, type: "private" }
        : chat_id === "@news"
          ? { id: -100, type: "channel" }
          : { error_code: 400, description: "Bad Request: chat not found" },
    );
    home.writeConfig(`{ channels: { telegram: { apiRoot: "${api.apiRoot}", allowFrom: ["*"], dmPolicy: "open" } } }`);
    const file = path.join(home.home, "token");
    writeFileSync(file, `${botToken}\n`);
    const { shown, refused, note } = await add([
      ["Select a channel", "telegram"],
      ["already configured", "update"],
      ["Telegram account", "default"],
      ["Enter Telegram bot token", `${file}.missing`],
      ["Enter Telegram bot token", file],
      ["Select a channel", "__done__"],
      ["Configure DM access policies now?", true],
      ["Telegram DM policy", "allowlist"],
      ["Telegram allowFrom (username or user id)", "no such!"],
      ["Telegram allowFrom (username or user id)", "@ada, @nobody, @news"],
      ["Telegram allowFrom (username or user id)", "tg:@ada, 77"],
      ["Add display names", false],
      ["Write this?", true],
    ]);
    expect(config().channels.telegram).toEqual({
      apiRoot: api.apiRoot,
      enabled: true,
      tokenFile: file,
      dmPolicy: "allowlist",
      allowFrom: ["4242", "77"],
    });
    expect(refused.map((text) => text.split(":")[0])).toEqual([
      `${file}.missing cannot be read`,
      "Neither a user id nor a user name",
    ]);
    expect(note("Telegram bot token")).toContain("@BotFather");
    expect(note("Telegram DM access")).toContain("openclaw pairing approve telegram <code>");
    expect(shown()).toContain("@nobody: not found (400: Bad Request: chat not found)");
    expect(shown()).toContain("@news: is a channel, not a person");
    expect(shown()).not.toContain(botToken);
  });

  it("keeps what it has, and opens and closes its private chats", async () => {
    home.writeConfig('{ channels: { telegram: { botToken: "t", allowFrom: [5] } } }');
    const update = (policy: string): Script => [
      ["Select a channel", "telegram"],
      ["already configured", "update"],
      ["Telegram account", enter],
      ["Telegram token already configured. Keep it?", enter],
      ["Select a channel", "__done__"],
      ["Configure DM access policies now?", true],
      ["Telegram DM policy", policy],
      ["Add display names", false],
      ["Write this?", true],
    ];
    await add(update("open"));
    expect(config().channels.telegram).toMatchObject({ botToken: "t", dmPolicy: "open", allowFrom: ["5", "*"] });
    await add(update("disabled"));
    expect(config().channels.telegram).toMatchObject({ dmPolicy: "disabled", allowFrom: ["5"] });
    await add(update("pairing"));
    expect(config().channels.telegram).toMatchObject({ dmPolicy: "pairing", allowFrom: ["5"] });
  });
});

describe("Discord", () => {
  it("finds the ids of guilds, channels and people, and keeps what it does not find as it was typed", async () => {
    const url = await startService(({ pathname, searchParams }) => {
      if (pathname === "/v10/users/@me/guilds") return [{ id: "100", name: "My Server" }];
      if (pathname === "/v10/guilds/100/channels") {
        return [
          { id: "201", name: "general" },
          { id: "202", name: "support" },
        ];
      }
      if (pathname === "/v10/guilds/100/members/search") {
        return searchParams.get("query") === "ada" ? [{ user: { id: "900", username: "ada" } }] : [];
      }
      return undefined;
    });
    const { note } = await add(
      [
        ["Select a channel", "discord"],
        ["Enter Discord bot token", "Bot abc"],
        ["Configure Discord channels access?", enter],
        ["Discord channels access", "allowlist"],
        ["Discord channels allowlist", "My Server/#general, #support, 100/999, Elsewhere/#x"],
        ["Select a channel", "__done__"],
        ["Configure DM access policies now?", true],
        ["Discord DM policy", "allowlist"],
        ["Discord allowFrom", "@ada, bob"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { env: { OPENCLAW_DISCORD_API_URL: url } },
    );
    expect(config().channels.discord).toEqual({
      enabled: true,
      token: "abc",
      groupPolicy: "allowlist",
      guilds: {
        "100": { channels: { "201": { allow: true }, "202": { allow: true }, "999": { allow: true } } },
        Elsewhere: { channels: { x: { allow: true } } },
      },
      dm: { policy: "allowlist", allowFrom: ["900", "bob"] },
    });
    expect(note("Discord channels")).toBe(
      [
        "My Server/#general → My Server #general (201)",
        "#support → My Server #support (202)",
        "Not found, kept as typed: 100/999, Elsewhere/#x",
      ].join("\n"),
    );
    expect(note("Discord bot token")).toContain("Message Content Intent");
  });

  it("keeps entries as typed when Discord does not answer, and takes away those that were left out", async () => {
    const url = await startService(() => undefined);
    home.writeConfig(
      '{ channels: { discord: { token: "t", guilds: { "100": { users: ["1"], channels: { "201": { allow: true } } } } } } }',
    );
    const { note } = await add(
      [
        ["Select a channel", "discord"],
        ["already configured", "update"],
        ["Discord account", enter],
        ["Discord token already configured. Keep it?", true],
        ["Configure Discord channels access?", true],
        ["Discord channels access", enter],
        ["Discord channels allowlist", "100/202, #help"],
        ...finish,
      ],
      { env: { OPENCLAW_DISCORD_API_URL: url } },
    );
    expect(note("Discord channels")).toBe("Channel lookup failed; keeping entries as typed. Discord answered HTTP 404");
    expect(config().channels.discord.guilds).toEqual({
      "100": { users: ["1"], channels: { "202": { allow: true } } },
      "*": { channels: { help: { allow: true } } },
    });
  });
});

describe("Slack", () => {
  it("shows a manifest, asks for both tokens, and finds the ids of channels", async () => {
    const url = await startService(({ pathname }) => {
      if (pathname !== "/conversations.list") return { ok: false, error: "unknown_method" };
      return { ok: true, channels: [{ id: "C0MAIN", name: "general" }] };
    });
    const { note } = await add(
      [
        ["Select a channel", "slack"],
        ["Slack bot display name (used for manifest)", "Claw"],
        ["Enter Slack bot token (xoxb-...)", "xoxb-1"],
        ["Enter Slack app token (xapp-...)", "xapp-1"],
        ["Configure Slack channels access?", enter],
        ["Slack channels access", "allowlist"],
        ["Slack channels allowlist", "#general, #nowhere"],
        ...finish,
      ],
      { env: { SLACK_API_URL: url } },
    );
    expect(config().channels.slack).toEqual({
      enabled: true,
      botToken: "xoxb-1",
      appToken: "xapp-1",
      groupPolicy: "allowlist",
      channels: { C0MAIN: { allow: true }, "#nowhere": { allow: true } },
    });
    expect(note("Slack app")).toContain('"display_name": "Claw"');
    expect(note("Slack channels")).toBe("#general → general (C0MAIN)\nNot found, kept as typed: #nowhere");
  });

  it("over HTTP asks for the signing secret, and for no app token", async () => {
    home.writeConfig('{ channels: { slack: { mode: "http", signingSecret: "before" } } }');
    await add([
      ["Select a channel", "slack"],
      ["already configured. What do you want", "update"],
      ["Slack account", "default"],
      ["bot display name", enter],
      ["Enter Slack bot token (xoxb-...)", "xoxb-1"],
      ["Slack signing secret already configured. Keep it?", false],
      ["Enter Slack signing secret", " shhh "],
      ["Configure Slack channels access?", false],
      ...finish,
    ]);
    expect(config().channels.slack).toMatchObject({ mode: "http", signingSecret: "shhh", botToken: "xoxb-1" });
  });

  it("takes both tokens from the environment, or neither", async () => {
    const env = { SLACK_BOT_TOKEN: "xoxb-e", SLACK_APP_TOKEN: "xapp-e" };
    await add(
      [
        ["Select a channel", "slack"],
        ["bot display name", enter],
        ["SLACK_BOT_TOKEN and SLACK_APP_TOKEN detected. Use env vars?", true],
        ["Configure Slack channels access?", true],
        ["Slack channels access", "open"],
        ...finish,
      ],
      { env },
    );
    expect(config().channels.slack).toEqual({ enabled: true, groupPolicy: "open" });
  });
});

describe("WhatsApp", () => {
  const start = () => {
    const fake = createFakeWhatsApp({ opens: false });
    const channel = createWhatsAppChannel({ open: fake.open });
    const channels: ChannelEntry[] = [{ meta: whatsappMeta, load: async () => channel }];
    return { fake, channels };
  };
  const authDir = () => state("credentials", "whatsapp", "default");

  it("is linked by a QR after everything is written, for somebody's own number", async () => {
    const { fake, channels } = start();
    const done = add(
      [
        ["Select a channel", "whatsapp"],
        ["Link WhatsApp now (QR)?", enter],
        ["How to link", "qr"],
        ["WhatsApp phone setup", "personal"],
        ["Your personal WhatsApp number", "12"],
        ["Your personal WhatsApp number", "0049 (171) 234-5678"],
        ["Select a channel", "__done__"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { channels },
    );
    await fake.connection(1);
    expect(config().channels.whatsapp).toEqual({
      selfChatMode: true,
      dmPolicy: "allowlist",
      allowFrom: ["+491712345678"],
    });
    fake.later(() => fake.current().update({ qr: "content-of-the-qr" }));
    fake.later(() => {
      writeCreds(fake.current().authDir);
      fake.current().update({ connection: "open" });
    });
    const { note, refused } = await done;
    expect(refused).toEqual(["Invalid number: 12"]);
    expect(note("Summary")).toContain('Then: link WhatsApp account "default" by QR');
    expect(note("Scan this QR in WhatsApp (Linked Devices)")).toMatch(/[█▀▄]{10}/);
    expect(note("WhatsApp")).toBe("✅ Linked! Credentials saved for future sends.");
    expect(readdirSync(authDir())).toEqual(["creds.json"]);
    expect(readdirSync(path.dirname(authDir()))).toEqual(["default"]);
  });

  it("has nothing left of a link that was not made, and can try again with a pairing code", async () => {
    const { fake, channels } = start();
    const done = add(
      [
        ["Select a channel", "whatsapp"],
        ["Link WhatsApp now (QR)?", true],
        ["How to link", "code"],
        ["WhatsApp phone setup", "separate"],
        ["WhatsApp DM policy", "pairing"],
        ["WhatsApp allowFrom (optional pre-allowlist)", "list"],
        ["Allowed sender numbers", "+1 555 123 4567, 447700900123@s.whatsapp.net"],
        ["Number of the WhatsApp account to link", "+1 555 000 0000"],
        ["Select a channel", "__done__"],
        ["Add display names", false],
        ["Write this?", true],
        ["Try to link WhatsApp again?", true],
        ["Try to link WhatsApp again?", false],
      ],
      { channels },
    );
    for (const count of [1, 2]) {
      await fake.connection(count);
      writeCreds(fake.current().authDir);
      fake.later(() => fake.current().update({ qr: "one" }));
      await fake.until(() => fake.calls.filter(({ name }) => name === "pairingCode").length === count);
      fake.later(() => fake.close(503, "gone"));
    }
    const { shown } = await done;
    expect(fake.calls[0]).toEqual({ name: "pairingCode", what: "15550000000" });
    expect(shown()).toContain("Pairing code: ABCD1234");
    expect(shown()).toContain("Later: openclaw channels login --channel whatsapp --account default");
    expect(readdirSync(path.dirname(authDir()))).toEqual([]);
    expect(config().channels.whatsapp).toEqual({
      selfChatMode: false,
      dmPolicy: "pairing",
      allowFrom: ["+15551234567", "+447700900123"],
    });
  });

  it("puts a new link in the place of the old one once it is there", async () => {
    const { fake, channels } = start();
    writeCreds(authDir());
    home.writeConfig('{ channels: { whatsapp: { dmPolicy: "pairing", allowFrom: ["+15551234567"] } } }');
    const done = add(
      [
        ["Select a channel", "whatsapp"],
        ["WhatsApp already configured", "update"],
        ["WhatsApp account", "default"],
        ["WhatsApp already linked. Re-link now?", true],
        ["How to link", "qr"],
        ["WhatsApp phone setup", "separate"],
        ["WhatsApp DM policy", "pairing"],
        ["WhatsApp allowFrom", "keep"],
        ["Select a channel", "__done__"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { channels },
    );
    await fake.connection(1);
    expect(readFileSync(path.join(authDir(), "creds.json"), "utf8")).toContain("15550000000");
    writeCreds(fake.current().authDir, "15557777777:1@s.whatsapp.net");
    fake.later(() => fake.current().update({ connection: "open" }));
    await done;
    expect(readFileSync(path.join(authDir(), "creds.json"), "utf8")).toContain("15557777777");
    expect(config().channels.whatsapp.allowFrom).toEqual(["+15551234567"]);
  });

  it("is linked over the steps of a wizard too: a picture that changes is one more step, and no other waits", async () => {
    const { fake, channels } = start();
    const steps = createStepPrompter();
    const run = home.run(["channels", "add"], { channels, answer: "", prompter: { ...steps, line() {} } });
    const answers: Record<string, unknown> = {
      "Select a channel": "whatsapp",
      "Link WhatsApp now (QR)?": true,
      "How to link": "qr",
      "WhatsApp phone setup": "personal",
      "Your personal WhatsApp number (the phone you will message from)": "+15551234567",
      "Add display names for these accounts? (optional)": false,
      "Write this?": true,
    };
    /** Answers until a note of this title comes. */
    const until = async (title: string) => {
      for (;;) {
        const step = await steps.pending();
        if (step === undefined) throw new Error(`it ended before "${title}"`);
        if (step.title?.startsWith(title)) return step;
        const value = answers[step.message ?? ""];
        if (step.message === "Select a channel") answers["Select a channel"] = "__done__";
        expect(steps.answer(step.id, value)).toEqual({ kind: "taken" });
      }
    };
    await until("Summary");
    const linking = until("Scan this QR in WhatsApp");
    await fake.connection(1);
    for (const qr of ["one", "two", "three"]) fake.later(() => fake.current().update({ qr }));
    const first = await linking;
    const drawn = first.message;
    expect(drawn).toMatch(/[█▀▄]{10}/);
    steps.answer(first.id, undefined);
    const second = await until("Scan this QR in WhatsApp");
    expect(second.message).not.toBe(drawn);
    fake.later(() => {
      writeCreds(fake.current().authDir);
      fake.current().update({ connection: "open" });
    });
    await fake.until(() => fake.current().ended);
    steps.answer(second.id, undefined);
    const last = await until("WhatsApp");
    expect(last.message).toBe("✅ Linked! Credentials saved for future sends.");
    steps.answer(last.id, undefined);
    const end = await until("Done");
    expect(end.message).toBe("Channels updated.");
    steps.answer(end.id, undefined);
    expect((await run).code).toBe(0);
  });

  it("asks before it links anew, and a second account stands below the accounts", async () => {
    const { fake, channels } = start();
    writeCreds(authDir());
    home.writeConfig('{ channels: { whatsapp: { dmPolicy: "pairing" } } }');
    await add(
      [
        ["Select a channel", "whatsapp"],
        ["WhatsApp already configured", "update"],
        ["WhatsApp account", "default"],
        ["WhatsApp already linked. Re-link now?", enter],
        ["WhatsApp phone setup", "separate"],
        ["WhatsApp DM policy", "open"],
        ["Select a channel", "whatsapp"],
        ["WhatsApp already configured", "update"],
        ["WhatsApp account", "__new__"],
        ["New WhatsApp account id", "biz"],
        ["Link WhatsApp now (QR)?", false],
        ["WhatsApp phone setup", "separate"],
        ["WhatsApp DM policy", "disabled"],
        ["Select a channel", "__done__"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { channels },
    );
    expect(fake.sockets).toEqual([]);
    expect(config().channels.whatsapp).toEqual({
      dmPolicy: "open",
      allowFrom: ["*"],
      selfChatMode: false,
      accounts: { default: {}, biz: { enabled: true, selfChatMode: false, dmPolicy: "disabled" } },
    });
    const disabled = await home.run(["channels", "remove", "--channel", "whatsapp", "--account", "biz"], {
      channels,
      answer: "y\n",
    });
    expect(disabled.stdout).toContain('Disabled WhatsApp account "biz".');
    expect(config().channels.whatsapp.accounts.biz.enabled).toBe(false);
    const added = await home.run(["channels", "add", "--channel", "whatsapp", "--account", "third"], { channels });
    expect(added).toMatchObject({ code: 0, stdout: 'Added WhatsApp account "third".\n' });
    expect(config().channels.whatsapp.accounts.third).toEqual({ enabled: true });
  });
});

describe("a channel that comes with a plugin", () => {
  const manifest = {
    channels: ["ircish"],
    channelConfigs: {
      ircish: {
        schema: {
          type: "object",
          properties: {
            server: { type: "string" },
            port: { type: "integer" },
            password: { type: "string" },
            enabled: { type: "boolean" },
            topic: { type: "string" },
          },
          required: ["server"],
        },
        uiHints: { server: { label: "server address" } },
      },
    },
  };
  const card = { id: "ircish", label: "IRC-ish", docsPath: "/channels/ircish", blurb: "Lines of text.", order: 50 };
  const silent = `export default (api) => api.registerChannel({
    id: "ircish", meta: { id: "ircish", label: "IRC-ish" }, capabilities: { chatTypes: ["direct"] },
    config: { listAccountIds: () => ["default"], resolveAccount: () => ({}) } });`;

  /** A package as npm would pack it, and a catalogue that names it. */
  async function publish(code: string, install: object = {}): Promise<string> {
    const packed = path.join(home.home, "packed");
    writePlugin(packed, {
      id: "ircish",
      code,
      manifest,
      package: { name: "ircish", version: "1.0.0", type: "module", openclaw: { extensions: ["./index.ts"] } },
    });
    const file = path.join(home.home, "ircish-1.0.0.tgz");
    mkdirSync(path.join(packed, "package"), { recursive: true });
    for (const name of readdirSync(path.join(packed, "ircish"))) {
      writeFileSync(path.join(packed, "package", name), readFileSync(path.join(packed, "ircish", name)));
    }
    await create({ file, cwd: packed, gzip: true }, ["package"]);
    const catalogue = path.join(home.home, "catalogue.json");
    const entry = { name: "ircish", openclaw: { channel: card, install: { npmSpec: file, ...install } } };
    writeFileSync(catalogue, JSON.stringify({ entries: [entry] }));
    return catalogue;
  }

  it("is fetched, asked what its schema requires, and installed with the rest", async () => {
    const env = { OPENCLAW_PLUGIN_CATALOG_PATHS: await publish(silent) };
    const { note, shown } = await add(
      [
        ["Select a channel", "ircish"],
        ["Install IRC-ish plugin?", "npm"],
        ["IRC-ish server address", ""],
        ["IRC-ish server address", "irc.example.org"],
        ["IRC-ish password (blank for none)", "s3cret"],
        ["Select a channel", "__done__"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { env },
    );
    expect(note("Channel status")).toContain("IRC-ish: install plugin to enable");
    expect(note("How channels work")).toContain("IRC-ish: Lines of text.");
    expect(note("Summary")).toContain("Plugin: ircish from");
    expect(shown()).not.toContain("s3cret");
    expect(readdirSync(state("extensions"))).toEqual(["ircish"]);
    expect(config().channels.ircish).toEqual({ enabled: true, server: "irc.example.org", password: "s3cret" });
    expect(config().plugins).toMatchObject({
      entries: { ircish: { enabled: true } },
      installs: { ircish: { source: "archive", version: "1.0.0", installPath: state("extensions", "ircish") } },
    });
    const again = await add(
      [
        ["Select a channel", "ircish"],
        ["IRC-ish already configured", "update"],
        ["IRC-ish account", "default"],
        ["IRC-ish server address", enter],
        ["IRC-ish password already configured. Keep it?", true],
        ["Select a channel", "__done__"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { env },
    );
    expect(again.note("Channel status")).toContain("IRC-ish: configured");
  });

  it("takes accounts by flags where it says how, is listed, switched on again, switched off and deleted", async () => {
    writePlugin(state("extensions"), {
      id: "ircish",
      manifest: { ...manifest, name: "IRC-ish" },
      code: `export default (api) => api.registerChannel({
        id: "ircish", meta: { id: "ircish", label: "IRC-ish" }, capabilities: { chatTypes: ["direct"] },
        config: { listAccountIds: () => ["default"], resolveAccount: (cfg) => cfg.channels?.ircish ?? {}, isConfigured: (account) => !!account.server },
        setup: {
          validateInput: ({ input }) => (input.httpUrl ? null : "IRC-ish requires --http-url."),
          applyAccountConfig: ({ cfg, input }) => ({ ...cfg, channels: { ...cfg.channels, ircish: { ...cfg.channels?.ircish, server: input.httpUrl } } }),
        } });`,
    });
    const run = (...argv: string[]) => home.run(["channels", ...argv], { answer: "y\n" });
    expect((await run("add", "--channel", "ircish")).stderr).toContain("IRC-ish requires --http-url.");
    const added = await run("add", "--channel", "ircish", "--http-url", "irc.example.org");
    expect(added).toMatchObject({ code: 0, stdout: 'Added IRC-ish account "default".\n' });
    expect((await run("list", "--no-usage")).stdout).toContain("- IRC-ish default: configured, enabled");
    await home.run(["plugins", "disable", "ircish"]);
    await add([
      ["Select a channel", "ircish"],
      ["IRC-ish already configured", "update"],
      ["IRC-ish account", enter],
      ["IRC-ish server address", "irc.example.net"],
      ["IRC-ish password", ""],
      ["Select a channel", "__done__"],
      ["Add display names", false],
      ["Write this?", true],
    ]);
    expect(config()).toMatchObject({
      channels: { ircish: { enabled: true, server: "irc.example.net" } },
      plugins: { entries: { ircish: { enabled: true } } },
    });
    expect((await run("remove", "--channel", "ircish")).stdout).toContain('Disabled IRC-ish account "default".');
    await run("remove", "--channel", "ircish", "--delete");
    expect(config().channels?.ircish).toBeUndefined();
  });

  it("asks what it likes where it is written for this host, with the helpers channels have in common", async () => {
    writePlugin(state("extensions"), {
      id: "ircish",
      manifest: { ...manifest, name: "IRC-ish" },
      code: `import { askPlaces, askSecrets } from "@openclaw/plugin-sdk/setup";
      export default (api) => api.registerChannel({
        meta: { id: "ircish", label: "IRC-ish" },
        accounts: { resolve: ({ config }) => config, isConfigured: ({ password }) => password !== undefined },
        setup: async () => ({
          async ask(input) {
            const answer = await askSecrets({ label: "IRC-ish password", variables: ["IRC_PASSWORD"], configured: false,
              questions: [{ name: "password", message: "Enter IRC-ish password" }], help: { title: "IRC-ish", text: "Ask the operator." } }, input);
            const places = await askPlaces({ label: "IRC-ish rooms" }, input.prompter);
            return { keys: { ...answer.values, rooms: places?.entries ?? [] } };
          },
          direct: { policyPath: ["dmPolicy"], allowFromPath: ["allowFrom"], askAllowFrom: async () => ["ada"] },
        }),
        start: async () => ({ send: async () => ({ messageId: "1" }), stop: async () => {} }),
      });`,
    });
    const { note } = await add([
      ["Select a channel", "ircish"],
      ["Enter IRC-ish password", "p"],
      ["Configure IRC-ish rooms access?", true],
      ["IRC-ish rooms access", "allowlist"],
      ["IRC-ish rooms allowlist", "#a; #b"],
      ["Select a channel", "__done__"],
      ["Configure DM access policies now?", true],
      ["IRC-ish DM policy", "allowlist"],
      ["Add display names", false],
      ["Write this?", true],
    ]);
    expect(note("IRC-ish")).toBe("Ask the operator.");
    expect(config().channels.ircish).toEqual({
      enabled: true,
      password: "p",
      rooms: ["#a", "#b"],
      dmPolicy: "allowlist",
      allowFrom: ["ada"],
    });
  });

  it("leaves nothing when it was fetched and everything given up, and nothing of one that cannot be loaded", async () => {
    const temporary = path.join(home.home, "tmp");
    mkdirSync(temporary);
    const env = { OPENCLAW_PLUGIN_CATALOG_PATHS: await publish(silent), TMPDIR: temporary };
    const before = readdirSync(home.home);
    await add(
      [
        ["Select a channel", "ircish"],
        ["Install IRC-ish plugin?", "npm"],
        ["IRC-ish server address", "irc.example.org"],
        ["IRC-ish password", interrupt],
      ],
      { env },
    );
    expect(readdirSync(home.home)).toEqual(before);
    expect(readdirSync(temporary)).toEqual([]);
    const broken = await publish("throw new Error('no such luck');", { localPath: path.join(home.home, "nowhere") });
    const { shown } = await add(
      [
        ["Select a channel", "ircish"],
        ["Install IRC-ish plugin?", "npm"],
        ["Install IRC-ish plugin?", "local"],
        ["Select a channel", "__done__"],
      ],
      { env: { OPENCLAW_PLUGIN_CATALOG_PATHS: broken, TMPDIR: temporary } },
    );
    expect(shown()).toMatch(/Failed to install .*ircish-1.0.0.tgz: .*no such luck/);
    expect(shown()).toMatch(/Failed to install .*nowhere: Path not found/);
    expect(shown()).toContain("No channel was changed.");
    expect(existsSync(state())).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("runs the steps it brings along, of the reference release's contract, from a folder of its developer", async () => {
    const catalogue = await publish(silent, { localPath: path.join(home.home, "developed", "ircish") });
    writePlugin(path.join(home.home, "developed"), {
      id: "ircish",
      manifest,
      code: `import { promptAccountId, promptChannelAccessConfig } from "openclaw/plugin-sdk";
      const put = (cfg, keys) => ({ ...cfg, channels: { ...cfg.channels, ircish: { ...cfg.channels?.ircish, ...keys } } });
      export default (api) => api.registerChannel({
        id: "ircish", meta: { id: "ircish", label: "IRC-ish" }, capabilities: { chatTypes: ["direct"] },
        config: { listAccountIds: () => ["default"], resolveAccount: () => ({}) },
        onboarding: {
          channel: "ircish",
          getStatus: async ({ cfg }) => ({ channel: "ircish", configured: !!cfg.channels?.ircish?.server,
            statusLines: ["IRC-ish: " + (cfg.channels?.ircish?.server ? "ready" : "needs a server")] }),
          async configure({ cfg, prompter, runtime, shouldPromptAccountIds }) {
            await prompter.note("Own steps.", "IRC-ish");
            const accountId = shouldPromptAccountIds ? await promptAccountId({ cfg, prompter, label: "IRC-ish",
              currentId: "default", listAccountIds: () => ["default"], defaultAccountId: "default" }) : "default";
            const server = await prompter.text({ message: "Server?", initialValue: "irc.example.org" });
            const port = await prompter.select({ message: "Port?", options: [{ value: 6667, label: "plain" }, { value: 6697, label: "TLS" }], initialValue: 6697 });
            const access = await promptChannelAccessConfig({ prompter, label: "IRC-ish rooms", currentEntries: [] });
            return { cfg: put(cfg, { server, port, topic: access.entries.join("+") }), accountId };
          },
          dmPolicy: { label: "IRC-ish", channel: "ircish", policyKey: "channels.ircish.dmPolicy", allowFromKey: "channels.ircish.allowFrom",
            getCurrent: () => "pairing", setPolicy: (cfg, dmPolicy) => put(cfg, { dmPolicy }),
            promptAllowFrom: async ({ cfg, prompter }) => put(cfg, { allowFrom: [await prompter.text({ message: "Whom?" })] }) },
          disable: (cfg) => put(cfg, { enabled: false }),
        } });`,
    });
    const env = { OPENCLAW_PLUGIN_CATALOG_PATHS: catalogue };
    const { note } = await add(
      [
        ["Select a channel", "ircish"],
        ["Install IRC-ish plugin?", "local"],
        ["IRC-ish account", enter],
        ["Server?", enter],
        ["Port?", enter],
        ["Configure IRC-ish rooms access?", enter],
        ["IRC-ish rooms access", "allowlist"],
        ["IRC-ish rooms allowlist", "#a, #b"],
        ["Select a channel", "__done__"],
        ["Configure DM access policies now?", true],
        ["IRC-ish DM policy", "allowlist"],
        ["Whom?", "ada"],
        ["Add display names", false],
        ["Write this?", true],
      ],
      { env },
    );
    expect(note("IRC-ish")).toBe("Own steps.");
    expect(note("IRC-ish DM access")).toContain("Kept as channels.ircish.dmPolicy");
    expect(config().channels.ircish).toEqual({
      server: "irc.example.org",
      port: 6697,
      topic: "#a+#b",
      dmPolicy: "allowlist",
      allowFrom: ["ada"],
    });
    const folder = path.join(home.home, "developed", "ircish");
    expect(config().plugins).toMatchObject({ load: { paths: [folder] }, installs: { ircish: { source: "path" } } });
    const off = await add(
      [
        ["Select a channel", "ircish"],
        ["IRC-ish already configured", "disable"],
        ["Select a channel", "__done__"],
        ["Write this?", true],
      ],
      { env },
    );
    expect(off.note("Channel status")).toContain("IRC-ish: ready");
    expect(config().channels.ircish.enabled).toBe(false);
  });
});

describe("the quick start", () => {
  /** `onboard` without a model, a service or a last talk: its channel step alone. */
  async function onboard(script: Script, env: NodeJS.ProcessEnv = {}, channels?: readonly ChannelEntry[]) {
    const asker = scriptedPrompter([...script, ["Enable hooks?", []], ["Write this?", true]]);
    const skips = ["--skip-skills", "--skip-health", "--skip-ui", "--skip-daemon"];
    const argv = ["onboard", "--accept-risk", "--flow", "quickstart", "--auth-choice", "skip", ...skips];
    const options = { env, answer: "", prompter: asker.prompter, ...(channels && { channels }) };
    const { code, stderr } = await home.run(argv, options);
    expect({ left: asker.left(), code, stderr }).toEqual({ left: [], code: 0, stderr: "" });
    return asker;
  }

  it("begins with what is found, and lets in whoever is named, by their numeric id", async () => {
    const api = await startFakeBotApi();
    closing.push(() => api.close());
    api.answer("getChat", () => ({ id: 4242, type: "private" }));
    home.writeConfig(`{ channels: { telegram: { apiRoot: "${api.apiRoot}" } } }`);
    await onboard(
      [
        ["Config handling", "keep"],
        ["Select channel (QuickStart)", enter],
        ["Telegram already configured", "update"],
        ["TELEGRAM_BOT_TOKEN detected. Use env var?", true],
        ["Telegram allowFrom (username or user id)", "@grace"],
      ],
      { TELEGRAM_BOT_TOKEN: botToken },
    );
    expect(config().channels.telegram).toEqual({
      apiRoot: api.apiRoot,
      enabled: true,
      dmPolicy: "allowlist",
      allowFrom: ["4242"],
    });
  });

  it("asks of WhatsApp for the personal number alone", async () => {
    const { fake, channels } = { fake: createFakeWhatsApp(), channels: [] as ChannelEntry[] };
    const channel = createWhatsAppChannel({ open: fake.open });
    channels.push({ meta: whatsappMeta, load: async () => channel });
    const { note } = await onboard(
      [
        ["Select channel (QuickStart)", "whatsapp"],
        ["Link WhatsApp now (QR)?", false],
        ["Your personal WhatsApp number", "+1 555 123 4567"],
      ],
      {},
      channels,
    );
    expect(config().channels.whatsapp).toEqual({
      selfChatMode: true,
      dmPolicy: "allowlist",
      allowFrom: ["+15551234567"],
    });
    expect(note("Summary")).toContain("Channels: whatsapp");
  });
});

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTelegramChannel } from "../src/index.ts";

const { accounts, targets, access, actions, replyToMode } = createTelegramChannel();
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

function tokenFile(content: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-token-"));
  folders.push(folder);
  fs.writeFileSync(path.join(folder, "token"), content);
  return path.join(folder, "token");
}

const shared = { web: undefined, maxConcurrentRuns: 1, assistantName: undefined };
function resolve(
  section: Record<string, unknown> | undefined,
  accountId = "default",
  env: Record<string, string> = {},
) {
  const own = (section?.accounts as Record<string, object> | undefined)?.[accountId];
  const { accounts: _, ...base } = section ?? {};
  const account = accounts?.resolve({ accountId, config: { ...base, ...own }, section, shared, env, stateDir: "/" });
  if (account === undefined) throw new Error("no account");
  return account;
}

describe("the token of the account default", () => {
  const env = { TELEGRAM_BOT_TOKEN: " env-token " };

  it("comes from its own file, its own key, the section's file, the section's key, the environment, in this order", () => {
    const [own, base] = [tokenFile("own-file\n"), tokenFile(" base-file ")];
    const all = { tokenFile: base, botToken: "base", accounts: { default: { tokenFile: own, botToken: "own" } } };
    const without = (keys: string[], ownKeys: string[]) => ({
      ...Object.fromEntries(Object.entries(all).filter(([key]) => !keys.includes(key))),
      accounts: {
        default: Object.fromEntries(Object.entries(all.accounts.default).filter(([key]) => !ownKeys.includes(key))),
      },
    });
    const found = [
      all,
      without([], ["tokenFile"]),
      without([], ["tokenFile", "botToken"]),
      without(["tokenFile"], ["tokenFile", "botToken"]),
      {},
      undefined,
    ].map((section) => {
      const { token, tokenSource } = resolve(section, "default", env);
      return [token, tokenSource];
    });
    expect(found).toEqual([
      ["own-file", "tokenFile"],
      ["own", "config"],
      ["base-file", "tokenFile"],
      ["base", "config"],
      ["env-token", "env"],
      ["env-token", "env"],
    ]);
    expect(resolve(undefined).tokenSource).toBe("none");
  });

  it("is missing when its file cannot be read, also beside a token in the environment", async () => {
    const account = resolve({ tokenFile: "/nowhere/token", botToken: "base" }, "default", env);
    expect([account.token, account.tokenSource]).toEqual([undefined, "none"]);
    expect(await accounts?.isConfigured?.(account)).toBe(false);
    expect(createTelegramChannel().status?.describe?.(account)).toMatchObject({ tokenSource: "none" });
    expect(resolve({ tokenFile: tokenFile("  \n") }, "default", env).tokenSource).toBe("none");
  });
});

describe("accounts", () => {
  it("beside default have only their own tokens", () => {
    const section = { botToken: "base", accounts: { work: {}, play: { botToken: "own" } } };
    expect(resolve(section, "work", { TELEGRAM_BOT_TOKEN: "env" }).tokenSource).toBe("none");
    expect(resolve(section, "play").token).toBe("own");
  });

  it("are those of the section and those bindings name", () => {
    const input = (
      section: Record<string, unknown> | undefined,
      bindings: { accountId?: string; isDefaultAgent?: boolean }[],
    ) => ({
      section,
      bindings: bindings.map((binding) => ({ agentId: "a", isDefaultAgent: false, ...binding })),
      shared,
      env: {},
      stateDir: "/",
    });
    expect(accounts?.list?.(input(undefined, []))).toEqual(["default"]);
    const section = { accounts: { work: {}, Play: {} } };
    const bound = input(section, [{ accountId: "Alerts" }, { accountId: "*" }, {}]);
    expect(accounts?.list?.(bound)).toEqual(["alerts", "play", "work"]);
    expect(accounts?.defaultId?.(bound)).toBe("alerts");
    expect(accounts?.defaultId?.(input(section, [{ accountId: "work", isDefaultAgent: true }]))).toBe("work");
    expect(accounts?.defaultId?.(input({ accounts: { a: {}, default: {} } }, []))).toBe("default");
  });

  it("are added with a token, a file, or the environment", () => {
    const setup = (values: Record<string, string>, useEnv = false, accountId = "default") => ({
      accountId,
      useEnv,
      values,
      env: {},
    });
    expect(accounts?.checkInput?.(setup({}, true, "work"))).toBe(
      "TELEGRAM_BOT_TOKEN can only be used for the default account.",
    );
    expect(accounts?.checkInput?.(setup({}))).toBe("Telegram requires token or --token-file (or --use-env).");
    expect(accounts?.checkInput?.(setup({}, true))).toBeUndefined();
    expect(accounts?.checkInput?.(setup({ token: "t" }))).toBeUndefined();
    expect(accounts?.setup?.(setup({ token: "t" }))).toEqual({ botToken: "t" });
    expect(accounts?.setup?.(setup({ tokenFile: "/f" }))).toEqual({ tokenFile: "/f" });
    expect(accounts?.setup?.(setup({}, true))).toEqual({});
  });

  it("reach another Bot API only by https, or on this machine", () => {
    expect(() => resolve({ apiRoot: "http://bots.example:8081" })).toThrow("channels.telegram.apiRoot");
    expect(() => resolve({ apiRoot: "bots" })).toThrow("channels.telegram.apiRoot");
    expect(resolve({ apiRoot: "https://bots.example/" }).settings.apiRoot).toBe("https://bots.example");
    expect(resolve({ apiRoot: "http://[::1]:8081" }).settings.apiRoot).toBe("http://[::1]:8081");
  });

  it("with a value of another type name the key", () => {
    expect(() => resolve({ timeoutSeconds: "soon" })).toThrow("channels.telegram.timeoutSeconds");
  });
});

describe("targets", () => {
  it.each([
    ["123", { to: "123", kind: "user" }],
    ["-1001", { to: "-1001", kind: "group" }],
    ["telegram:-1001:topic:7", { to: "-1001", threadId: "7", kind: "group" }],
    ["tg:group:-1001:7", { to: "-1001", threadId: "7", kind: "group" }],
    ["@name_1", { to: "@name_1" }],
    ["named", { to: "@named" }],
    ["https://t.me/news", { to: "@news" }],
    ["t.me/news", { to: "@news" }],
    ["abcd", undefined],
    ["Tea club", undefined],
  ])("%s", (raw, expected) => {
    expect(targets?.parse(raw, {})).toEqual(expected);
  });
});

describe("access", () => {
  it("entries mean ids and user names, in any case, with or without a prefix", () => {
    const matches = (entry: string) =>
      access?.matches?.(access.normalizeEntry?.(entry) ?? "", { id: "7", username: "Ada_L", name: "Ada" });
    expect(["7", "tg:7", "TELEGRAM: 7", "@ada_l", "Ada_L"].map(matches)).toEqual([true, true, true, true, true]);
    expect(["8", "Ada", "ada"].map(matches)).toEqual([false, false, false]);
  });

  it("a stranger is told the id, and the owner who asks", () => {
    expect(access?.idLine?.("7")).toBe("Your Telegram user id: 7");
    expect(access?.pairingDetails?.({ id: "7", name: "Ada King Lovelace", username: "ada" })).toEqual({
      username: "ada",
      firstName: "Ada",
      lastName: "King Lovelace",
    });
  });

  it("commands of the menu that are refused say why", () => {
    const chat = { kind: "group", id: "-1", peerId: "-1", threadId: "5", threadKind: "topic" } as const;
    const config = { groups: { "-1": { topics: { 5: { enabled: false } } }, "-2": { enabled: false } } };
    const said = (
      reason: Parameters<NonNullable<NonNullable<typeof access>["refusal"]>>[0],
      place: typeof chat | (Omit<typeof chat, "id" | "peerId"> & { id: string; peerId: string }) = chat,
    ) => access?.refusal?.(reason, place, config);
    expect(said("place-disabled")).toBe("This topic is disabled.");
    expect(said("place-disabled", { ...chat, id: "-2", peerId: "-2" })).toBe("This group is disabled.");
    expect(said("groups-disabled")).toBe("Telegram group commands are disabled.");
    expect(said("place-not-listed")).toBe("This group is not allowed.");
    expect(said("commands-not-allowed")).toBe("You are not authorized to use this command.");
  });
});

it("actions are offered by their switches; stickers only when asked for", () => {
  const offered = (section: object) => actions?.(resolve({ ...section }));
  expect(offered({})).toEqual(["react", "delete", "edit"]);
  expect(offered({ actions: { sticker: true, reactions: false, deleteMessage: false, editMessage: false } })).toEqual([
    "sticker",
    "sticker-search",
  ]);
  expect(offered({ reactionLevel: "off" })).toEqual(["delete", "edit"]);
  expect(offered({ reactionLevel: "ack" })).toEqual(["delete", "edit"]);
  expect(offered({ reactionLevel: "extensive" })).toContain("react");
});

it("the first of several replies answers the message, unless the configuration says otherwise", () => {
  expect(["x", undefined, "off", "all", "first"].map((mode) => replyToMode?.({ replyToMode: mode }, "direct"))).toEqual(
    ["first", "first", "off", "all", "first"],
  );
});

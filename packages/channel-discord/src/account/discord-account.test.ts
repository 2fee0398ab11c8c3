import { mergeAccountSection } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { missingToken, resolveDiscordAccount } from "./discord-account.ts";

const resolve = (
  section: Record<string, unknown> | undefined,
  accountId = "default",
  env: Record<string, string> = {},
) =>
  resolveDiscordAccount({
    accountId,
    section,
    config: mergeAccountSection(section, accountId),
    env,
    stateDir: "/nowhere",
    shared: { web: undefined, maxConcurrentRuns: 1, assistantName: undefined },
  });

describe("the token of an account", () => {
  it("is the account's own before the section's before the environment's", () => {
    const env = { DISCORD_BOT_TOKEN: "env" };
    expect(resolve({ token: "base", accounts: { default: { token: "own" } } }, "default", env)).toMatchObject({
      token: "own",
      tokenSource: "config",
    });
    expect(resolve({ token: "base" }, "default", env)).toMatchObject({ token: "base", tokenSource: "config" });
    expect(resolve(undefined, "default", env)).toMatchObject({ token: "env", tokenSource: "env" });
    expect(resolve({}, "default")).toMatchObject({ token: undefined, tokenSource: "none" });
  });

  it("of another account is its own alone", () => {
    const section = { token: "base", accounts: { work: {} } };
    expect(resolve(section, "work", { DISCORD_BOT_TOKEN: "env" }).token).toBeUndefined();
    expect(resolve({ ...section, accounts: { work: { token: "w" } } }, "work").token).toBe("w");
  });

  it("loses the word Bot that the portal's examples put in front", () => {
    expect(resolve({ token: " Bot abc.def " }).token).toBe("abc.def");
  });

  it("is named in the exact words when it is missing", () => {
    expect(missingToken("work")).toBe(
      'Discord bot token missing for account "work" (set discord.accounts.work.token or DISCORD_BOT_TOKEN for default).',
    );
  });
});

describe("the address of Discord", () => {
  it("can be another one on this machine only", () => {
    const at = (url: string) => resolve({}, "default", { OPENCLAW_DISCORD_API_URL: url }).apiUrl;
    expect(at("http://127.0.0.1:8080/api")).toBe("http://127.0.0.1:8080/api");
    expect(at("https://evil.example/api")).toBe("https://discord.com/api");
    expect(at("nonsense")).toBe("https://discord.com/api");
  });
});

describe("settings", () => {
  it("have the defaults that are documented", () => {
    expect(resolve({}).settings).toMatchObject({
      allowBots: false,
      maxLinesPerMessage: 17,
      chunkMode: "length",
      retry: { attempts: 3, minDelayMs: 500, maxDelayMs: 30_000, jitter: 0.1 },
      intents: { presence: false, guildMembers: false },
      pluralkit: { enabled: false },
      execApprovals: { enabled: false },
    });
  });

  it("of an account replace those of the section key by key", () => {
    const section = { maxLinesPerMessage: 5, allowBots: true, accounts: { work: { maxLinesPerMessage: 9 } } };
    expect(resolve(section, "work").settings).toMatchObject({ maxLinesPerMessage: 9, allowBots: true });
  });
});

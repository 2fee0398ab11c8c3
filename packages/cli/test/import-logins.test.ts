import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { builtinProviderAuths, withLoginImports } from "@openclaw/models/auth";
import { afterEach, beforeEach, expect, test } from "vitest";
import { testAuthContext } from "../../models/src/testing/auth-context.ts";
import { createUnreadFile } from "../../models/src/testing/unread-file.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const storePath = () => path.join(home.home, ".openclaw/agents/main/agent/auth-profiles.json");
const claudeFile = () => path.join(home.home, ".claude/.credentials.json");
const login = (provider: string, answer: string, ...more: string[]) =>
  home.run(["models", "auth", "login", "--provider", provider, ...more], { answer });

/** A file of another program; tells when it was written last, in milliseconds. */
function foreign(file: string, content: unknown): () => number {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  utimesSync(file, 1, 1);
  return () => statSync(file).mtimeMs;
}

const claudeLogin = { claudeAiOauth: { accessToken: "sk-ant-oat01-mine", refreshToken: "r", expiresAt: 4e12 } };

test("the login of Claude Code is taken over once its user agrees, as a token nobody renews", async () => {
  const written = foreign(claudeFile(), claudeLogin);
  const { code, stdout } = await login("anthropic", "y\n", "--method", "claude-code");
  expect(code).toBe(0);
  expect(stdout).toContain("Auth profile: anthropic:claude-cli (anthropic/token)");
  expect(JSON.parse(readFileSync(storePath(), "utf8")).profiles).toEqual({
    "anthropic:claude-cli": { type: "token", provider: "anthropic", token: "sk-ant-oat01-mine", expires: 4e12 },
  });
  expect(JSON.parse(readFileSync(claudeFile(), "utf8"))).toEqual(claudeLogin);
  expect(written()).toBe(1000);
});

test("without agreement the login of Claude Code stays where it is, unread", async () => {
  const file = createUnreadFile(claudeFile());
  const { code, stderr } = await login("anthropic", "n\n", "--method", "claude-code");
  expect(code).toBe(1);
  expect(stderr).toContain("The login was not read, and nothing was changed.");
  expect(existsSync(storePath())).toBe(false);
  expect(file.isUnread()).toBe(true);
});

test("the login of the Codex CLI is taken over in the same way, and one that is not there is not offered", async () => {
  expect((await login("openai-codex", "y\n", "--method", "codex-cli")).stderr).toContain("Unknown auth method.");
  foreign(path.join(home.home, ".codex/auth.json"), {
    tokens: { access_token: "a", refresh_token: "r", account_id: "acc" },
    last_refresh: "2026-02-13T09:00:00Z",
  });
  const { code, stdout } = await login("openai-codex", "y\n", "--method", "codex-cli");
  expect(code).toBe(0);
  expect(stdout).toContain("Auth profile: openai-codex:codex-cli (openai-codex/oauth)");
  expect(JSON.parse(readFileSync(storePath(), "utf8")).profiles["openai-codex:codex-cli"]).toMatchObject({
    access: "a",
    refresh: "r",
    accountId: "acc",
  });
});

test("on a Mac the keychain is asked, after its user has agreed", async () => {
  const bin = path.join(home.home, "bin");
  mkdirSync(bin);
  const asked = path.join(bin, "asked");
  const program = `#!/bin/sh\necho "$@" >> '${asked}'\necho '${JSON.stringify(claudeLogin)}'\n`;
  writeFileSync(path.join(bin, "security"), program, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const anthropic = builtinProviderAuths.find(({ id }) => id === "anthropic")!;
  const method = withLoginImports(anthropic, { home: home.home, env, platform: "darwin", spawn }).auth.at(-1)!;
  const context = testAuthContext({ fetch });
  const refusing = { ...context, prompter: { ...context.prompter, confirm: async () => false } };
  await expect(method.run(refusing)).rejects.toThrow("The login was not read");
  expect(existsSync(asked)).toBe(false);
  expect(await method.run(context)).toMatchObject({
    profiles: [{ profileId: "anthropic:claude-cli", credential: { type: "token", token: "sk-ant-oat01-mine" } }],
    notes: ['Taken over from keychain item "Claude Code-credentials"'],
  });
  expect(readFileSync(asked, "utf8")).toBe("find-generic-password -s Claude Code-credentials -w\n");
});

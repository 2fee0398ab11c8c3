import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import { temporaryState } from "../testing/temporary-state.ts";
import { createCredentials } from "./credentials.ts";
import { readClaudeCodeLogin, readCodexLogin } from "./external-logins.ts";

const start = Date.parse("2026-02-13T10:00:00Z");

test("the logins of Claude Code and Codex are read and never changed", async () => {
  const { dir, write } = temporaryState();
  const claude = join(dir, ".claude", ".credentials.json");
  const codex = join(dir, ".codex", "auth.json");
  write(claude, { claudeAiOauth: { accessToken: "sk-ant-oat01-x", refreshToken: "theirs", expiresAt: 5 } });
  write(codex, {
    tokens: { access_token: "a", refresh_token: "r", account_id: "acct" },
    last_refresh: "2026-02-13T10:00:00Z",
  });
  const before = [claude, codex].map((file) => [readFileSync(file, "utf8"), statSync(file).mtimeMs]);
  expect(await readClaudeCodeLogin({ home: dir })).toEqual({
    profileId: "anthropic:claude-cli",
    credential: { type: "token", provider: "anthropic", token: "sk-ant-oat01-x", expires: 5 },
    source: claude,
  });
  expect(await readCodexLogin({ home: dir })).toEqual({
    profileId: "openai-codex:codex-cli",
    credential: {
      type: "oauth",
      provider: "openai-codex",
      access: "a",
      refresh: "r",
      expires: start + 3_600_000,
      accountId: "acct",
    },
    source: codex,
  });
  expect([claude, codex].map((file) => [readFileSync(file, "utf8"), statSync(file).mtimeMs])).toEqual(before);
  const readKeychain = async () => JSON.stringify({ claudeAiOauth: { accessToken: "from-keychain" } });
  expect((await readClaudeCodeLogin({ home: dir, readKeychain }))?.credential).toMatchObject({
    token: "from-keychain",
  });
  expect(await readCodexLogin({ home: join(dir, "nobody") })).toBeUndefined();
});

test("the logins of Qwen and MiniMax are taken over by themselves, those of Claude Code and Codex never", async () => {
  const { dir, write, readProfiles } = temporaryState();
  const qwen = (access: string, expires: number) => ({
    access_token: access,
    refresh_token: "r",
    expiry_date: expires,
  });
  write(join(dir, ".qwen", "oauth_creds.json"), qwen("q1", start + 3_600_000));
  write(join(dir, ".claude", ".credentials.json"), { claudeAiOauth: { accessToken: "no" } });
  write(join(dir, ".codex", "auth.json"), { tokens: { access_token: "no", refresh_token: "no" } });
  let now = start;
  const made = createCredentials({
    stateDir: dir,
    config: () => ({}),
    env: { HOME: dir },
    fetch: () => Promise.reject(new Error("nothing is asked here")),
    now: () => now,
    log: silentLog,
    normalize: (id) => id,
    refreshers: {},
  });
  await made.ready();
  expect(Object.keys(Object(readProfiles().profiles))).toEqual(["qwen-portal:qwen-cli"]);
  write(join(dir, ".qwen", "oauth_creds.json"), qwen("q2", start + 7_200_000));
  await made.ready();
  expect(made.profiles().profiles.get("qwen-portal:qwen-cli")).toMatchObject({ access: "q1" });
  now += 15 * 60_000;
  await made.ready();
  expect(made.profiles().profiles.get("qwen-portal:qwen-cli")).toMatchObject({ access: "q2" });
});

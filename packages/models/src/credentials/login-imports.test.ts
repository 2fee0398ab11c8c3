import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryState } from "../testing/temporary-state.ts";
import { createUnreadFile } from "../testing/unread-file.ts";
import { offerLoginImports } from "./login-imports.ts";
import { signInConfig } from "./sign-in-config.ts";

/** Somebody who is asked, and answers each question alike. */
function person(answer: boolean) {
  const questions: string[] = [];
  const notes: string[] = [];
  return {
    questions,
    notes,
    confirm: async ({ message }: { message: string }) => {
      questions.push(message);
      return answer;
    },
    note: (text: string) => void notes.push(text),
  };
}

const placesIn = (home: string, platform: NodeJS.Platform = "linux", env: NodeJS.ProcessEnv = {}) => ({
  home,
  env: { PATH: process.env.PATH, ...env },
  platform,
  spawn,
});

test("setting up asks for each login of another program, and takes those its user agrees to", async () => {
  const { dir: home, write } = temporaryState();
  write(path.join(home, ".claude/.credentials.json"), {
    claudeAiOauth: { accessToken: "sk-ant-oat01-a", expiresAt: 9 },
  });
  write(path.join(home, ".codex/auth.json"), { tokens: { access_token: "a", refresh_token: "r", account_id: "acc" } });
  const prompter = person(true);
  const results = await offerLoginImports({ places: placesIn(home), prompter, interactive: true });
  expect(prompter.questions.map((question) => /^Read the login of (.+?) from/.exec(question)?.[1])).toEqual([
    "Claude Code",
    "the Codex CLI",
  ]);
  const profiles = results.flatMap((result) => result.profiles);
  expect(profiles).toMatchObject([
    { profileId: "anthropic:claude-cli", credential: { type: "token", token: "sk-ant-oat01-a" } },
    { profileId: "openai-codex:codex-cli", credential: { type: "oauth", accountId: "acc" } },
  ]);
  expect(signInConfig(profiles, { anthropic: ["anthropic:default"] })).toEqual({
    auth: {
      profiles: {
        "anthropic:claude-cli": { provider: "anthropic", mode: "token" },
        "openai-codex:codex-cli": { provider: "openai-codex", mode: "oauth" },
      },
      order: { anthropic: ["anthropic:claude-cli", "anthropic:default"] },
    },
  });
});

test("without a yes, or where nobody can be asked, a login stays unread", async () => {
  const { dir: home } = temporaryState();
  const login = createUnreadFile(path.join(home, ".claude/.credentials.json"));
  const refusing = person(false);
  expect(await offerLoginImports({ places: placesIn(home), prompter: refusing, interactive: true })).toEqual([]);
  expect(refusing.questions).toHaveLength(1);
  const agreeing = person(true);
  expect(await offerLoginImports({ places: placesIn(home), prompter: agreeing, interactive: false })).toEqual([]);
  expect(agreeing.questions).toEqual([]);
  expect(login.isUnread()).toBe(true);
  // The pipe would have told: whoever agrees has it read.
  const reading = offerLoginImports({ places: placesIn(home), prompter: agreeing, interactive: true });
  await expect.poll(() => login.isUnread()).toBe(false);
  await reading;
});

test("a program that is there and not signed in is told", async () => {
  const { dir: home, write } = temporaryState();
  write(path.join(home, ".codex/auth.json"), { OPENAI_API_KEY: null });
  const prompter = person(true);
  expect(await offerLoginImports({ places: placesIn(home), prompter, interactive: true })).toEqual([]);
  expect(prompter.notes).toEqual([`the Codex CLI is not signed in here: ${home}/.codex/auth.json holds no login.`]);
});

test("on a Mac the keychain is asked whether there is a login, and for its secret after a yes alone", async () => {
  const { dir: home, write } = temporaryState();
  const asked = path.join(home, "asked");
  write(
    path.join(home, "bin/security"),
    `#!/bin/sh\necho "$@" >> '${asked}'\ncase "$*" in *-w*) echo '{"claudeAiOauth":{"accessToken":"sk-ant-oat01-k"}}';; esac\n`,
  );
  chmodSync(path.join(home, "bin/security"), 0o755);
  const places = placesIn(home, "darwin", { PATH: `${home}/bin:${process.env.PATH}` });
  await offerLoginImports({ places, prompter: person(false), interactive: true });
  const item = "find-generic-password -s Claude Code-credentials";
  expect(await readFile(asked, "utf8")).toBe(`${item}\n`);
  const [taken] = await offerLoginImports({ places, prompter: person(true), interactive: true });
  expect(taken?.profiles[0]?.credential).toMatchObject({ token: "sk-ant-oat01-k" });
  expect(await readFile(asked, "utf8")).toBe(`${item}\n${item}\n${item} -w\n`);
});

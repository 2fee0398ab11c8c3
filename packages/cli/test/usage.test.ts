import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryHome } from "./cli.ts";

const now = Date.parse("2026-02-13T10:00:00Z");
let home: ReturnType<typeof temporaryHome>;
let asked: string[];

beforeEach(() => {
  home = temporaryHome();
  asked = [];
});
afterEach(() => home[Symbol.dispose]());

function signedIn(): void {
  const file = path.join(home.home, ".openclaw/agents/main/agent/auth-profiles.json");
  mkdirSync(path.dirname(file), { recursive: true });
  const profiles = { "minimax:default": { type: "api_key", provider: "minimax", key: "k" } };
  writeFileSync(file, JSON.stringify({ version: 1, profiles }));
}

/** The only server that answers is the one that tells the usage; a Gateway is not there. */
const providers: typeof fetch = async (input) => {
  const url = String(input instanceof Request ? input.url : input);
  asked.push(new URL(url).hostname);
  return Response.json({ data: { total: 100, used: 20 } });
};
const run = (...argv: string[]) => home.run(argv, { now: () => now, fetch: providers });

test("status --usage tells what is left without a Gateway", async () => {
  signedIn();
  const { stdout } = await run("status", "--usage");
  expect(stdout).toMatch(/Usage\n+\s*MiniMax\n\s+5h: 80% left/);
  expect(JSON.parse((await run("status", "--usage", "--json")).stdout).usage).toEqual({
    updatedAt: now,
    providers: [{ provider: "minimax", displayName: "MiniMax", windows: [{ label: "5h", usedPercent: 20 }] }],
  });
  expect(JSON.parse((await run("status", "--json")).stdout)).not.toHaveProperty("usage");
});

test("channels list shows the usage of what models are paid with, unless it is told not to", async () => {
  signedIn();
  const { stdout } = await run("channels", "list");
  expect(stdout).toContain("Usage:\n  MiniMax\n    5h: 80% left\n");
  expect(JSON.parse((await run("channels", "list", "--json")).stdout)).toMatchObject({
    chat: {},
    usage: { providers: [{ provider: "minimax" }] },
  });
  asked = [];
  const without = await run("channels", "list", "--no-usage");
  expect(without.stdout).not.toContain("Usage:");
  expect(JSON.parse((await run("channels", "list", "--no-usage", "--json")).stdout)).not.toHaveProperty("usage");
  expect(asked).toEqual([]);
});

test("channels list says so where nobody is signed in, and asks nobody", async () => {
  expect((await run("channels", "list")).stdout).toContain("Usage: no provider usage available.\n");
  expect(asked).toEqual([]);
});

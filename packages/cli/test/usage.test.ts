import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startTestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
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

test("gateway usage-cost sums up what the calls of models have cost, day by day", async () => {
  const gateway = await startTestGateway();
  onTestFinished(() => gateway.close());
  const there = ["--url", gateway.url, "--token", testToken];
  const nothing = await home.run(["gateway", "usage-cost", "--days", "3", ...there]);
  expect(nothing).toMatchObject({ code: 0, stdout: "Usage cost (3 days)\nTotal: $0.00 · 0 tokens\n" });
  const client = await gateway.connect();
  await client.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "one" });
  await client.request("agent.wait", { runId: "one" });
  const { stdout } = await home.run(["gateway", "usage-cost", "--days", "7", ...there]);
  expect(stdout).toMatch(
    /^Usage cost \(7 days\)\nTotal: \$[\d.]+ · [1-9][\d,]* tokens\nLatest day: \d{4}-\d\d-\d\d · /,
  );
  const shown = await home.run(["gateway", "usage-cost", "--json", ...there]);
  expect(JSON.parse(shown.stdout)).toMatchObject({ days: 30, daily: expect.any(Array) });
});

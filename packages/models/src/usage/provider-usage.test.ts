import { silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import { createCredentials } from "../credentials/credentials.ts";
import { temporaryState } from "../testing/temporary-state.ts";
import { fetchProviderUsage } from "./provider-usage.ts";
import { resetText, shortUsage, usageReport } from "./usage-text.ts";

const now = Date.parse("2026-02-13T10:00:00Z");

/** Asks with these profiles; each answer belongs to what an address contains. */
async function ask(
  profiles: Record<string, unknown>,
  answers: Record<string, { status?: number; body: unknown }>,
  env: NodeJS.ProcessEnv = {},
) {
  const state = temporaryState();
  state.profiles({ profiles });
  const asked: { url: string; headers: Headers }[] = [];
  const fakeFetch: typeof fetch = async (input, init) => {
    const url = String(input);
    asked.push({ url, headers: new Headers(init?.headers) });
    const answer = Object.entries(answers).find(([part]) => url.includes(part))?.[1];
    if (!answer) throw new TypeError(`fetch failed for ${url}`);
    return Response.json(answer.body, { status: answer.status ?? 200 });
  };
  const credentials = createCredentials({
    stateDir: state.dir,
    config: () => ({}),
    env,
    fetch: fakeFetch,
    now: () => now,
    log: silentLog,
    normalize: (id) => id,
    refreshers: {},
  });
  const result = await fetchProviderUsage({ credentials, env, fetch: fakeFetch, now: () => now });
  return { ...result, asked };
}

const oauth = (provider: string, more: object = {}) => ({
  type: "oauth",
  provider,
  access: "access",
  refresh: "r",
  expires: now + 3_600_000,
  ...more,
});
const key = (provider: string) => ({ type: "api_key", provider, key: "the-key" });

test("every provider is asked in its own way and answers in one form", async () => {
  const { providers, asked, updatedAt } = await ask(
    {
      a: { type: "token", provider: "anthropic", token: "sk-ant-oat01-x" },
      b: { type: "token", provider: "github-copilot", token: "gho" },
      c: oauth("google-gemini-cli", { projectId: "p" }),
      d: oauth("openai-codex", { accountId: "acct" }),
      e: key("minimax"),
      f: key("zai"),
      g: key("xiaomi"),
    },
    {
      "oauth/usage": {
        body: {
          five_hour: { utilization: 20, resets_at: "2026-02-13T12:00:00Z" },
          seven_day: { utilization: 160 },
          seven_day_opus: { utilization: -5 },
        },
      },
      copilot_internal: {
        body: { copilot_plan: "pro", quota_snapshots: { premium_interactions: { percent_remaining: 25 } } },
      },
      retrieveUserQuota: {
        body: {
          buckets: [
            { modelId: "gemini-3-pro", remainingFraction: 0.5 },
            { modelId: "gemini-2.5-pro", remainingFraction: 0.25 },
            { modelId: "gemini-3-flash", remainingFraction: 1 },
          ],
        },
      },
      "wham/usage": {
        body: {
          plan_type: "plus",
          credits: { balance: "12.5" },
          rate_limit: {
            primary_window: { used_percent: 10, limit_window_seconds: 18_000, reset_at: now / 1000 + 60 },
            secondary_window: { used_percent: 30 },
          },
        },
      },
      coding_plan: { body: { data: { model_remains: [{ current_interval_total_count: 200, remains: 50 }] } } },
      "quota/limit": {
        body: {
          data: {
            planName: "lite",
            limits: [
              { type: "TOKENS_LIMIT", percentage: 40, unit: 3, number: 5 },
              { type: "TIME_LIMIT", percentage: 7 },
            ],
          },
        },
      },
    },
  );
  expect(updatedAt).toBe(now);
  expect(providers).toEqual([
    {
      provider: "anthropic",
      displayName: "Claude",
      windows: [
        { label: "5h", usedPercent: 20, resetAt: now + 7_200_000 },
        { label: "Week", usedPercent: 100 },
        { label: "Opus", usedPercent: 0 },
      ],
    },
    {
      provider: "github-copilot",
      displayName: "Copilot",
      windows: [{ label: "Premium", usedPercent: 75 }],
      plan: "pro",
    },
    {
      provider: "google-gemini-cli",
      displayName: "Gemini",
      windows: [
        { label: "Pro", usedPercent: 75 },
        { label: "Flash", usedPercent: 0 },
      ],
    },
    {
      provider: "openai-codex",
      displayName: "Codex",
      windows: [
        { label: "5h", usedPercent: 10, resetAt: now + 60_000 },
        { label: "Day", usedPercent: 30 },
      ],
      plan: "plus ($12.50)",
    },
    { provider: "minimax", displayName: "MiniMax", windows: [{ label: "5h", usedPercent: 75 }] },
    {
      provider: "zai",
      displayName: "z.ai",
      windows: [
        { label: "Tokens (5h)", usedPercent: 40 },
        { label: "Monthly", usedPercent: 7 },
      ],
      plan: "lite",
    },
    { provider: "xiaomi", displayName: "Xiaomi", windows: [] },
  ]);
  const header = (part: string, name: string) => asked.find(({ url }) => url.includes(part))?.headers.get(name);
  expect(header("oauth/usage", "anthropic-beta")).toBe("oauth-2025-04-20");
  expect(header("copilot_internal", "authorization")).toBe("token gho");
  expect(header("wham", "chatgpt-account-id")).toBe("acct");
  expect(header("coding_plan", "mm-api-source")).toBe("OpenClaw");
});

test("one provider that fails leaves the others as they are, and one without a credential is left out", async () => {
  const { providers } = await ask(
    { a: oauth("openai-codex"), b: key("zai"), c: { type: "token", provider: "anthropic", token: "sk-ant-oat01-x" } },
    { wham: { status: 401, body: {} }, quota: { body: { data: { limits: [{ type: "TIME_LIMIT", percentage: 1 }] } } } },
  );
  expect(providers).toMatchObject([
    { provider: "anthropic", windows: [], error: expect.stringContaining("fetch failed") },
    { provider: "openai-codex", windows: [], error: "Token expired" },
    { provider: "zai", windows: [{ label: "Monthly" }] },
  ]);
});

test("a Claude token that may not read its profile falls back on the browser's session", async () => {
  const { providers, asked } = await ask(
    { a: { type: "token", provider: "anthropic", token: "sk-ant-oat01-x" } },
    {
      "oauth/usage": { status: 403, body: { error: { message: "scope user:profile is missing" } } },
      "org-1/usage": { body: { five_hour: { utilization: 50 } } },
      "claude.ai/api/organizations": { body: [{ uuid: "org-1" }] },
    },
    { CLAUDE_AI_SESSION_KEY: "sk-session" },
  );
  expect(providers).toMatchObject([{ windows: [{ label: "5h", usedPercent: 50 }] }]);
  expect(asked.at(-1)?.headers.get("cookie")).toBe("sessionKey=sk-session");
});

test("usage is worded for a line, a report and nothing at all", () => {
  const usage = {
    provider: "anthropic",
    displayName: "Claude",
    plan: "max",
    windows: [
      { label: "5h", usedPercent: 20, resetAt: now + 7_380_000 },
      { label: "Week", usedPercent: 60 },
      { label: "Opus", usedPercent: 1 },
    ],
  };
  expect(shortUsage(usage, now)).toBe("5h 80% left ⏱2h 3m · Week 40% left");
  expect(usageReport([usage, { ...usage, plan: "", windows: [], displayName: "Codex" }], now).slice(0, 3)).toEqual([
    "Usage:",
    "  Claude (max)",
    "    5h: 80% left · resets 2h 3m",
  ]);
  expect(usageReport([], now)).toEqual(["Usage: no provider usage available."]);
});

test.each([
  [-1, "now"],
  [30_000, "1m"],
  [59 * 60_000, "59m"],
  [2 * 3_600_000 + 3 * 60_000, "2h 3m"],
  [50 * 3_600_000, "2d 2h"],
  [8 * 24 * 3_600_000, "2026-02-21"],
])("a reset in %i ms reads %s", (ms, text) => {
  expect(resetText(now + ms, now)).toBe(text);
});

import { mergeAccountSection } from "@openclaw/plugin-sdk";
import { expect, it } from "vitest";
import { resolveDiscordAccount } from "../account/discord-account.ts";
import { createDiscordApi } from "./discord-api.ts";

/** The pauses between attempts that are all answered with a 429, as `retry` of the section wants them. */
async function pausesWith(retry: Record<string, unknown>): Promise<number[]> {
  const section = { token: "t", retry };
  const { apiUrl, settings } = resolveDiscordAccount({
    accountId: "default",
    section,
    config: mergeAccountSection(section, "default"),
    env: {},
    stateDir: "/nowhere",
    shared: { web: undefined, maxConcurrentRuns: 1, assistantName: undefined },
  });
  const pauses: number[] = [];
  const api = createDiscordApi(
    { apiUrl, settings, token: "t" },
    {
      signal: new AbortController().signal,
      fetch: async () => Response.json({ message: "slow", retry_after: 0.001 }, { status: 429 }),
      wait: async (ms) => void pauses.push(ms),
    },
  );
  await expect(api.call("GET", "/users/@me")).rejects.toMatchObject({ code: "rate_limited" });
  api.close();
  return pauses;
}

it("pauses grow from retry.minDelayMs to retry.maxDelayMs, for retry.attempts in all", async () => {
  expect(await pausesWith({ attempts: 5, minDelayMs: 100, maxDelayMs: 300, jitter: 0 })).toEqual([100, 200, 300, 300]);
});

it("a share of each pause is random, as retry.jitter says", async () => {
  const pauses = await pausesWith({ attempts: 40, minDelayMs: 1000, maxDelayMs: 1000, jitter: 0.9 });
  for (const ms of pauses) expect(ms).toBeGreaterThanOrEqual(100);
  expect(Math.min(...pauses)).toBeLessThan(880);
});

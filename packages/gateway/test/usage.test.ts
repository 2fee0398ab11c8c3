import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

/** Writes a transcript with one call of a model at each of these times. */
function transcript(stateDir: string, calls: readonly { at: Date; input: number; cost?: number }[]): void {
  const folder = path.join(stateDir, "agents", "main", "sessions");
  fs.mkdirSync(folder, { recursive: true });
  const lines = calls.map(({ at, input, cost = 0 }, index) => {
    const price = { input: cost / 2, output: cost / 2, cacheRead: 0, cacheWrite: 0, total: cost };
    const usage = { input, output: 10, cacheRead: 5, cacheWrite: 0, totalTokens: input + 15, cost: price };
    const message = { role: "assistant", content: [], provider: "openai", usage, timestamp: at.getTime() };
    return { type: "message", id: String(index), parentId: null, timestamp: at.toISOString(), message };
  });
  const all = [{ type: "session", version: 3, id: "s", timestamp: new Date().toISOString() }, ...lines];
  fs.writeFileSync(path.join(folder, "s.jsonl"), `${all.map((line) => JSON.stringify(line)).join("\n")}\n`);
}

const localDate = (date: Date) =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;

it("usage.cost adds up the calls of each local day, both ends included", async () => {
  const today = new Date();
  const day = (back: number, hour: number) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - back, hour, 30);
  gateway = await startTestGateway({
    prepare: ({ stateDir }) =>
      transcript(stateDir, [
        { at: day(3, 0), input: 1000, cost: 9 },
        { at: day(2, 0), input: 100, cost: 1 },
        { at: day(2, 23), input: 200 },
        { at: day(0, 0), input: 300, cost: 2 },
      ]),
  });
  const client = await gateway.connect();
  const { payload } = await client.request("usage.cost", {
    startDate: localDate(day(2, 12)),
    endDate: localDate(day(0, 12)),
  });
  expect(payload).toMatchObject({
    days: 3,
    daily: [
      { date: localDate(day(2, 12)), input: 300, output: 20, totalTokens: 330, totalCost: 1, missingCostEntries: 1 },
      { date: localDate(day(1, 12)), totalTokens: 0, totalCost: 0 },
      { date: localDate(day(0, 12)), input: 300, totalCost: 2, inputCost: 1, outputCost: 1, cacheRead: 5 },
    ],
    totals: { input: 600, output: 30, cacheRead: 15, totalTokens: 645, totalCost: 3, missingCostEntries: 1 },
  });
  const usual = await client.request("usage.cost", {});
  expect(usual.payload).toMatchObject({ days: 30, totals: { totalCost: 12 } });
  const { daily } = usual.payload;
  expect(Array.isArray(daily) && daily.at(-1)).toMatchObject({ date: localDate(today) });
  const wrong = await client.request("usage.cost", { startDate: "tomorrow" });
  expect(wrong.payload).toMatchObject({ days: 30 });
  const backwards = await client.request("usage.cost", { startDate: "2026-02-02", endDate: "2026-02-01" });
  expect(backwards.error?.message).toContain("startDate is after endDate");
});

it("usage.status names the providers with an auth profile, and none without", async () => {
  gateway = await startTestGateway({
    prepare: ({ stateDir }) => {
      const file = path.join(stateDir, "agents", "main", "agent", "auth-profiles.json");
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const profiles = { "xiaomi:default": { type: "api_key", provider: "xiaomi", key: "k" } };
      fs.writeFileSync(file, JSON.stringify({ version: 1, profiles }));
    },
  });
  const client = await gateway.connect();
  const { payload } = await client.request("usage.status", {});
  expect(payload).toEqual({
    updatedAt: expect.any(Number),
    providers: [{ provider: "xiaomi", displayName: "Xiaomi", windows: [] }],
  });
});

import { expect, it } from "vitest";
import { spendDay } from "./scripted-day.ts";

it("ends a day of tools, stops, steering, compaction, subagents and kills with every message answered once", async () => {
  const report = await spendDay(25, { kills: 2 });
  expect(report).toMatchObject({ turns: 25, kills: 2 });
  expect(report.accepted).toBeGreaterThan(25);
  for (const part of ["stopped", "merged", "subagents", "compactions", "toolRuns"] as const)
    expect(report[part], part).toBeGreaterThan(0);
}, 90_000);

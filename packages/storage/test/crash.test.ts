import { expect, it } from "vitest";
import { killManyTimes } from "./crash-run.ts";

it("loses nothing that was acknowledged when the process is killed 200 times at random moments", async () => {
  const report = await killManyTimes(200);
  expect(report.kills).toBe(200);
  // Each life must have got far enough to be worth killing.
  expect(report.acknowledgements).toBeGreaterThan(200 * 20);
}, 180_000);

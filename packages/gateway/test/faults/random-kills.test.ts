import { expect, it } from "vitest";
import { killBlocksAtRandom } from "./random-block-kills.ts";
import { killChannelAtRandom } from "./random-channel-kills.ts";
import { killAtRandom } from "./random-kills.ts";

it("ends what chat clients were told is accepted exactly once although it is killed at 25 random moments", async () => {
  const report = await killAtRandom(25);
  expect(report.kills).toBe(25);
  // Each life must have got far enough to be worth ending.
  expect(report.accepted).toBeGreaterThan(20);
}, 90_000);

it("answers every message it took from a channel, in order, although it is killed at 15 random moments", async () => {
  const report = await killChannelAtRandom(15);
  expect(report.kills).toBe(15);
  expect(report.received).toBeGreaterThan(12);
}, 90_000);

it("sends every block of the answers it began once and in order although it is killed at 10 random moments", async () => {
  const report = await killBlocksAtRandom(10);
  expect(report.kills).toBe(10);
  expect(report.received).toBeGreaterThan(2);
  expect(report.blocks).toBeGreaterThan(report.received);
}, 120_000);

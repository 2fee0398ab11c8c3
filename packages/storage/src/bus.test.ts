import { expect, it } from "vitest";
import { createBus, type StorageProblem } from "./index.ts";

it("hands messages to the subscribers of their topic, in order and not during publish", async () => {
  const bus = createBus({ onProblem: () => {} });
  const seen: unknown[] = [];
  const stop = bus.subscribe("a", (message) => seen.push(message));
  bus.subscribe("b", () => seen.push("wrong"));
  bus.publish("a", 1);
  bus.publish("a", 2);
  bus.publish("nobody", 3);
  expect(seen).toEqual([]);
  await Promise.resolve();
  expect(seen).toEqual([1, 2]);
  stop();
  stop();
  bus.publish("a", 4);
  await Promise.resolve();
  expect(seen).toEqual([1, 2]);
});

it("reports a subscriber that fails and serves the others", async () => {
  const problems: StorageProblem[] = [];
  const bus = createBus({ onProblem: (problem) => problems.push(problem) });
  const seen: unknown[] = [];
  bus.subscribe("a", () => {
    throw new Error("broken");
  });
  bus.subscribe("a", (message) => seen.push(message));
  bus.publish("a", 1);
  await Promise.resolve();
  expect(seen).toEqual([1]);
  expect(problems).toMatchObject([{ kind: "subscriber-failed", message: 'A subscriber of "a" failed: broken' }]);
});

import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";

/** Makes garbage of which some lives for a while, as turns do, and prints the largest space for young objects in MB. */
const busyProgram = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { limitYoungHeap } from ${JSON.stringify(new URL("./young-heap.ts", import.meta.url).href)};
  const release = process.argv[1] === "limited" ? limitYoungHeap() : () => {};
  let kept = [];
  let largest = 0;
  for (let turn = 0; turn < 400; turn++) {
    for (let n = 0; n < 10_000; n++) kept.push({ turn, text: "turn " + n });
    if (kept.length > 100_000) kept = kept.slice(50_000);
    const space = getHeapSpaceStatistics().find((one) => one.space_name === "new_space");
    largest = Math.max(largest, space.space_size / 1024 / 1024);
    await new Promise(setImmediate);
  }
  release();
  console.log(largest);
`;

const largestMb = (...args: string[]) =>
  Number(execFileSync(process.execPath, ["--input-type=module", "-e", busyProgram, ...args], { encoding: "utf8" }));

describe("the space for young objects", () => {
  test("stays small under load", () => {
    expect(largestMb("limited")).toBeLessThanOrEqual(32);
    expect(largestMb()).toBeGreaterThan(100);
  });
});

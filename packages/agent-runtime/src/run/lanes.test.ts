import { type Logger, silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import { createLanes, type LaneLimits } from "./lanes.ts";

const never = new AbortController().signal;
const limits: LaneLimits = { main: 1, cron: 1, subagent: 1, nested: 4 };

function setUp(own: Partial<LaneLimits> = {}) {
  const current = { ...limits, ...own };
  const lines: { message: string; meta: unknown }[] = [];
  const log: Logger = { ...silentLog, info: (message, meta) => lines.push({ message, meta }) };
  const clock = { time: 0, now: () => clock.time };
  return { lanes: createLanes({ limits: () => current, clock, log }), current, lines, clock };
}

/** Enters, and notes the name when it is let in. */
function enter(lanes: ReturnType<typeof createLanes>, order: string[], name: string, session: string) {
  return lanes.enter(session, "main", never).then((leave) => {
    order.push(name);
    return leave;
  });
}

test("runs go in first in, first out, one per session, whatever session they are of", async () => {
  const { lanes } = setUp();
  const order: string[] = [];
  const all = [
    enter(lanes, order, "a1", "a"),
    enter(lanes, order, "a2", "a"),
    enter(lanes, order, "b1", "b"),
    enter(lanes, order, "c1", "c"),
  ];
  (await all[0])?.();
  (await all[2])?.();
  (await all[3])?.();
  (await all[1])?.();
  expect(order).toEqual(["a1", "b1", "c1", "a2"]);
  expect(lanes.depth("main")).toEqual({ running: 0, waiting: 0 });
});

test("a session that waits for itself holds no slot", async () => {
  const { lanes } = setUp({ main: 2 });
  const order: string[] = [];
  const first = await enter(lanes, order, "a1", "a");
  const second = enter(lanes, order, "a2", "a");
  const other = await enter(lanes, order, "b1", "b");
  expect(order).toEqual(["a1", "b1"]);
  first();
  (await second)();
  other();
});

test("giving up while waiting frees the place", async () => {
  const { lanes } = setUp();
  const order: string[] = [];
  const leave = await enter(lanes, order, "a", "a");
  const controller = new AbortController();
  const gone = lanes.enter("b", "main", controller.signal);
  const next = enter(lanes, order, "c", "c");
  controller.abort(new Error("gone"));
  await expect(gone).rejects.toThrow("gone");
  leave();
  (await next)();
  expect(order).toEqual(["a", "c"]);
});

test("a raised limit lets waiting runs in, a lowered one lets the running go on", async () => {
  const { lanes, current } = setUp();
  const order: string[] = [];
  const first = await enter(lanes, order, "a", "a");
  const second = enter(lanes, order, "b", "b");
  await expect.poll(() => lanes.depth("main").waiting).toBe(1);
  current.main = 2;
  lanes.refresh();
  const leave = await second;
  current.main = 1;
  const third = enter(lanes, order, "c", "c");
  await expect.poll(() => lanes.depth("main").waiting).toBe(1);
  first();
  expect(lanes.depth("main")).toEqual({ running: 1, waiting: 1 });
  leave();
  (await third)();
});

test("a long wait is logged with lane, place and time", async () => {
  const { lanes, lines, clock } = setUp();
  const order: string[] = [];
  const first = await enter(lanes, order, "a", "a");
  const second = enter(lanes, order, "b", "b");
  await Promise.resolve();
  clock.time = 2500;
  first();
  (await second)();
  expect(lines).toEqual([{ message: "run waited for its lane", meta: { lane: "main", position: 1, waitedMs: 2500 } }]);
});

import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { createFakeCalls, type FakeCalls } from "../testing/fake-calls.ts";
import { type ManualTimers, manualTimers } from "../testing/manual-timers.ts";
import { createTempSessions, type TempSessions } from "../testing/temp-sessions.ts";
import { type Announcer, createAnnouncer } from "./announcer.ts";

const main = "agent:main:main";
let temp: TempSessions;
let calls: FakeCalls;
let timers: ManualTimers;
let config: RuntimeConfig;
let announcer: Announcer;

beforeEach(() => {
  temp = createTempSessions();
  calls = createFakeCalls();
  timers = manualTimers();
  config = {};
  const { sessions } = temp;
  announcer = createAnnouncer({ calls, sessions, config: () => config, clock: timers, timers, log: silentLog });
});
afterEach(() => temp.close());

const about = (name: string, more: object = {}) => ({
  id: `announce|${name}`,
  sessionKey: main,
  origin: { channel: "telegram", to: "7" },
  text: `${name} is ready`,
  plain: `plainly: ${name}`,
  ...more,
});

test("a session that does nothing is told at once, with delivery to where it was asked", async () => {
  const told = announcer.announce(about("a"));
  const request = await calls.next();
  expect(request).toMatchObject({
    runId: "announce|a",
    message: "a is ready",
    lane: "main",
    timeoutMs: 60_000,
    deliver: { channel: "telegram", to: "7" },
    withoutTools: ["message"],
  });
  calls.end("announce|a", { status: "ok" });
  expect(await told).toBe(true);
});

test("what comes while the session is busy is collected into one message after it", async () => {
  const free = calls.makeBusy(main);
  const told = [announcer.announce(about("a")), announcer.announce(about("b"))];
  free();
  await vi.waitFor(() => expect(timers.delays).toContain(1000));
  timers.advance(1000);
  const request = await calls.next();
  expect(request.message).toBe(
    "[Queued announce messages while agent was busy]\n\n---\nQueued #1\na is ready\n\n---\nQueued #2\nb is ready",
  );
  expect(request.covers).toEqual(["announce|b"]);
  calls.end(request.runId, { status: "ok" });
  expect(await Promise.all(told)).toEqual([true, true]);
});

test("announcements for different chats are made one by one", async () => {
  const free = calls.makeBusy(main);
  const told = [announcer.announce(about("a")), announcer.announce(about("b", { origin: { channel: "webchat" } }))];
  free();
  await vi.waitFor(() => expect(timers.delays).toContain(1000));
  timers.advance(1000);
  const first = await calls.next();
  expect(first.message).toBe("a is ready");
  calls.end(first.runId, { status: "ok" });
  const second = await calls.next();
  expect(second).toMatchObject({ message: "b is ready", deliver: { channel: "webchat" } });
  calls.end(second.runId, { status: "ok" });
  expect(await Promise.all(told)).toEqual([true, true]);
});

test("over the cap the oldest are summed up", async () => {
  config = { messages: { queue: { cap: 1 } } };
  const free = calls.makeBusy(main);
  const told = ["a", "b"].map((name) => announcer.announce(about(name)));
  free();
  await vi.waitFor(() => expect(timers.delays).toContain(1000));
  timers.advance(1000);
  const request = await calls.next();
  expect(request.message).toContain("[Queue overflow] Dropped 1 announce due to cap.\nSummary:\n- a is ready\n\n---");
  calls.end(request.runId, { status: "ok" });
  expect(await Promise.all(told)).toEqual([true, true]);
});

test("a session that steers hears of it in its run; when the run ends without it, after it", async () => {
  config = { messages: { queue: { mode: "steer" } } };
  const free = calls.makeBusy(main, ({ text, onRecorded }) => {
    if (text.startsWith("a")) onRecorded?.();
    return true;
  });
  const first = announcer.announce(about("a"));
  const second = announcer.announce(about("b"));
  free();
  expect(await first).toBe(true);
  expect((await calls.next()).message).toBe("b is ready");
  calls.end("announce|b", { status: "ok" });
  expect(await second).toBe(true);
  expect(calls.asked).toHaveLength(1);
});

test("failures are tried again three times, then the result is said without an agent", async () => {
  const told = announcer.announce(about("a"));
  for (const [index, runId] of ["announce|a", "announce|a|2", "announce|a|3", "announce|a|4"].entries()) {
    expect((await calls.next()).runId).toBe(runId);
    calls.end(runId, { status: "error", error: "no model" });
    const pauses = [2000, 4000, 8000].slice(0, index + 1);
    await vi.waitFor(() => expect(timers.delays).toEqual(pauses));
    timers.advance(pauses[index] ?? 0);
  }
  expect(await told).toBe(true);
  expect(calls.said).toEqual([{ id: "announce|a|plain", sessionKey: main, text: "plainly: a" }]);
});

test("what an earlier process has told is not told again", async () => {
  temp.write(main, "[then] Queued #1\na is ready\n");
  expect(await announcer.announce(about("a"), { again: true })).toBe(true);
  expect(calls.asked).toEqual([]);
});

test("nothing is delivered where the policy denies sending", async () => {
  temp.write(main, "hello");
  temp.sessions.update(main, () => ({ sendPolicy: "deny" }));
  void announcer.announce(about("a"));
  expect(await calls.next()).not.toHaveProperty("deliver");
});

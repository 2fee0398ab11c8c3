import { silentLog } from "@openclaw/log";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../duration.ts";
import { manualTime } from "../testing/manual-time.ts";
import { isActiveHour } from "./active-hours.ts";
import { isEmptyHeartbeatFile } from "./heartbeat-file.ts";
import { heartbeatAgents, heartbeatSettings } from "./heartbeat-settings.ts";
import { createHeartbeats, type HeartbeatResult } from "./heartbeats.ts";
import { stripHeartbeatAck } from "./strip-ack.ts";
import { heartbeatVisibility } from "./visibility.ts";

describe("an answer", () => {
  const told = (text: string) => {
    const { skip, text: rest } = stripHeartbeatAck(text, { ackMaxChars: 300 });
    return skip ? undefined : rest;
  };

  test("is nothing to tell when it is an acknowledgement, with up to 300 characters beside it", () => {
    expect(told("HEARTBEAT_OK")).toBeUndefined();
    expect(told("**HEARTBEAT_OK**")).toBeUndefined();
    expect(told("<b>HEARTBEAT_OK</b>&nbsp;")).toBeUndefined();
    expect(told(`HEARTBEAT_OK ${"x".repeat(300)}`)).toBeUndefined();
    expect(told(`HEARTBEAT_OK ${"x".repeat(301)}`)).toBe("x".repeat(301));
    expect(told("  ")).toBeUndefined();
  });

  test("stays whole with the token in the middle, or without it", () => {
    expect(told("a HEARTBEAT_OK b")).toBe("a HEARTBEAT_OK b");
    expect(told("The oven is on.")).toBe("The oven is on.");
  });

  test("outside of heartbeats loses the token at its ends, and is dropped when that was all", () => {
    expect(stripHeartbeatAck("HEARTBEAT_OK fine")).toEqual({ skip: false, text: "fine", stripped: true });
    expect(stripHeartbeatAck("HEARTBEAT_OK")).toMatchObject({ skip: true });
  });
});

describe("active hours", () => {
  const zones = { user: undefined, host: "UTC" };
  const paris = (time: string, hours: object) =>
    isActiveHour(
      { start: "22:00", end: "06:00", timezone: "Europe/Paris", ...hours },
      Date.parse(`2026-02-09T${time}:00+01:00`),
      zones,
    );

  test("wrap midnight, the start counts and the end does not", () => {
    expect([paris("23:30", {}), paris("05:59", {}), paris("22:00", {})]).toEqual([true, true, true]);
    expect([paris("06:00", {}), paris("12:00", {})]).toEqual([false, false]);
  });

  test("may end at 24:00; equal, missing or unreadable ones are always", () => {
    expect(paris("23:59", { start: "08:00", end: "24:00" })).toBe(true);
    expect(paris("07:59", { start: "08:00", end: "24:00" })).toBe(false);
    for (const hours of [{ end: "22:00" }, { start: "24:00" }, { start: "late" }])
      expect(paris("12:00", hours)).toBe(true);
    expect(isActiveHour(undefined, 0, zones)).toBe(true);
  });

  test("are those of the user where no zone is named, or one that is none", () => {
    const at = Date.parse("2026-02-09T23:30:00Z");
    const inZone = (timezone: string | undefined) =>
      isActiveHour({ start: "08:00", end: "09:00", timezone }, at, { user: "Asia/Tokyo", host: "UTC" });
    expect([inZone(undefined), inZone("user"), inZone("Nowhere/Land")]).toEqual([true, true, true]);
    expect([inZone("local"), inZone("UTC")]).toEqual([false, false]);
  });
});

test("a HEARTBEAT.md says nothing when it has headings, blank lines and empty list marks alone", () => {
  expect(isEmptyHeartbeatFile("# Tasks\n\n## More\n- \n* [ ]\n+ [x]\n-\n")).toBe(true);
  for (const text of ["#hashtag", "- [ ] water", "look at the mail", "1."])
    expect(isEmptyHeartbeatFile(text)).toBe(false);
});

test("durations have units; a bare number has the one that is given", () => {
  expect([parseDuration("1.5h"), parseDuration("90s"), parseDuration("2d")]).toEqual([5_400_000, 90_000, 172_800_000]);
  expect([parseDuration("30", "m"), parseDuration("30"), parseDuration("soon", "m")]).toEqual([
    1_800_000,
    undefined,
    undefined,
  ]);
});

describe("the settings", () => {
  const ids = { defaultId: "main", normalizeId: (id: string) => id.toLowerCase() };

  test("of an agent are its own before the common ones, with the documented defaults", () => {
    const config = {
      agents: {
        defaults: { heartbeat: { every: "2h", target: "none" } },
        list: [{ id: "ops", heartbeat: { every: "5" } }],
      },
    };
    expect(heartbeatSettings(config, "ops")).toMatchObject({ everyMs: 300_000, target: "none", ackMaxChars: 300 });
    expect(heartbeatSettings({}, "main")).toMatchObject({ everyMs: 1_800_000, target: "last" });
    expect(heartbeatAgents(config, ids).map(({ agentId }) => agentId)).toEqual(["ops"]);
    expect(heartbeatAgents({ agents: { defaults: { heartbeat: { every: "0m" } } } }, ids)).toEqual([]);
  });

  test("of what a chat sees are those of the account, the channel, then all channels; the web chat has the last", () => {
    const config = {
      channels: {
        defaults: { heartbeat: { showOk: true } },
        telegram: { heartbeat: { showAlerts: false }, accounts: { work: { heartbeat: { showOk: false } } } },
      },
    };
    expect(heartbeatVisibility(config, "telegram", "work")).toEqual({
      showOk: false,
      showAlerts: false,
      useIndicator: true,
    });
    expect(heartbeatVisibility(config, "webchat", undefined)).toMatchObject({ showOk: true, showAlerts: true });
  });
});

describe("the runner", () => {
  const settle = async () => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  function runner(results: (run: string) => HeartbeatResult = () => ({ status: "ran" })) {
    const time = manualTime(0, settle);
    const runs: string[] = [];
    const agents = [
      { agentId: "a", everyMs: 60_000 },
      { agentId: "b", everyMs: 90_000 },
    ];
    const heartbeats = createHeartbeats({
      agents: () => agents,
      async run(agentId, reason) {
        runs.push(`${time.now()} ${agentId} ${reason}`);
        return results(agentId);
      },
      clock: time,
      timers: time,
      log: silentLog,
    });
    return { time, runs, agents, heartbeats };
  }

  test("runs each agent in its interval, and all of them when they are woken", async () => {
    const { time, runs, heartbeats } = runner();
    heartbeats.start();
    await time.pass(100_000);
    heartbeats.request("wake");
    heartbeats.request("hook:wake");
    await time.pass(1_000);
    expect(runs).toEqual(["60000 a interval", "90000 b interval", "100250 a hook:wake", "100250 b hook:wake"]);
    await time.pass(60_000);
    expect(runs.at(-1)).toBe("160250 a interval");
    await heartbeats.stop();
  });

  test("keeps what was asked before it started, and asks again a second later while there is other work", async () => {
    let busy = true;
    const { time, runs, heartbeats } = runner(() =>
      busy ? { status: "skipped", reason: "requests-in-flight" } : { status: "ran" },
    );
    heartbeats.request("cron:1", { agentId: "b" });
    await time.pass(5_000);
    expect(runs).toEqual([]);
    heartbeats.start();
    await time.pass(300);
    busy = false;
    await time.pass(1_000);
    expect(runs).toEqual(["5250 b cron:1", "6250 b cron:1"]);
    await heartbeats.stop();
  });

  test("keeps a due time through a change that leaves the interval, and runs nothing while it is switched off", async () => {
    const { time, runs, agents, heartbeats } = runner();
    heartbeats.start();
    await time.pass(30_000);
    agents[1] = { agentId: "b", everyMs: 10_000 };
    heartbeats.reload();
    heartbeats.setEnabled(false);
    await time.pass(20_000);
    expect(runs).toEqual([]);
    heartbeats.setEnabled(true);
    await time.pass(10_000);
    expect(runs).toEqual(["50000 b interval", "60000 a interval", "60000 b interval"]);
    await heartbeats.stop();
  });
});

import { describe, expect, test } from "vitest";
import { manualTimers } from "../testing/manual-timers.ts";
import { createTypingController } from "./typing-controller.ts";
import { type TypingMode, typingSettings } from "./typing-mode.ts";

function controller(mode: TypingMode) {
  const timers = manualTimers();
  let shown = 0;
  const typing = createTypingController({
    mode,
    intervalMs: 6000,
    timers,
    sendTyping: () => {
      shown += 1;
    },
  });
  return { timers, ...typing, shown: () => shown };
}

test.each<[TypingMode, string[]]>([
  ["never", []],
  ["instant", ["accepted", "reasoning", "text", "tool"]],
  ["message", ["text", "tool"]],
  ["thinking", ["reasoning", "tool"]],
])("the mode %s begins with %j", (mode, starters) => {
  for (const signal of ["accepted", "reasoning", "text", "tool"] as const) {
    const typing = controller(mode);
    typing[signal]();
    expect(typing.shown(), signal).toBe(starters.includes(signal) ? 1 : 0);
  }
});

describe("typing", () => {
  test("is shown again every interval until the run has ended and its replies are on their way", () => {
    const typing = controller("instant");
    typing.accepted();
    typing.timers.advance(6000);
    typing.timers.advance(6000);
    expect(typing.shown()).toBe(3);
    typing.runEnded();
    typing.timers.advance(6000);
    expect(typing.shown()).toBe(4);
    typing.delivered();
    typing.timers.advance(60_000);
    expect(typing.shown()).toBe(4);
  });

  test("ends two minutes after the last sign of the run, and comes back with the next", () => {
    const typing = controller("message");
    typing.text();
    for (let at = 0; at < 30; at += 1) typing.timers.advance(6000);
    const shown = typing.shown();
    expect(shown).toBeLessThanOrEqual(21);
    typing.timers.advance(60_000);
    expect(typing.shown()).toBe(shown);
    typing.tool();
    expect(typing.shown()).toBe(shown + 1);
  });

  test("stays away after the end, whatever comes late", () => {
    const typing = controller("instant");
    typing.accepted();
    typing.runEnded();
    typing.delivered();
    typing.tool();
    typing.text();
    typing.timers.advance(6000);
    expect(typing.shown()).toBe(1);
  });
});

test("the session's setting beats the agents', and unmentioned groups wait for a text", () => {
  const direct = { direct: true, mentioned: false, heartbeat: false };
  expect(typingSettings({}, direct)).toEqual({ mode: "instant", intervalMs: 6000 });
  expect(typingSettings({}, { ...direct, direct: false }).mode).toBe("message");
  expect(typingSettings({}, { ...direct, direct: false, mentioned: true }).mode).toBe("instant");
  expect(typingSettings({ agents: { typingMode: "thinking" }, session: { typingMode: "never" } }, direct).mode).toBe(
    "never",
  );
  expect(typingSettings({ agents: { typingIntervalSeconds: 9 } }, direct).intervalMs).toBe(9000);
  expect(typingSettings({ agents: { typingMode: "instant" } }, { ...direct, heartbeat: true }).mode).toBe("never");
});

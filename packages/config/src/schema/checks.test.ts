import { expect, it } from "vitest";
import { clockTimeProblem, isDuration, isSafeExecutable } from "./checks.ts";

it.each(["signal-cli", "/opt/signal cli/bin/x", "./run", "~/bin/x", "C:\\x\\y.exe", "C:x", "a+b_c.d"])(
  "%j can be spawned",
  (name) => expect(isSafeExecutable(name)).toBe(true),
);

it.each(["", "  ", "-rf", "a b", "a;b", "a|b", "a&b", "`a`", "$A", "a>b", "a<b", 'a"b', "a'b", "a\nb", "a\0b", "/x;y"])(
  "%j cannot",
  (name) => expect(isSafeExecutable(name)).toBe(false),
);

it("knows durations", () => {
  for (const text of ["30m", "0m", "1.5h", "90", "250MS", "2d", ".5s"]) expect(isDuration(text), text).toBe(true);
  for (const text of ["", "m", "1 m", "-1m", "1w", "1h30m", "1.h", "soon"]) expect(isDuration(text), text).toBe(false);
});

it("knows the times a window may begin and end with", () => {
  expect(clockTimeProblem("00:00", "start")).toBeUndefined();
  expect(clockTimeProblem("24:00", "end")).toBeUndefined();
  expect(clockTimeProblem("24:00", "start")).toBe("invalid time (start cannot be 24:00)");
  expect(clockTimeProblem("24:01", "end")).toBe("invalid time (24:00 is the only allowed 24:xx value)");
  for (const text of ["8:00", "08:60", "25:00", "noon", "08:00 "]) {
    expect(clockTimeProblem(text, "end"), text).toBe('invalid time (use "HH:MM" 24h format)');
  }
});

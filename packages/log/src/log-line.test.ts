import { expect, it } from "vitest";
import { parseLogLine } from "./index.ts";

it("reads a line with bindings and metadata", () => {
  const raw = JSON.stringify({
    "0": '{"subsystem":"gateway/ws","module":"m"}',
    "1": { code: 1 },
    "2": "closed",
    _meta: { logLevelName: "WARN" },
    time: "2026-02-09T10:00:00.000Z",
  });
  expect(parseLogLine(raw)).toEqual({
    time: "2026-02-09T10:00:00.000Z",
    level: "warn",
    subsystem: "gateway/ws",
    module: "m",
    message: 'closed {"code":1}',
    raw,
  });
});

it("takes the date from _meta when time is missing and accepts any number of message parts", () => {
  const raw = JSON.stringify({ "0": "a", "1": "b", "10": "d", "2": "c", _meta: { date: "2026-02-09T10:00:00.000Z" } });
  expect(parseLogLine(raw)).toEqual({ time: "2026-02-09T10:00:00.000Z", message: "a b c d", raw });
});

it.each(["", "not json", "[1]", "null", '"text"'])("is undefined for %j", (raw) => {
  expect(parseLogLine(raw)).toBeUndefined();
});

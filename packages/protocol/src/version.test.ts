import { expect, it } from "vitest";
import { negotiateProtocol } from "./version.ts";

it.each([
  [3, 3, 3],
  [4, 4, 4],
  [3, 4, 4],
  [1, 99, 4],
])("a client of %i to %i speaks %i", (minProtocol, maxProtocol, protocol) => {
  expect(negotiateProtocol({ minProtocol, maxProtocol })).toEqual({ ok: true, protocol });
});

it.each([
  [2, 2, 3],
  [5, 5, 4],
])("a client of %i to %i is told to speak %i", (minProtocol, maxProtocol, expectedProtocol) => {
  expect(negotiateProtocol({ minProtocol, maxProtocol })).toEqual({
    ok: false,
    error: {
      code: "INVALID_REQUEST",
      message: "protocol mismatch",
      details: {
        code: "PROTOCOL_MISMATCH",
        expectedProtocol,
        clientMinProtocol: minProtocol,
        clientMaxProtocol: maxProtocol,
        minimumProbeProtocol: 3,
      },
    },
  });
});

import { expect, it } from "vitest";
import { closeReason } from "./close.ts";

it("leaves a reason of up to 120 bytes as it is", () => {
  expect(closeReason("handshake timeout")).toBe("handshake timeout");
  expect(closeReason("x".repeat(120))).toBe("x".repeat(120));
});

it("cuts where the reference cuts", () => {
  const text =
    "invalid connect params: must have required property 'minProtocol'; must have required property 'maxProtocol'; must have required property 'client'";
  expect(closeReason(text)).toBe(
    "invalid connect params: must have required property 'minProtocol'; must have required property 'maxProtocol'; must have ",
  );
});

it("never splits a character", () => {
  for (const character of ["é", "…", "🦞"]) {
    for (let lead = 0; lead < 4; lead += 1) {
      const reason = closeReason("x".repeat(lead) + character.repeat(100));
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(120);
      expect(Buffer.byteLength(reason)).toBeGreaterThan(116);
      expect(reason).not.toContain("\uFFFD");
    }
  }
});

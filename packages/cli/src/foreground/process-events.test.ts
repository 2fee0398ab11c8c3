import { describe, expect, it } from "vitest";
import { isTransientNetworkError } from "./process-events.ts";

describe("isTransientNetworkError", () => {
  it("knows network failures, also behind others", () => {
    const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    expect(isTransientNetworkError(reset)).toBe(true);
    expect(isTransientNetworkError(new TypeError("fetch failed", { cause: reset }))).toBe(true);
    expect(isTransientNetworkError(new DOMException("stopped", "AbortError"))).toBe(true);
  });

  it("takes everything else for a defect", () => {
    expect(isTransientNetworkError(new TypeError("x is not a function"))).toBe(false);
    expect(isTransientNetworkError("text")).toBe(false);
  });
});

import { expect, it } from "vitest";
import { gatewayError, handlerError } from "./errors.ts";

const plain = (text: string) => text;

it("builds errors without undefined properties", () => {
  expect(Object.keys(gatewayError("UNAVAILABLE", "not now"))).toEqual(["code", "message"]);
  expect(gatewayError("UNAVAILABLE", "not now", { retryable: true, retryAfterMs: 500 })).toEqual({
    code: "UNAVAILABLE",
    message: "not now",
    retryable: true,
    retryAfterMs: 500,
  });
});

it("names the exception of a handler and its code", () => {
  expect(handlerError(new TypeError("bad"), plain)).toEqual({ code: "UNAVAILABLE", message: "TypeError: bad" });
  expect(handlerError(Object.assign(new Error("no file"), { code: "ENOENT" }), plain).message).toBe(
    "Error: no file: code=ENOENT",
  );
  expect(handlerError("just text", plain).message).toBe("Error: just text");
  expect(handlerError(undefined, plain).message).toBe("Error: undefined");
});

it("masks secrets before it cuts at 240 characters", () => {
  const secret = "sk-0123456789";
  const long = `${"x".repeat(225)} ${secret} ${"y".repeat(50)}`;
  const { message } = handlerError(new Error(long), (text) => text.replaceAll(secret, "***"));
  expect(message).toHaveLength(243);
  expect(message.endsWith("...")).toBe(true);
  expect(message).not.toContain("sk-");
});

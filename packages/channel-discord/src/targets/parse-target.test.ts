import { describe, expect, it } from "vitest";
import { parseTarget, readPlace } from "./parse-target.ts";

describe("parseTarget", () => {
  it.each(["user:1", "discord:1", "discord:user:1", "<@1>", "<@!1>", "@1", "USER:1"])("reads %j as a person", (raw) => {
    expect(parseTarget(raw)).toEqual({ to: "user:1", kind: "user" });
  });

  it.each(["channel:2", "discord:channel:2", "<#2>", "#2"])("reads %j as a channel", (raw) => {
    expect(parseTarget(raw)).toEqual({ to: "channel:2", kind: "channel" });
  });

  it("refuses bare digits that could be either", () => {
    expect(() => parseTarget("123")).toThrow(
      'Ambiguous Discord recipient "123". Use "user:123" for DMs or "channel:123" for channel messages.',
    );
  });

  it("reads bare digits as what is known to be meant", () => {
    expect(parseTarget("123", { expect: "group" })?.to).toBe("channel:123");
    expect(parseTarget("123", { expect: "user" })?.to).toBe("user:123");
  });

  it.each(["#general", "ada", "Friends/#general"])("leaves the name %j to be looked up", (raw) => {
    expect(parseTarget(raw)).toBeUndefined();
  });
});

describe("readPlace", () => {
  it("takes the two forms of deliveries, and says what it wants otherwise", () => {
    expect(readPlace("user:1")).toEqual({ kind: "user", id: "1" });
    expect(readPlace("channel:2")).toEqual({ kind: "channel", id: "2" });
    expect(() => readPlace("ada")).toThrow("<channelId|user:ID|channel:ID>");
  });
});

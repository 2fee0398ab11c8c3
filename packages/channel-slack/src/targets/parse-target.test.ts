import { describe, expect, it } from "vitest";
import { readPlace, slackTargets } from "./parse-target.ts";

describe("targets", () => {
  it.each([
    ["user:U0OWNER001", "user:U0OWNER001"],
    ["slack:U0OWNER001", "user:U0OWNER001"],
    ["<@U0OWNER001>", "user:U0OWNER001"],
    ["<@U0OWNER001|ada>", "user:U0OWNER001"],
    ["@U0OWNER001", "user:U0OWNER001"],
    ["channel:c0main0001", "channel:C0MAIN0001"],
    ["#C0MAIN0001", "channel:C0MAIN0001"],
    ["<#C0MAIN0001|general>", "channel:C0MAIN0001"],
    ["C0MAIN0001", "channel:C0MAIN0001"],
    ["D0DIRECT01", "channel:D0DIRECT01"],
  ])("%s is %s", (raw, to) => {
    expect(slackTargets.parse(raw, {})?.to).toBe(to);
    expect(readPlace(to).id).toBe(to.split(":")[1]);
  });

  it.each(["#general", "general", "@ada", "#team2024", "ada lovelace"])("%s is a name to look up", (raw) => {
    expect(slackTargets.parse(raw, {})).toBeUndefined();
  });

  it("what is no chat is refused with the forms there are", () => {
    expect(() => readPlace("nowhere")).toThrow("<channelId|user:ID|channel:ID>");
  });
});

import { describe, expect, it } from "vitest";
import { isListed, plainEntries } from "./allowlist.ts";
import { compileMentionPatterns, identityMentionPatterns, matchesMention, stripMentions } from "./mention.ts";
import { readDirectRules, readGroupRules } from "./read-rules.ts";

describe("a list of senders", () => {
  const reading = plainEntries("telegram");
  const ada = { id: "42", username: "Ada", name: "Ada L." };

  it("names them by id, user name or with the channel in front", () => {
    for (const list of [["42"], [42], ["@ada"], ["ADA"], ["telegram:42"], ["*"]])
      expect(isListed(list, ada, reading)).toBe(true);
    for (const list of [["43"], [], [""], ["Ada L."], ["discord:42"]]) expect(isListed(list, ada, reading)).toBe(false);
  });

  it("may use names that were looked up", () => {
    expect(isListed(["the boss"], ada, reading, (entry) => (entry === "the boss" ? ["42"] : []))).toBe(true);
  });
});

describe("mentions", () => {
  it("come from the name and the emoji of an agent", () => {
    const patterns = compileMentionPatterns(identityMentionPatterns({ name: "Space Lobster", emoji: "🦞" }));
    expect(matchesMention("hey @space   LOBSTER!", patterns)).toBe(true);
    expect(matchesMention("look 🦞", patterns)).toBe(true);
    expect(matchesMention("spaces lobsters", patterns)).toBe(false);
  });

  it("are found between invisible characters, and bad patterns count for nothing", () => {
    expect(matchesMention("cl\u200baw", compileMentionPatterns(["(", "\bclaw\b"]))).toBe(true);
  });

  it("are taken off before a command is read", () => {
    expect(stripMentions("@claw  /status @15551234567", compileMentionPatterns(["@claw"]))).toBe("/status");
    expect(stripMentions("two\n lines", [])).toBe("two\n lines");
  });
});

describe("access rules", () => {
  it("for private chats stand at the top or under dm", () => {
    expect(readDirectRules({ dmPolicy: "open", allowFrom: ["*"] })).toEqual({ policy: "open", allowFrom: ["*"] });
    expect(readDirectRules({ dm: { policy: "allowlist", allowFrom: [1] } })).toEqual({
      policy: "allowlist",
      allowFrom: [1],
    });
    expect(readDirectRules({ dm: { enabled: false } })).toEqual({ policy: "disabled" });
  });

  it("for a topic go before its group's, those before the wildcard's", () => {
    const config = {
      groupPolicy: "allowlist",
      groups: {
        "*": { requireMention: false, tools: { deny: ["exec"] } },
        "-5": { groupPolicy: "open", topics: { "7": { allowFrom: ["9"] }, "8": { enabled: false } } },
      },
    };
    const topic = (threadId: string) => readGroupRules(config, { kind: "group", id: "-5", threadId });
    expect(topic("7")).toMatchObject({
      policy: "open",
      senders: ["9"],
      requireMention: false,
      listed: true,
      enabled: true,
    });
    expect(topic("8").enabled).toBe(false);
    expect(topic("7").toolRules).toEqual([{ bySender: undefined, all: { deny: ["exec"] } }]);
    expect(readGroupRules({ groups: { a: {} } }, { kind: "group", id: "b" }).listed).toBe(false);
    expect(readGroupRules({}, { kind: "group", id: "b" }).listed).toBeUndefined();
  });
});

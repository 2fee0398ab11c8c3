import type { InboundChat } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { discordGroupRules } from "./discord-rules.ts";

const guild = { kind: "guild" as const, id: "11", name: "Friends of Otters" };
const room = (more: Partial<InboundChat> = {}): InboundChat => ({
  kind: "channel",
  id: "channel:10",
  peerId: "10",
  title: "General Talk",
  space: guild,
  ...more,
});
const thread = room({ id: "channel:30", peerId: "30", title: "a thread", parentId: "10", parentTitle: "General Talk" });
const rules = (config: Record<string, unknown>, chat = room()) => discordGroupRules(config, chat);

it("people named for a guild or a channel count as owners", () => {
  const space = { kind: "guild" as const, id: "9", name: "Home" };
  const room: InboundChat = { kind: "channel", id: "channel:1", peerId: "1", title: "general", space };
  expect(discordGroupRules({ guilds: { 9: { users: ["7"] } } }, room)).toMatchObject({
    senders: ["7"],
    sendersAreOwners: true,
  });
});

describe("rooms of guilds", () => {
  it("are listed when no guild is, and then the policy allowlist admits none", () => {
    expect(rules({})).toMatchObject({ enabled: true, listed: undefined, allowlistNames: "places" });
  });

  it.each(["11", "friends-of-otters", "Friends of Otters", "*"])("belong to the guild that is named %j", (key) => {
    expect(rules({ guilds: { [key]: { requireMention: false } } })).toMatchObject({
      listed: true,
      requireMention: false,
    });
  });

  it("belong to a guild by the slug of its entry", () => {
    expect(rules({ guilds: { mine: { slug: "friends-of-otters" } } }).listed).toBe(true);
  });

  it("are not listed when other guilds are", () => {
    expect(rules({ guilds: { other: {} } }).listed).toBe(false);
  });

  it.each(["10", "general-talk", "General Talk", "*"])("are found under the key %j", (key) => {
    expect(rules({ guilds: { "11": { channels: { [key]: { systemPrompt: "be brief" } } } } })).toMatchObject({
      listed: true,
      systemPrompt: "be brief",
    });
  });

  it("are not listed when the guild lists others", () => {
    expect(rules({ groupPolicy: "open", guilds: { "11": { channels: { other: {} } } } }).listed).toBe(false);
  });

  it("are closed by enabled and by allow, under every policy", () => {
    for (const key of ["enabled", "allow"]) {
      expect(rules({ groupPolicy: "open", guilds: { "11": { channels: { "10": { [key]: false } } } } }).enabled).toBe(
        false,
      );
    }
  });

  it("have their own users before the guild's, and their own wish for mentions", () => {
    const guilds = {
      "11": {
        users: ["ada"],
        requireMention: false,
        channels: { "10": { users: ["eve"], requireMention: true }, "*": {} },
      },
    };
    expect(rules({ guilds })).toMatchObject({ senders: ["eve"], requireMention: true });
    expect(rules({ guilds }, room({ id: "channel:12", peerId: "12", title: "else" }))).toMatchObject({
      senders: ["ada"],
      requireMention: false,
    });
  });

  it("without users leave the senders open", () => {
    expect(rules({ guilds: { "11": { users: [] } } }).senders).toBeUndefined();
  });

  it("give tools and skills of the room before those of the guild", () => {
    const found = rules({
      guilds: {
        "11": {
          tools: { deny: ["exec"] },
          channels: { "10": { toolsBySender: { ada: { allow: ["exec"] } }, skills: ["otters"] } },
        },
      },
    });
    expect(found.skills).toEqual(["otters"]);
    expect(found.toolRules).toEqual([
      { bySender: { ada: { allow: ["exec"] } }, all: undefined },
      { bySender: undefined, all: { deny: ["exec"] } },
    ]);
  });

  it("let autoThread count only where it is written", () => {
    expect(rules({ guilds: { "11": { channels: { "10": { autoThread: true } } } } }).autoThread).toBe(true);
    expect(rules({ guilds: { "11": { channels: { "10": {} } } } }).autoThread).toBe(false);
  });
});

describe("threads", () => {
  it.each(["10", "general-talk"])("have the rules of their channel %j", (key) => {
    expect(
      rules({ guilds: { "11": { channels: { [key]: { requireMention: false, autoThread: true } } } } }, thread),
    ).toMatchObject({
      listed: true,
      requireMention: false,
      autoThread: false,
      matched: { key: `11/${key}`, source: "parent" },
    });
  });

  it("have rules of their own by their id, and not by their name", () => {
    const guilds = { "11": { channels: { "30": { requireMention: false }, "a-thread": {}, "10": {} } } };
    expect(rules({ guilds }, thread)).toMatchObject({ requireMention: false, matched: { source: "direct" } });
    expect(rules({ guilds: { "11": { channels: { "a-thread": {} } } } }, thread).listed).toBe(false);
  });
});

describe("private chats of several people", () => {
  const group: InboundChat = { kind: "group", id: "channel:77", peerId: "77", title: "Tea Club" };

  it("are closed unless they are switched on", () => {
    expect(rules({}, group).enabled).toBe(false);
    expect(rules({ dm: { groupEnabled: true } }, group)).toMatchObject({
      enabled: true,
      policy: "open",
      requireMention: false,
    });
    expect(rules({ dm: { enabled: false, groupEnabled: true } }, group).enabled).toBe(false);
  });

  it.each(["77", "tea-club", "Tea Club", "*"])("are open when %j is among those listed", (entry) => {
    expect(rules({ dm: { groupEnabled: true, groupChannels: [entry] } }, group).listed).toBe(true);
  });

  it("are closed when only others are listed", () => {
    expect(rules({ dm: { groupEnabled: true, groupChannels: ["other"] } }, group).listed).toBe(false);
  });
});

import type { InboundChat } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { slackGroupRules } from "./slack-rules.ts";
import { userEntries } from "./user-entry.ts";

const room: InboundChat = {
  kind: "channel",
  id: "channel:C0MAIN0001",
  peerId: "C0MAIN0001",
  title: "#team chat",
  handle: "#team chat",
};
const people: InboundChat = { kind: "group", id: "channel:G0GROUP001", peerId: "G0GROUP001" };

describe("rules for a channel", () => {
  it.each(["C0MAIN0001", "#team chat", "team chat", "team-chat"])("are found under %s", (key) => {
    const rules = slackGroupRules({ channels: { [key]: { systemPrompt: "hi" } } }, room);
    expect(rules).toMatchObject({ listed: true, systemPrompt: "hi", matched: { key, source: "direct" } });
  });

  it("are those of the id before those of a name, and of * when there are none", () => {
    const channels = { "team chat": { users: ["U1"] }, C0MAIN0001: { users: ["U2"] }, "*": { users: ["U3"] } };
    expect(slackGroupRules({ channels }, room).senders).toEqual(["U2"]);
    const other = { ...room, peerId: "C0OTHER001", title: "#x", handle: "#x" };
    expect(slackGroupRules({ channels }, other)).toMatchObject({ senders: ["U3"], matched: { source: "wildcard" } });
  });

  it("deny what is switched off, and list nothing that is not there", () => {
    expect(slackGroupRules({ channels: { C0MAIN0001: { enabled: false } } }, room).enabled).toBe(false);
    expect(slackGroupRules({ channels: { C0MAIN0001: { allow: false } } }, room).enabled).toBe(false);
    expect(slackGroupRules({ channels: { C0MAIN0001: {}, "*": { allow: false } } }, room).enabled).toBe(false);
    expect(slackGroupRules({ channels: { C0MAIN0001: { enabled: true }, "*": { allow: false } } }, room).enabled).toBe(
      true,
    );
    expect(slackGroupRules({ channels: { C0OTHER001: {} } }, room).listed).toBeUndefined();
  });

  it("take what a channel does not say from * and from the section", () => {
    const config = {
      requireMention: false,
      allowBots: true,
      channels: { C0MAIN0001: { skills: ["a"], tools: { deny: ["exec"] } }, "*": { requireMention: true } },
    };
    expect(slackGroupRules(config, room)).toMatchObject({
      requireMention: true,
      allowBots: true,
      skills: ["a"],
      toolRules: [{ all: { deny: ["exec"] } }],
    });
    expect(slackGroupRules({ requireMention: false }, room).requireMention).toBe(false);
    expect(slackGroupRules({}, room).requireMention).toBe(true);
  });
});

describe("a channel", () => {
  it("may let other bots in", () => {
    expect(slackGroupRules({ channels: { C0MAIN0001: { allowBots: true } } }, room).allowBots).toBe(true);
    expect(slackGroupRules({ allowBots: true, channels: { C0MAIN0001: { allowBots: false } } }, room).allowBots).toBe(
      false,
    );
  });
});

describe("rules for a group of people", () => {
  it("need dm.groupEnabled, and a place in dm.groupChannels where that is given", () => {
    expect(slackGroupRules({}, people).enabled).toBe(false);
    const enabled = { groupEnabled: true };
    expect(slackGroupRules({ dm: enabled }, people)).toMatchObject({ enabled: true, listed: true, policy: "open" });
    expect(slackGroupRules({ dm: { ...enabled, groupChannels: ["G0OTHER001"] } }, people).listed).toBe(false);
    expect(slackGroupRules({ dm: { ...enabled, groupChannels: ["G0GROUP001"] } }, people).listed).toBe(true);
    expect(slackGroupRules({ dm: { ...enabled, enabled: false } }, people).enabled).toBe(false);
  });
});

describe("entries of lists", () => {
  const sender = { id: "U0OWNER001", name: "Somebody", username: "ada.l", aliases: ["ada@example.com"] };
  it.each([
    "U0OWNER001",
    "u0owner001",
    "slack:U0OWNER001",
    "user:U0OWNER001",
    "<@U0OWNER001>",
    "@ada.l",
    "Ada.L",
    "ADA@example.com",
  ])("%s means the person", (entry) =>
    expect(userEntries.matches(userEntries.normalizeEntry(entry), sender)).toBe(true),
  );

  it("display names do not count: anybody can take any", () => {
    expect(userEntries.matches(userEntries.normalizeEntry("@Somebody"), sender)).toBe(false);
  });
});

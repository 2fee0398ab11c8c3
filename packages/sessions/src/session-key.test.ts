import { describe, expect, test } from "vitest";
import {
  agentIdOfKey,
  canonicalSessionKey,
  displaySessionKey,
  isCronRunKey,
  isSubagentKey,
  type KeyContext,
  normalizeAccountId,
  normalizeAgentId,
  parentOfThreadKey,
  peerSessionKey,
  sessionKind,
} from "./session-key.ts";

const home: KeyContext = { defaultAgentId: "main", mainKey: "Home" };

describe("canonical keys", () => {
  test.each(["main", "agent:main:main", "home", "agent:main:home", "  main ", "HOME"])(
    "%j is the main session",
    (key) => {
      expect(canonicalSessionKey(key, home)).toBe("agent:main:home");
      expect(canonicalSessionKey(key, { ...home, scope: "global" })).toBe("global");
    },
  );

  test("global and unknown stay, bare keys get the default agent, full keys stay", () => {
    expect(canonicalSessionKey("global", home)).toBe("global");
    expect(canonicalSessionKey("unknown", home)).toBe("unknown");
    expect(canonicalSessionKey("hook:gmail:1", home)).toBe("agent:main:hook:gmail:1");
    expect(canonicalSessionKey("agent:work:telegram:group:-1", home)).toBe("agent:work:telegram:group:-1");
    expect(canonicalSessionKey("agent:work:main", home)).toBe("agent:work:home");
  });

  test.each(["agent:", "agent:main", "agent:main:", "agent::x"])("%j is refused", (key) => {
    expect(() => canonicalSessionKey(key, home)).toThrow(`malformed session key: ${key}`);
  });

  test("an empty key is refused", () => {
    expect(() => canonicalSessionKey("  ", home)).toThrow("key required");
  });

  test("the main session prints as main", () => {
    expect(displaySessionKey("agent:main:home", home)).toBe("main");
    expect(displaySessionKey("agent:main:x", home)).toBe("agent:main:x");
  });
});

test("agent and account ids are cleaned", () => {
  expect(normalizeAgentId(" Work Bot! ")).toBe("work-bot");
  expect(normalizeAgentId("***")).toBe("main");
  expect(normalizeAgentId("a".repeat(80))).toHaveLength(64);
  expect(normalizeAccountId(undefined)).toBe("default");
  expect(agentIdOfKey("hook:x", "ops")).toBe("ops");
});

describe("keys of channel messages", () => {
  const direct = { kind: "direct", channel: "telegram", peerId: "1", accountId: "Bot A" } as const;
  const options = { defaultAgentId: "main", agentId: "main" };

  test.each([
    ["main", "agent:main:main"],
    ["per-peer", "agent:main:direct:1"],
    ["per-channel-peer", "agent:main:telegram:direct:1"],
    ["per-account-channel-peer", "agent:main:telegram:bot-a:direct:1"],
  ] as const)("direct messages with dmScope %s", (dmScope, key) => {
    expect(peerSessionKey(direct, { ...options, dmScope })).toBe(key);
  });

  test("a linked identity takes the place of the peer id and keeps the channel part", () => {
    const linked = { ...options, dmScope: "per-channel-peer", identityLinks: { Alice: [" Telegram:1 "] } } as const;
    expect(peerSessionKey(direct, linked)).toBe("agent:main:telegram:direct:alice");
    expect(peerSessionKey({ ...direct, channel: "discord" }, linked)).toBe("agent:main:discord:direct:1");
    expect(peerSessionKey(direct, { ...linked, dmScope: "main" })).toBe("agent:main:main");
  });

  test("without a peer id the main session is meant", () => {
    expect(peerSessionKey({ kind: "direct", channel: "x" }, { ...options, dmScope: "per-peer" })).toBe(
      "agent:main:main",
    );
    expect(peerSessionKey(direct, { ...options, scope: "global" })).toBe("global");
  });

  test("groups, channels, topics and threads", () => {
    expect(peerSessionKey({ kind: "group", channel: "Telegram", peerId: "-100A" }, options)).toBe(
      "agent:main:telegram:group:-100a",
    );
    expect(peerSessionKey({ kind: "group", channel: "telegram", peerId: "-1", topicId: "7" }, options)).toBe(
      "agent:main:telegram:group:-1:topic:7",
    );
    expect(peerSessionKey({ kind: "channel", channel: "slack", peerId: "C1", threadId: "17.5" }, options)).toBe(
      "agent:main:slack:channel:c1:thread:17.5",
    );
    expect(peerSessionKey({ kind: "group", channel: "signal" }, options)).toBe("agent:main:signal:group:unknown");
  });
});

test("keys are classified by their form", () => {
  expect(isSubagentKey("agent:main:subagent:1")).toBe(true);
  expect(isSubagentKey("subagent:1")).toBe(true);
  expect(isSubagentKey("agent:main:x:subagent:1")).toBe(false);
  expect(isCronRunKey("agent:main:cron:a:run:b")).toBe(true);
  expect(isCronRunKey("agent:main:cron:a")).toBe(false);
  expect(parentOfThreadKey("agent:main:slack:channel:c:thread:1")).toBe("agent:main:slack:channel:c");
  expect(parentOfThreadKey("agent:main:main")).toBeUndefined();
  expect(sessionKind("agent:main:x")).toBe("direct");
  expect(sessionKind("agent:main:x", { chatType: "group" })).toBe("group");
  expect(sessionKind("agent:main:slack:channel:c")).toBe("group");
  expect(sessionKind("global")).toBe("global");
});

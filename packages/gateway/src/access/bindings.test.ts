import { expect, it } from "vitest";
import { matchBinding } from "./bindings.ts";

type Bindings = Parameters<typeof matchBinding>[0];
const message = {
  channel: "discord",
  accountId: "default",
  chat: {
    kind: "channel" as const,
    id: "channel:5",
    peerId: "5",
    parentId: "4",
    space: { kind: "guild" as const, id: "g1" },
  },
  sender: { id: "42" },
};
const bindings: NonNullable<Bindings> = [
  { agentId: "anywhere", match: { channel: "discord", accountId: "*" } },
  { agentId: "account", match: { channel: "discord" } },
  { agentId: "team", match: { channel: "discord", teamId: "g1" } },
  { agentId: "guild", match: { channel: "discord", guildId: "g1" } },
  { agentId: "parent", match: { channel: "discord", peer: { kind: "channel", id: "4" } } },
  { agentId: "peer", match: { channel: "discord", peer: { kind: "channel", id: "5" } } },
];

it("looks for the peer, its parent, the guild, the team, the account, the channel, in this order", () => {
  const order: string[] = [];
  for (let left = bindings; ; ) {
    const { agentId, matchedBy } = matchBinding(left, message);
    order.push(`${matchedBy} ${agentId}`);
    if (agentId === undefined) break;
    left = left.filter((binding) => binding.agentId !== agentId);
  }
  expect(order).toEqual([
    "binding.peer peer",
    "binding.peer.parent parent",
    "binding.guild guild",
    "binding.account account",
    "binding.channel anywhere",
    "default undefined",
  ]);
  const team = { ...message, chat: { ...message.chat, space: { kind: "team" as const, id: "g1" } } };
  expect(matchBinding(bindings.slice(0, 3), team).matchedBy).toBe("binding.team");
});

it("a binding without an account means the account default, and another channel's means nothing", () => {
  expect(matchBinding(bindings, { ...message, accountId: "work" }).agentId).toBe("anywhere");
  expect(matchBinding(bindings, { ...message, channel: "slack" }).matchedBy).toBe("default");
});

it("a private chat is named by its person, as direct or dm; a topic by its own id before its group", () => {
  const direct = {
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct" as const, id: "42" },
    sender: { id: "42" },
  };
  const dm: Bindings = [{ agentId: "ada", match: { channel: "telegram", peer: { kind: "dm", id: "42" } } }];
  expect(matchBinding(dm, direct).agentId).toBe("ada");
  const topic = {
    channel: "telegram",
    accountId: "default",
    chat: { kind: "group" as const, id: "-5", threadId: "7", threadKind: "topic" as const },
  };
  const group: Bindings = [{ agentId: "g", match: { channel: "telegram", peer: { kind: "group", id: "-5" } } }];
  expect(matchBinding(group, topic)).toEqual({ agentId: "g", matchedBy: "binding.peer.parent" });
  const own: Bindings = [
    ...group,
    { agentId: "t", match: { channel: "telegram", peer: { kind: "group", id: "-5:topic:7" } } },
  ];
  expect(matchBinding(own, topic)).toEqual({ agentId: "t", matchedBy: "binding.peer" });
});

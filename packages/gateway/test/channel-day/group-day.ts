import fs from "node:fs";
import path from "node:path";
import { systemClock } from "@openclaw/storage";
import { expect } from "vitest";
import { openChatPairing } from "../../src/pairing/chat-pairing.ts";
import type { TestGateway } from "../../src/testing/test-gateway.ts";

/** Who takes part: the owner is listed, the newcomer gets paired, the outsider is neither. */
export type Actor = "owner" | "newcomer" | "outsider";

/** A group on a fake of its service, and a Gateway in it. The policy for private chats is pairing, groups are open to all. */
export interface GroupStage {
  gateway: TestGateway;
  channel: string;
  /** Where answers in private and in the group are seen. */
  privateChat(who: Actor): string;
  group: string;
  /** Where answers in the group's thread are seen, on services that have threads. */
  thread?: { chat: string; threadId?: string };
  /** Longest text of one message. */
  limit: number;
  /** Somebody writes; resolves with the id of the message. */
  write(message: {
    from: Actor;
    place: "private" | "group" | "thread";
    text: string;
    mention?: boolean;
    image?: Buffer;
  }): Promise<string>;
  /** The next message of the assistant. */
  sent(): Promise<{ chat: string; threadId?: string; text: string; id?: string; files: Buffer[] }>;
  /** The next reaction of the assistant. */
  reacted(): Promise<{ messageId: string; emoji: string }>;
  /** The next change of one of its messages; absent on services where none can be changed. */
  edited?(): Promise<{ text: string }>;
}

// A picture of one point.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A day in a group, step by step, the same on every service. */
export async function groupDay(stage: GroupStage): Promise<void> {
  const { gateway, channel, group } = stage;
  const { model } = gateway;
  const prompt = () => JSON.stringify(model.lastRequest().body.messages);
  const ask = (text: string, more: { place?: "group" | "thread"; image?: Buffer } = {}) =>
    stage.write({ from: "owner", place: "group", text, mention: true, ...more });

  // Pairing: a stranger gets a code and no answer.
  await stage.write({ from: "newcomer", place: "private", text: "may I come in?" });
  const invitation = await stage.sent();
  expect(invitation.chat).toBe(stage.privateChat("newcomer"));
  const code = /Pairing code: ([A-Z2-9]{8})/.exec(invitation.text)?.[1] ?? "";
  expect(model.requests).toEqual([]);

  // Approve: the next message is answered.
  const pairing = openChatPairing({ dir: path.join(gateway.stateDir, "credentials"), clock: systemClock });
  expect(await pairing.approve(channel, code.toLowerCase())).toBeDefined();
  await stage.write({ from: "newcomer", place: "private", text: "and now?" });
  expect(await stage.sent()).toMatchObject({
    chat: stage.privateChat("newcomer"),
    text: expect.stringContaining("and now?"),
  });

  // Mention: nothing is answered without one, and what was said before is told then.
  await stage.write({ from: "newcomer", place: "group", text: "we meet at five" });
  await ask("when do we meet?");
  expect((await stage.sent()).chat).toBe(group);
  expect(model.requests).toHaveLength(2);
  expect(prompt()).toContain("we meet at five");

  // Thread: the answer stays in it.
  if (stage.thread !== undefined) {
    await ask("in the thread", { place: "thread" });
    expect(await stage.sent()).toMatchObject(stage.thread);
  }

  // Image in.
  await ask("what is this?", { image: png });
  await stage.sent();
  expect(prompt()).toContain("what is this?");
  const inbound = path.join(gateway.stateDir, "media", "inbound");
  const saved = fs.readdirSync(inbound).filter((name) => name.endsWith(".png"));
  expect(saved.map((name) => fs.readFileSync(path.join(inbound, name)).equals(png))).toEqual([true]);

  // Image out, with words.
  fs.writeFileSync(path.join(gateway.workspace, "tea.png"), png);
  model.enqueue({ words: ["Here", "it", "is.\nMEDIA:./tea.png"] });
  await ask("show me the tea");
  const picture = await stage.sent();
  expect(picture).toMatchObject({ chat: group, text: "Here it is." });
  expect(picture.files.map((file) => file.equals(png))).toEqual([true]);

  // Reaction.
  const act = (args: object) =>
    model.enqueue({ tools: [{ name: "message", args: JSON.stringify(args) }] }, { words: ["done"] });
  const liked = await ask("something to like");
  const own = await stage.sent();
  act({ action: "react", messageId: liked, emoji: "👍" });
  await ask("react to it");
  expect(await stage.reacted()).toEqual({ messageId: liked, emoji: "👍" });
  expect((await stage.sent()).text).toBe("done");

  // Edit, where messages can be changed; elsewhere the agent hears that they cannot.
  act({ action: "edit", messageId: own.id ?? "1", message: "better" });
  await ask("make it better");
  if (stage.edited !== undefined) expect((await stage.edited()).text).toBe("better");
  expect((await stage.sent()).text).toBe("done");
  if (stage.edited === undefined) expect(prompt()).toContain("Invalid argument action");

  // A long answer, in pieces the service takes.
  const lines = Array.from({ length: Math.ceil((stage.limit * 2.2) / 40) }, (_, at) => `line ${at} ${"x".repeat(30)}`);
  model.enqueue({ words: [`${lines.join("\n")}\nThe end.`] });
  await ask("tell me everything");
  const pieces: string[] = [];
  do pieces.push((await stage.sent()).text);
  while (!pieces.at(-1)?.includes("The end."));
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(stage.limit);
  for (const at of lines.keys()) expect(pieces.some((piece) => piece.includes(`line ${at} x`))).toBe(true);

  // /status by somebody who may, without the model.
  const asked = model.requests.length;
  await ask("/status");
  const card = await stage.sent();
  expect(card).toMatchObject({ chat: group, text: expect.stringContaining("fake/fake-1") });

  // /status by somebody who may not, in the group and in private: no card, and nothing reaches the model.
  await stage.write({ from: "outsider", place: "group", text: "/status", mention: true });
  await stage.write({ from: "outsider", place: "private", text: "/status" });
  await ask("settled");
  const rest: string[] = [];
  do rest.push((await stage.sent()).text);
  while (!["settled", "Pairing code: "].every((words) => rest.some((text) => text.includes(words))));
  expect(rest.filter((text) => text.includes("fake/fake-1"))).toEqual([]);
  expect(model.requests).toHaveLength(asked + 1);
}

import type { Channel, InboundChat } from "@openclaw/plugin-sdk";

/** What a channel wants to be said of a group. */
export function groupHintOf(
  channel: Pick<Channel, "groupHint"> | undefined,
  chat: InboundChat,
  accountId: string,
): string | undefined {
  const hint = channel?.groupHint;
  return typeof hint === "function" ? hint(chat, accountId) : hint;
}

/** What the model is told about the group it answers in. */
export function groupIntro(group: {
  label: string;
  chat: InboundChat;
  activation: "mention" | "always";
  hint: string | undefined;
}): string {
  const { label, chat, activation, hint } = group;
  const subject = chat.title ?? chat.handle;
  const members = chat.members ?? [];
  return [
    `You are answering inside a ${label} group${subject === undefined ? "" : ` called ${JSON.stringify(subject)}`}.`,
    ...(members.length === 0 ? [] : [`Members: ${members.slice(0, 50).join(", ")}.`]),
    activation === "always"
      ? "You see every message of the group (activation: always). Be selective: when nothing you could say is worth it, reply with exactly NO_REPLY and nothing else."
      : "You are woken only when somebody addresses you (activation: mention).",
    ...(hint === undefined ? [] : [hint]),
    "Mostly read along. Write as a person in a chat would: no Markdown tables, no literal \\n sequences.",
    "Address the sender the message names.",
  ].join(" ");
}

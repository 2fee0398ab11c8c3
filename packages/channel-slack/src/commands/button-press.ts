import type { InboundMessage } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { type Bot, teamOf } from "../bot.ts";
import { chatOf, senderOf, whereIs } from "../inbound/chat-of.ts";
import { valueAction } from "../outbound/message-blocks.ts";
import { commandHandle } from "./command-replies.ts";

const wirePress = z.object({
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
  trigger_id: z.string().default(""),
  response_url: z.string().optional(),
  team: z.object({ id: z.string() }).nullish(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional(), action_ts: z.string().optional() })),
});

/** Somebody pressed a button of a message: it counts as a message of theirs. @throws when it was not stored */
export async function takePress(bot: Bot, body: unknown): Promise<void> {
  const { context, identity } = bot;
  const read = wirePress.safeParse(body);
  if (!read.success) {
    context.log.warn("Slack sent a press on a button that cannot be read", { problem: read.error.message });
    return;
  }
  const { user, channel, message, actions, team, trigger_id, response_url } = read.data;
  const [action] = actions;
  if (channel === undefined || action?.value === undefined) return;
  if (identity.teamId !== undefined && team?.id !== undefined && team.id !== identity.teamId) return;
  const [, invoker] = new RegExp(`^${valueAction}:([^:]+):`).exec(action.action_id) ?? [];
  if (invoker !== undefined && invoker !== user.id) {
    context.log.debug("a value of a command was chosen by somebody who did not use the command");
    return;
  }
  const where = await whereIs(bot.names, channel.id);
  const threadTs = message?.thread_ts !== message?.ts ? message?.thread_ts : undefined;
  await context.receive({
    id: trigger_id || `${action.action_id}:${action.action_ts ?? Date.now()}`,
    channel: "slack",
    accountId: context.accountId,
    chat: chatOf(where, { userId: user.id, threadTs, team: teamOf(bot) }),
    sender: await senderOf(bot.names, user.id),
    at: Date.now(),
    text: action.value,
    mentions: { me: true, any: true },
    ...(invoker === undefined
      ? { trigger: { kind: "button", data: action.value, ...(message === undefined ? {} : { messageId: message.ts }) } }
      : { trigger: chosenCommand(action.value), ...answeredAs(bot, user.id, response_url) }),
  });
}

/** A chosen value is the command with it. */
function chosenCommand(text: string): NonNullable<InboundMessage["trigger"]> {
  return { kind: "command", name: /^\/(\w+)/.exec(text)?.[1] ?? "" };
}

/** The answer is for the same person as the command's would have been. */
function answeredAs({ context }: Bot, userId: string, url: string | undefined): Pick<InboundMessage, "replyHandle"> {
  if (url === undefined) return {};
  const { ephemeral } = context.account.settings.slashCommand;
  return { replyHandle: commandHandle({ url, ephemeral, userId }) };
}

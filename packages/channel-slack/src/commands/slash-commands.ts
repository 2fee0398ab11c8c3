import type { InboundMessage, NativeCommand } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { type Bot, teamOf } from "../bot.ts";
import { chatOf, senderOf, whereIs } from "../inbound/chat-of.ts";
import { commandHandle } from "./command-replies.ts";

const wireCommand = z.object({
  command: z.string(),
  text: z.string().default(""),
  user_id: z.string(),
  channel_id: z.string(),
  response_url: z.string(),
  trigger_id: z.string().default(""),
  team_id: z.string().optional(),
  api_app_id: z.string().optional(),
});

/** Slash commands of an app: the assistant's own, or one that takes any text. */
export interface SlashCommands {
  /** With `/` in front, as Slack names them. */
  names: readonly string[];
  /** Resolves with the answer that goes with the acknowledgement, if there is one already. @throws when it was not stored */
  take(payload: unknown): Promise<object | undefined>;
}

export function createSlashCommands(bot: Bot): SlashCommands {
  const { context, identity } = bot;
  const { slashCommand, commands } = context.account.settings;
  const native = commands.native === true ? context.nativeCommands : [];
  const byName = new Map(native.map((command) => [`/${command.name.toLowerCase()}`, command]));
  const single = `/${slashCommand.name.replace(/^\//, "").toLowerCase()}`;
  const names = byName.size > 0 ? [...byName.keys()] : slashCommand.enabled ? [single] : [];

  return {
    names,
    async take(payload) {
      const read = wireCommand.safeParse(payload);
      if (!read.success) {
        context.log.warn("Slack sent a command that cannot be read", { problem: read.error.message });
        return undefined;
      }
      const { command, user_id, channel_id, response_url, trigger_id, team_id, api_app_id } = read.data;
      if (identity.teamId !== undefined && team_id !== undefined && identity.teamId !== team_id) return undefined;
      if (identity.appId !== undefined && api_app_id !== undefined && identity.appId !== api_app_id) return undefined;
      const text = read.data.text.trim();
      const own = byName.get(command.toLowerCase());
      if (own === undefined && text === "") return { response_type: "ephemeral", text: "Message required." };
      const where = await whereIs(bot.names, channel_id);
      if (where.kind === "direct") bot.directChannels.set(user_id, channel_id);
      await context.receive({
        id: trigger_id || `${channel_id}:${user_id}:${Date.now()}`,
        channel: "slack",
        accountId: context.accountId,
        chat: chatOf(where, { userId: user_id, team: teamOf(bot) }),
        sender: await senderOf(bot.names, user_id),
        at: Date.now(),
        mentions: { me: true, any: true },
        ...spoken(own, text, slashCommand.sessionPrefix),
        replyHandle: commandHandle({ url: response_url, ephemeral: slashCommand.ephemeral, userId: user_id }),
      });
      return undefined;
    },
  };
}

/** The command as one would type it, and what it says to the host. */
function spoken(
  command: NativeCommand | undefined,
  text: string,
  sessionPrefix: string,
): Pick<InboundMessage, "text" | "trigger"> {
  if (command !== undefined) {
    return {
      text: text === "" ? `/${command.name}` : `/${command.name} ${text}`,
      trigger: { kind: "command", name: command.name, ...(text === "" ? {} : { args: { text } }) },
    };
  }
  // Only who asked sees the answer, so that what is said does not belong to the channel's session.
  const session = sessionPrefix.trim() || "slack:slash";
  return { text, trigger: { kind: "command", name: /^\/(\w+)/.exec(text)?.[1] ?? "openclaw", session } };
}

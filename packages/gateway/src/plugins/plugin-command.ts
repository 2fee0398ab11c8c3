import type { CommandSpec } from "@openclaw/agent-runtime";
import type { CommandReply } from "@openclaw/agent-runtime/commands";
import type { OpenClawConfig } from "@openclaw/config";
import type { MatchedCommand, PluginCommands } from "@openclaw/plugins";
import type { Inbound } from "../pipeline/inbound.ts";

/** A plugin's command, as lists and command menus show it. */
export function pluginCommandSpec(command: ReturnType<PluginCommands["list"]>[number]): CommandSpec {
  const { name, description, acceptsArgs } = command;
  return {
    name,
    aliases: [],
    category: "plugins",
    description,
    args: acceptsArgs ? [{ name: "args", description: "what follows the name" }] : [],
    nativeName: name,
    kind: "command",
  };
}

/** Runs a plugin's command for the message it is. */
export async function answerPluginCommand(
  matched: MatchedCommand,
  message: Inbound,
  config: OpenClawConfig,
): Promise<CommandReply> {
  const { route } = message;
  const place =
    route.surface === "channel"
      ? {
          channel: route.channel,
          channelId: route.channel,
          to: route.to,
          accountId: route.accountId,
          messageThreadId: route.threadId,
        }
      : { channel: "webchat", channelId: "webchat" };
  const result = await matched.run({
    senderId: message.senderId,
    isAuthorizedSender: message.authorized,
    config,
    from: message.senderId,
    ...place,
  });
  const mediaUrls = [...(result.mediaUrls ?? []), ...(result.mediaUrl === undefined ? [] : [result.mediaUrl])];
  return {
    ...(result.text === undefined ? {} : { text: result.text }),
    ...(mediaUrls.length === 0 ? {} : { mediaUrls }),
    ...(result.audioAsVoice === true ? { audioAsVoice: true as const } : {}),
    ...(result.channelData === undefined ? {} : { channelData: result.channelData }),
    ...(result.replyToId === undefined ? {} : { replyTo: result.replyToId }),
  };
}

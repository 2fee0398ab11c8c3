import type { CommandReply } from "@openclaw/agent-runtime/commands";
import type { OpenClawConfig } from "@openclaw/config";
import type { MatchedCommand } from "@openclaw/plugins";
import type { Inbound } from "../pipeline/inbound.ts";

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
    ...(result.replyToId === undefined ? {} : { replyTo: result.replyToId }),
  };
}

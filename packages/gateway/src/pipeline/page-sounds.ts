import type { RunResult } from "@openclaw/agent-runtime";
import type { WebSound, WebSounds } from "../media/web-sounds.ts";
import type { Inbound } from "./inbound.ts";
import { createSpokenReplies, type SpeakReply } from "./spoken-replies.ts";

/** The sounds of an answer that the web chat shows; none where it is not spoken. */
export type PageSounds = (message: Inbound, result: RunResult) => Promise<readonly WebSound[]>;

export function createPageSounds(options: {
  speak: SpeakReply;
  speechMode(sessionKey: string): string | undefined;
  sounds: WebSounds;
  /** When the last message of a session was written, ms since the epoch. */
  lastTimestamp(sessionKey: string): number | undefined;
  stopped: AbortSignal;
}): PageSounds {
  const { speak, sounds, stopped } = options;
  return async (message, result) => {
    const { sessionKey, route, voice } = message;
    if (route.surface !== "webchat") return [];
    const replies = createSpokenReplies({
      speak,
      channel: "webchat",
      sessionMode: () => options.speechMode(sessionKey),
      afterVoice: voice === true,
      signal: stopped,
    });
    const spoken = await replies.withSound(result.payloads, result);
    const offered = spoken.flatMap(({ mediaUrls = [] }) => mediaUrls.flatMap((file) => sounds.offer(file) ?? []));
    const at = offered.length > 0 ? options.lastTimestamp(sessionKey) : undefined;
    if (at !== undefined) sounds.attach(sessionKey, at, offered);
    return offered;
  };
}

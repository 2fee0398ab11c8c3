import type { RunResult } from "@openclaw/agent-runtime";
import type { OfferedFiles, WebFiles } from "../media/web-files.ts";
import type { Inbound } from "./inbound.ts";
import { createSpokenReplies, type SpeakReply } from "./spoken-replies.ts";

/** The files of an answer that the web chat shows, and what is spoken of it; undefined where there are none. */
export type PageFiles = (message: Inbound, result: RunResult) => Promise<OfferedFiles | undefined>;

export function createPageFiles(options: {
  speak: SpeakReply;
  speechMode(sessionKey: string): string | undefined;
  webFiles: WebFiles;
  /** When the last message of a session was written, ms since the epoch. */
  lastTimestamp(sessionKey: string): number | undefined;
  stopped: AbortSignal;
}): PageFiles {
  const { speak, webFiles, stopped } = options;
  return async (message, result) => {
    const { sessionKey, route, voice } = message;
    if (route.surface !== "webchat") return undefined;
    const replies = createSpokenReplies({
      speak,
      channel: "webchat",
      sessionMode: () => options.speechMode(sessionKey),
      afterVoice: voice === true,
      signal: stopped,
    });
    const spoken = await replies.withSound(result.payloads, result);
    const offered = webFiles.offer(spoken.flatMap(({ mediaUrls = [] }) => mediaUrls));
    if (offered.sounds.length + offered.files.length === 0) return undefined;
    const at = options.lastTimestamp(sessionKey);
    if (at !== undefined) webFiles.attach(sessionKey, at, offered);
    return offered;
  };
}

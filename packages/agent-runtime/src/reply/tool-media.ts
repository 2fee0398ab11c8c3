import type { MediaSource } from "./media-lines.ts";
import type { ReplyPayload } from "./shape-reply.ts";

/**
 * Files that a tool has made for the user: `reply: { mediaUrls, audioAsVoice? }` in the details of its result. Undefined
 * when it has made none that may be attached.
 */
export function toolMediaOf(details: unknown, accept: MediaSource): ReplyPayload | undefined {
  if (typeof details !== "object" || details === null || !("reply" in details)) return undefined;
  const { reply } = details;
  if (typeof reply !== "object" || reply === null || !("mediaUrls" in reply) || !Array.isArray(reply.mediaUrls)) {
    return undefined;
  }
  const mediaUrls = reply.mediaUrls.flatMap((url) => (typeof url === "string" ? (accept(url) ?? []) : []));
  if (mediaUrls.length === 0) return undefined;
  const asVoice = "audioAsVoice" in reply && reply.audioAsVoice === true;
  return { mediaUrls, ...(asVoice ? { audioAsVoice: true } : {}) };
}

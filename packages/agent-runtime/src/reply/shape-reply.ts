import { type MediaSource, takeMediaLines, withoutUnfinishedMediaLine } from "./media-lines.ts";
import { stripReasoningTags } from "./reasoning-tags.ts";
import { takeReplyTags, withoutUnfinishedReplyTag } from "./reply-tags.ts";
import { heartbeatToken, mayBecomeToken, silentToken, stripToken, withoutTrailingToken } from "./silent-token.ts";

/** One message to the user. Without text and media there is no payload. */
export interface ReplyPayload {
  text?: string;
  /** Addresses, or real paths of local files. */
  mediaUrls?: string[];
  replyToId?: string;
  replyToCurrent?: true;
  audioAsVoice?: true;
  isError?: true;
}

export interface ShapeOptions {
  media: MediaSource;
  /** See `stripReasoningTags`. */
  finalOnly?: boolean;
  /** Keep `HEARTBEAT_OK`, which has a meaning in heartbeat runs. */
  heartbeat?: boolean;
  /** Told about sources of `MEDIA:` lines that stayed text. */
  onRefusedMedia?: (source: string) => void;
}

/** Shapes one complete assistant text. Undefined means deliberate silence. */
export function shapeReply(raw: string, options: ShapeOptions): ReplyPayload | undefined {
  const answer = stripReasoningTags(raw, { finalOnly: options.finalOnly === true });
  const media = takeMediaLines(answer, options.media);
  for (const source of media.refused) options.onRefusedMedia?.(source);
  const { text: untagged, ...tags } = takeReplyTags(media.text);
  let text = stripToken(untagged, silentToken);
  if (options.heartbeat !== true) text = stripToken(text, heartbeatToken);
  text = trimBlankLines(text);
  if (text === "" && media.mediaUrls.length === 0) return undefined;
  const payload: ReplyPayload = { ...tags };
  if (text !== "") payload.text = text;
  if (media.mediaUrls.length > 0) payload.mediaUrls = media.mediaUrls;
  return payload;
}

/** What may already be shown of an assistant text that is still being written. */
export function shapeLive(raw: string, options: ShapeOptions): { text: string; mediaUrls: string[] } {
  let text = stripReasoningTags(raw, { streaming: true, finalOnly: options.finalOnly === true });
  const media = takeMediaLines(withoutUnfinishedMediaLine(text), options.media);
  text = takeReplyTags(withoutUnfinishedReplyTag(media.text)).text;
  text = text.replace(/^(?:[ \t]*\r?\n)+/, "");
  if (mayBecomeToken(text, silentToken)) text = "";
  text = withoutTrailingToken(stripToken(text, silentToken), silentToken);
  if (options.heartbeat !== true) {
    if (mayBecomeToken(text, heartbeatToken)) text = "";
    text = withoutTrailingToken(stripToken(text, heartbeatToken), heartbeatToken);
  }
  return { text, mediaUrls: media.mediaUrls };
}

/** Outer blank lines go, the indentation of the first line stays. */
function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd();
}

import { type MediaSource, takeMediaLines, withoutUnfinishedMediaLine } from "./media-lines.ts";
import { stripReasoningTags } from "./reasoning-tags.ts";
import { takeReplyTags, withoutUnfinishedReplyTag } from "./reply-tags.ts";
import { heartbeatToken, mayBecomeToken, silentToken, stripToken, withoutTrailingToken } from "./silent-token.ts";
import { type SpeechTags, takeSpeechTags } from "./speech-tags.ts";
import { stripToolCallMarkup, withoutUnfinishedMarkup } from "./tool-call-markup.ts";

/** One message to the user. Without text and media there is no payload, unless something is to be spoken. */
export interface ReplyPayload {
  text?: string;
  /** Addresses, or real paths of local files. */
  mediaUrls?: string[];
  replyToId?: string;
  replyToCurrent?: true;
  audioAsVoice?: true;
  /** How the answer asks to be spoken. */
  speech?: SpeechTags;
  /** The text without the line that stands under it. */
  answer?: string;
  isError?: true;
  /** What the model thought, not what it answered. */
  isReasoning?: true;
  /** Was handed out in blocks while it was written. */
  asBlocks?: true;
}

/** A text that is still being written, as far as it can be shown, with the tags it had so far. */
export interface LiveReply extends Pick<ReplyPayload, "replyToId" | "replyToCurrent" | "audioAsVoice"> {
  text: string;
  mediaUrls: string[];
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
  const answer = stripToolCallMarkup(stripReasoningTags(raw, { finalOnly: options.finalOnly === true }));
  const media = takeMediaLines(answer, options.media);
  for (const source of media.refused) options.onRefusedMedia?.(source);
  const spoken = takeSpeechTags(media.text);
  const { text: untagged, ...tags } = takeReplyTags(spoken.text);
  let text = stripToken(untagged, silentToken);
  if (options.heartbeat !== true) text = stripToken(text, heartbeatToken);
  text = trimBlankLines(text);
  if (text === "" && media.mediaUrls.length === 0 && !spoken.speech?.text) return undefined;
  const payload: ReplyPayload = { ...tags };
  if (text !== "") payload.text = text;
  if (spoken.speech !== undefined) payload.speech = spoken.speech;
  if (media.mediaUrls.length > 0) payload.mediaUrls = media.mediaUrls;
  return payload;
}

/** What may already be shown of an assistant text that is still being written. */
export function shapeLive(raw: string, options: ShapeOptions): LiveReply {
  const answer = stripReasoningTags(raw, { streaming: true, finalOnly: options.finalOnly === true });
  const plain = stripToolCallMarkup(withoutUnfinishedMarkup(answer));
  const media = takeMediaLines(withoutUnfinishedMediaLine(plain), options.media);
  const { text: untagged, ...tags } = takeReplyTags(
    withoutUnfinishedReplyTag(takeSpeechTags(media.text, { streaming: true }).text),
  );
  let text = untagged.replace(/^(?:[ \t]*\r?\n)+/, "");
  if (mayBecomeToken(text, silentToken)) text = "";
  text = withoutTrailingToken(stripToken(text, silentToken), silentToken);
  if (options.heartbeat !== true) {
    if (mayBecomeToken(text, heartbeatToken)) text = "";
    text = withoutTrailingToken(stripToken(text, heartbeatToken), heartbeatToken);
  }
  return { ...tags, text, mediaUrls: media.mediaUrls };
}

/** Outer blank lines go, the indentation of the first line stays. */
function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd();
}

import { codeRanges, insideRange } from "./code-ranges.ts";
import { tagBounds } from "./tag-bounds.ts";

const tag = /\[\[\s*(reply_to_current|reply_to\s*:\s*([^\][\n]+?)|audio_as_voice)\s*\]\]/gi;

export interface ReplyTags {
  text: string;
  /** Id of the message to answer; the last explicit one wins. */
  replyToId?: string;
  /** Answer the message that started the run. */
  replyToCurrent?: true;
  /** Send the media as a voice note. */
  audioAsVoice?: true;
}

/** Takes the reply tags out of a text, each with one adjacent space. Code is left alone, so is all other whitespace. */
export function takeReplyTags(text: string): ReplyTags {
  if (!text.includes("[[")) return { text };
  const code = codeRanges(text);
  const result: ReplyTags = { text };
  let kept = "";
  let from = 0;
  for (const match of text.matchAll(tag)) {
    if (insideRange(code, match.index)) continue;
    const start = match.index;
    const before = start > from ? text[start - 1] : kept.at(-1);
    const bounds = tagBounds(text, { start, end: start + match[0].length }, before);
    kept += text.slice(from, Math.max(from, bounds.start));
    from = bounds.end;
    const name = match[1]?.toLowerCase() ?? "";
    if (match[2] !== undefined) result.replyToId = match[2];
    else if (name === "audio_as_voice") result.audioAsVoice = true;
    else result.replyToCurrent = true;
  }
  result.text = kept + text.slice(from);
  return result;
}

/** Cuts the beginning of a tag off the end of a text that is still being written. */
export function withoutUnfinishedReplyTag(text: string): string {
  return text.replace(/ ?\[(\[[^\]\n]{0,200}\]?)?$/, "");
}

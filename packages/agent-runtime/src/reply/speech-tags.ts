import { codeRanges, insideRange } from "./code-ranges.ts";
import { tagBounds } from "./tag-bounds.ts";

/** How an answer asks to be spoken: `[[tts]]`, `[[tts:key=value …]]`, `[[tts:text]]…[[/tts:text]]`. */
export interface SpeechTags {
  /** What stands in each directive; empty for a bare one. */
  directives: string[];
  /** To be spoken in place of the answer, and not shown. */
  text?: string;
}

const opening = /\[\[\s*tts\s*(?::([^\][\n]*))?\]\]/gi;
const closing = /\[\[\s*\/\s*tts\s*:\s*text\s*\]\]/gi;

/** Takes the directives out of a text, each with one adjacent space. Code is left alone. */
export function takeSpeechTags(
  text: string,
  options: { streaming?: boolean } = {},
): { text: string; speech?: SpeechTags } {
  if (!/\[\[\s*\/?\s*tts/i.test(text)) return { text };
  const code = codeRanges(text);
  const speech: SpeechTags = { directives: [] };
  let found = false;
  let kept = "";
  let from = 0;
  const cut = (start: number, end: number) => {
    const bounds = tagBounds(text, { start, end }, start > from ? text[start - 1] : kept.at(-1));
    kept += text.slice(from, Math.max(from, bounds.start));
    from = bounds.end;
    found = true;
  };
  for (const match of text.matchAll(opening)) {
    const start = match.index;
    if (start < from || insideRange(code, start)) continue;
    const end = start + match[0].length;
    const body = (match[1] ?? "").trim();
    if (body.toLowerCase() !== "text") {
      speech.directives.push(body);
      cut(start, end);
      continue;
    }
    closing.lastIndex = end;
    const close = closing.exec(text);
    // What may still be closed is not shown; what never was is ordinary text without its tag.
    if (close === null && options.streaming !== true) {
      cut(start, end);
      continue;
    }
    const spoken = text.slice(end, close?.index).trim();
    speech.text = speech.text === undefined ? spoken : `${speech.text}\n${spoken}`;
    cut(start, close === null ? text.length : close.index + close[0].length);
  }
  if (!found) return { text };
  return { text: kept + text.slice(from), speech };
}

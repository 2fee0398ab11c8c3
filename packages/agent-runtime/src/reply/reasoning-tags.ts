import { codeRanges, insideRange } from "./code-ranges.ts";

const tag = /<(\/?)\s*(think|thinking|thought|antthinking|final)\b[^<>]*>/gi;
/** The beginning of one of our tags at the very end of a text that is still being written. */
const unfinishedTag = /<\/?\s*[a-z]{0,11}[^<>\n]{0,20}$/i;
const tagNames = ["think", "thinking", "thought", "antthinking", "final"];

export interface ReasoningTagOptions {
  /** The text is still growing: a tag that may be cut in the middle is held back. */
  streaming?: boolean;
  /** The provider reasons in tags, so only what stands in `<final>` is the answer, if there is one at all. */
  finalOnly?: boolean;
}

/**
 * Removes reasoning that a model wrote into its text as tags, outside code. An opened and never closed reasoning tag
 * hides the rest. Text that stands in no `<final>` is kept when there is no `<final>`.
 */
export function stripReasoningTags(text: string, options: ReasoningTagOptions = {}): string {
  if (!text.includes("<")) return text;
  const source = options.streaming === true ? withoutUnfinishedTag(text) : text;
  const code = codeRanges(source);
  const outside: string[] = [];
  const inFinal: string[] = [];
  let thinking = 0;
  let final = false;
  let sawFinal = false;
  let from = 0;

  const take = (to: number) => {
    if (thinking > 0 || to <= from) return;
    const piece = source.slice(from, to);
    outside.push(piece);
    if (final) inFinal.push(piece);
  };
  for (const match of source.matchAll(tag)) {
    if (insideRange(code, match.index)) continue;
    const closing = match[1] === "/";
    take(match.index);
    from = match.index + match[0].length;
    if (match[2]?.toLowerCase() === "final") {
      final = !closing;
      sawFinal = true;
    } else {
      thinking = closing ? Math.max(0, thinking - 1) : thinking + 1;
    }
  }
  take(source.length);

  if (options.finalOnly !== true) return outside.join("");
  if (sawFinal) return inFinal.join("");
  // Until the first tag has arrived whole it is not known whether the model keeps to the format.
  if (options.streaming === true && /^\s*(<|$)/.test(text)) return "";
  return outside.join("");
}

function withoutUnfinishedTag(text: string): string {
  const match = unfinishedTag.exec(text);
  if (match === null) return text;
  const name = match[0].replace(/^<\/?\s*/, "").toLowerCase();
  const possible = tagNames.some((known) => known.startsWith(name) || name.startsWith(`${known} `));
  return possible ? text.slice(0, match.index) : text;
}

/** What stands in the reasoning tags of a text, outside code; empty when there are none. */
export function reasoningTagText(text: string): string {
  if (!text.includes("<")) return "";
  const code = codeRanges(text);
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const match of text.matchAll(tag)) {
    if (insideRange(code, match.index) || match[2]?.toLowerCase() === "final") continue;
    const closing = match[1] === "/";
    if (closing && depth === 1) parts.push(text.slice(from, match.index).trim());
    if (!closing && depth === 0) from = match.index + match[0].length;
    depth = closing ? Math.max(0, depth - 1) : depth + 1;
  }
  if (depth > 0) parts.push(text.slice(from).trim());
  return parts.join("\n").trim();
}

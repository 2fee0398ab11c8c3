import { codeRanges, insideRange } from "./code-ranges.ts";

/**
 * What some models write into their text although it belongs to the wire: tool calls and results as text (when a history
 * with calls is replayed to a model that cannot call), XML calls, and control tokens.
 */
const markup: readonly RegExp[] = [
  /\[Tool Call: [^\]\n]+\](?:[ \t]*\r?\n[ \t]*Arguments:[ \t]*(?:\{[\s\S]{0,20000}?\}(?=[ \t]*(?:\r?\n|$))|[^\n]*))?[ \t]*\r?\n?/g,
  /\[Tool Result for ID [^\]\n]+\][\s\S]*?(?=\r?\n[ \t]*\r?\n|\[Tool (?:Call|Result)|$)(?:\r?\n)*/g,
  /\[Historical context: [^\]\n]*\][ \t]*\r?\n?/g,
  /<\/?(?:minimax:tool_call|function_calls)>[ \t]*\r?\n?/gi,
  /<[|｜](?:im_start|im_end|endoftext|eot_id|end|start|channel|message|tool▁[a-z▁]+)[|｜]>/g,
];

/** Elements whose content goes as well. */
const elements = [
  { closing: "</invoke>", pattern: /<invoke\b[^>]*>[\s\S]*?<\/invoke>[ \t]*\r?\n?/gi },
  { closing: "</tool_call>", pattern: /<tool_call>[\s\S]*?<\/tool_call>[ \t]*\r?\n?/gi },
];

/** Beginnings of such markup; a growing text is held back from one on until it is complete. */
const beginnings = ["[Tool Call: ", "[Tool Result for ID ", "[Historical context: ", "<invoke", "<tool_call>"];
/** What may still become longer: a call whose arguments are being written. */
const unfinished: readonly RegExp[] = [
  /\[Tool Call: (?![\s\S]*\n[ \t]*\r?\n)[\s\S]*$/,
  /<invoke\b(?![\s\S]*<\/invoke>)[\s\S]*$/i,
  /<tool_call>(?![\s\S]*<\/tool_call>)[\s\S]*$/i,
];
const quick = /\[Tool |\[Historical|<invoke|<tool_call|minimax:|function_calls|<[|｜]/i;

/** Removes tool-call markup and control tokens outside code. */
export function stripToolCallMarkup(text: string): string {
  if (!quick.test(text)) return text;
  let rest = text;
  for (const { closing, pattern } of elements) {
    const end = rest.toLowerCase().lastIndexOf(closing);
    if (end < 0) continue;
    // Only where every element has an end: looking for one behind each of thousands that have none takes for ever.
    rest = removeOutsideCode(rest, pattern, end + closing.length);
  }
  for (const pattern of markup) rest = removeOutsideCode(rest, pattern);
  return rest;
}

/** Removes what fits the pattern before `end`. */
function removeOutsideCode(text: string, pattern: RegExp, end = text.length): string {
  const code = codeRanges(text);
  const head = text.slice(0, end).replace(pattern, (match, ...args: unknown[]) => {
    const at = args.find((arg) => typeof arg === "number");
    return typeof at === "number" && insideRange(code, at) ? match : "";
  });
  return head + text.slice(end);
}

/** Cuts markup off the end of a growing text that is not complete, or may become such. */
export function withoutUnfinishedMarkup(text: string): string {
  if (!text.includes("[") && !text.includes("<")) return text;
  const code = codeRanges(text);
  const starts = unfinished.map((pattern) => text.search(pattern)).filter((at) => at >= 0 && !insideRange(code, at));
  const open = Math.max(text.lastIndexOf("["), text.lastIndexOf("<"));
  if (open >= 0 && !insideRange(code, open)) {
    const tail = text.slice(open);
    if (tail.length > 1 && beginnings.some((each) => each.startsWith(tail) || tail.startsWith(each))) starts.push(open);
    else if (/^<[|｜][^\n|｜>]{0,20}$/.test(tail)) starts.push(open);
  }
  return starts.length === 0 ? text : text.slice(0, Math.min(...starts));
}

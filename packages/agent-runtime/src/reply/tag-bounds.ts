/**
 * What goes out of a text with a tag: the tag and one space beside it, unless two words would become one.
 * @param before what stands in front of the tag in what is left of the text
 */
export function tagBounds(
  text: string,
  tag: { start: number; end: number },
  before: string | undefined,
): { start: number; end: number } {
  const { start, end } = tag;
  const behind = text[end];
  if (isSpace(behind) && (before === undefined || /\s/.test(before))) return { start, end: end + 1 };
  if (isSpace(before) && !/[\p{L}\p{N}]/u.test(behind ?? "")) return { start: start - 1, end };
  return { start, end };
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

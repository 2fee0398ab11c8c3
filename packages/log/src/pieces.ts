const boundaries = ["\n", " ", ","];

/**
 * Applies `change` to pieces of at most `length` characters and joins the results. A piece ends at a line break, else at
 * a space, else at a comma, so that what belongs together stays together. A longer run without any of these is not shown:
 * cut in two, a secret in it would no longer be recognised.
 */
export function changeInPieces(text: string, length: number, change: (piece: string) => string): string {
  if (text.length <= length) return change(text);
  let result = "";
  for (let start = 0; start < text.length; ) {
    const end = pieceEnd(text, start, length);
    result += end - start > length ? `… (${end - start} characters without a break)` : change(text.slice(start, end));
    start = end;
  }
  return result;
}

function pieceEnd(text: string, start: number, length: number): number {
  if (start + length >= text.length) return text.length;
  for (const boundary of boundaries) {
    const at = text.lastIndexOf(boundary, start + length);
    if (at > start) return at;
  }
  const next = boundaries.map((boundary) => text.indexOf(boundary, start + length)).filter((at) => at >= 0);
  return next.length === 0 ? text.length : Math.min(...next);
}

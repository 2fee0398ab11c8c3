/** The key in what was pasted: also out of a line such as `export NAME="value";`. */
export function cleanKeyText(text: string): string {
  const line = text.replace(/[\r\n]/g, "").trim();
  const assigned =
    /^(?:export\s+[A-Za-z_][A-Za-z0-9_]*|[A-Z][A-Z0-9]*_[A-Z0-9_]*)\s*=\s*(.*?)\s*;?$/.exec(line)?.[1] ?? line;
  return /^(["'])(.*)\1$/.exec(assigned)?.[2] ?? assigned;
}

/** Enough of a secret to recognise it by. */
export function keyPreview(key: string): string {
  return key.length < 12 ? "…" : `${key.slice(0, 4)}…${key.slice(-4)}`;
}

const range = /^(\d{4}-\d{2}-\d{2})to(\d{4}-\d{2}-\d{2})$/;

/** True for `pd`, `pw`, `pm`, `py` and for two existing days in order: `2026-01-01to2026-01-31`. */
export function isFreshness(text: string): boolean {
  if (/^p[dwmy]$/.test(text)) return true;
  const [, from = "", to = ""] = range.exec(text) ?? [];
  return isDay(from) && isDay(to) && from <= to;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

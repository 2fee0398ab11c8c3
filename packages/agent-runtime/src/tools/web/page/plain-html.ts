/** Elements whose content is not text of the page. */
const hidden = new Set(["script", "style", "noscript", "template", "svg", "iframe", "object", "head", "textarea"]);
const blocks = new Set(
  "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section table td th title tr ul".split(
    " ",
  ),
);
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  euro: "€",
  pound: "£",
  sect: "§",
  deg: "°",
  times: "×",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  ntilde: "ñ",
};

/**
 * The text of a page without a parser: tags, scripts and styles left out, entities decoded, one line per block. Every
 * character is looked at a bounded number of times, whatever the page.
 */
export function plainTextOfHtml(html: string): string {
  const lower = html.toLowerCase();
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open < 0) break;
    parts.push(html.slice(at, open));
    const end = endOfTag(html, lower, open);
    // What is never closed is left out, as a browser does.
    if (end === undefined) return tidy(parts);
    if (end.separates) parts.push("\n");
    at = end.at;
  }
  parts.push(html.slice(at));
  return tidy(parts);
}

/** Content of `<title>`, if there is one. */
export function titleOfHtml(html: string): string | undefined {
  const head = html.slice(0, 100_000);
  const open = /<title(?:\s[^<>]{0,200})?>/i.exec(head);
  if (open === null) return undefined;
  const from = open.index + open[0].length;
  const to = head.toLowerCase().indexOf("</title", from);
  if (to < 0) return undefined;
  return decodeEntities(head.slice(from, to)).replace(/\s+/g, " ").trim() || undefined;
}

function endOfTag(html: string, lower: string, open: number): { at: number; separates: boolean } | undefined {
  if (lower.startsWith("<!--", open)) return after(html, "-->", open + 4);
  const name = /^<\/?([a-z][a-z0-9-]{0,30})/.exec(lower.slice(open, open + 40))?.[1];
  if (name === undefined) {
    // Neither a tag nor a declaration: a bare sign in the text.
    if (!/^<[!?/]/.test(lower.slice(open, open + 2))) return { at: open + 1, separates: false };
    return after(html, ">", open);
  }
  const close = html.indexOf(">", open);
  if (close < 0) return undefined;
  const opening = lower[open + 1] !== "/";
  if (opening && hidden.has(name) && html[close - 1] !== "/") return after(lower, `</${name}`, close);
  return { at: close + 1, separates: blocks.has(name) };
}

function after(text: string, what: string, from: number): { at: number; separates: boolean } | undefined {
  const found = text.indexOf(what, from);
  if (found < 0) return undefined;
  const at = found + what.length;
  if (what.endsWith(">")) return { at, separates: false };
  const close = text.indexOf(">", at);
  return close < 0 ? undefined : { at: close + 1, separates: true };
}

function tidy(parts: readonly string[]): string {
  return decodeEntities(parts.join(""))
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : "\ufffd";
  });
}

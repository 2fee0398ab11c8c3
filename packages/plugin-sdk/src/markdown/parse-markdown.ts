import { Marked, type Token, type Tokens } from "marked";
import type { LinkSpan, MarkdownText, StyleSpan, TextStyle } from "./markdown-text.ts";

const plain = new Marked({ gfm: true, breaks: false });
const withSpoilers = new Marked({ gfm: true, breaks: false });
withSpoilers.use({
  extensions: [
    {
      name: "spoiler",
      level: "inline",
      start: (source) => {
        const at = source.indexOf("||");
        return at < 0 ? undefined : at;
      },
      tokenizer(source) {
        const match = /^\|\|(?=\S)([\s\S]*?\S)\|\|/.exec(source);
        const inner = match?.[1];
        if (match === null || inner === undefined) return undefined;
        return { type: "spoiler", raw: match[0], text: inner, tokens: this.lexer.inlineTokens(inner) };
      },
    },
  ],
});

/** Takes Markdown apart. With `spoilers`, `||x||` hides `x`. */
export function parseMarkdown(markdown: string, options: { spoilers?: boolean } = {}): MarkdownText {
  const tokens = (options.spoilers ? withSpoilers : plain).lexer(markdown);
  const writer = createWriter();
  writeBlocks(tokens, writer);
  return writer.done();
}

interface Writer {
  text(text: string): void;
  styled(style: TextStyle, write: () => void, language?: string): void;
  linked(href: string, write: () => void): void;
  /** Puts `prefix` in front of every line written inside; `first` in front of the first one. */
  prefixed(first: string, prefix: string, write: () => void): void;
  done(): MarkdownText;
}

function createWriter(): Writer {
  let text = "";
  const styles: StyleSpan[] = [];
  const links: LinkSpan[] = [];
  const prefixes: { next: string; rest: string }[] = [];
  let atLineStart = true;

  const lead = () => {
    for (const prefix of prefixes) {
      text += prefix.next;
      prefix.next = prefix.rest;
    }
    atLineStart = false;
  };
  const span = (write: () => void): { start: number; end: number } => {
    if (atLineStart) lead();
    const start = text.length;
    write();
    return { start, end: text.length };
  };

  return {
    text(added) {
      for (const [index, line] of added.split("\n").entries()) {
        if (index > 0) {
          text += "\n";
          atLineStart = true;
        }
        if (line === "") continue;
        if (atLineStart) lead();
        text += line;
      }
    },
    styled(style, write, language) {
      const entry: StyleSpan = { start: 0, end: 0, style, ...(language ? { language } : {}) };
      const at = styles.push(entry) - 1;
      const { start, end } = span(write);
      if (end > start) Object.assign(entry, { start, end });
      else styles.splice(at, 1);
    },
    linked(href, write) {
      const entry: LinkSpan = { start: 0, end: 0, href };
      const at = links.push(entry) - 1;
      const { start, end } = span(write);
      if (end > start) Object.assign(entry, { start, end });
      else links.splice(at, 1);
    },
    prefixed(first, prefix, write) {
      prefixes.push({ next: first, rest: prefix });
      atLineStart = true;
      write();
      prefixes.pop();
    },
    done: () => ({ text, styles, links }),
  };
}

function writeBlocks(tokens: readonly Token[], to: Writer): void {
  let begun = false;
  for (const token of tokens) {
    if (token.type === "space" || token.type === "def") continue;
    if (begun) to.text("\n\n");
    begun = true;
    writeBlock(token, to);
  }
}

function writeBlock(token: Token, to: Writer): void {
  switch (token.type) {
    case "heading":
      return to.styled("bold", () => writeInline(token.tokens ?? [], to));
    case "code":
      return to.styled("code_block", () => to.text(String(token.text)), String(token.lang ?? "").trim());
    case "blockquote":
      return to.prefixed("> ", "> ", () => writeBlocks(token.tokens ?? [], to));
    case "list":
      return writeList(token as Tokens.List, to);
    case "hr":
      return to.text("───");
    case "paragraph":
    case "text":
      return token.tokens === undefined ? to.text(decode(String(token.text))) : writeInline(token.tokens, to);
    default:
      // Tables and raw HTML: as they were written.
      return to.text(token.raw.trimEnd());
  }
}

function writeList(list: Tokens.List, to: Writer): void {
  const first = list.start === "" ? 1 : list.start;
  for (const [index, item] of list.items.entries()) {
    if (index > 0) to.text("\n");
    const box = item.task ? (item.checked ? "☑ " : "☐ ") : "";
    const mark = list.ordered ? `${first + index}. ` : "• ";
    to.prefixed(`${mark}${box}`, "  ", () => writeItem(item.tokens, to));
  }
}

/** The blocks of a list item: one under the other, without empty lines between. */
function writeItem(tokens: readonly Token[], to: Writer): void {
  let begun = false;
  for (const token of tokens) {
    if (token.type === "space" || token.type === "checkbox") continue;
    if (begun) to.text("\n");
    begun = true;
    writeBlock(token, to);
  }
}

function writeInline(tokens: readonly Token[], to: Writer): void {
  for (const token of tokens) {
    const inner = () => (token.type === "codespan" ? to.text(String(token.text)) : writeInline(innerOf(token), to));
    switch (token.type) {
      case "strong":
        to.styled("bold", inner);
        break;
      case "em":
        to.styled("italic", inner);
        break;
      case "del":
        to.styled("strikethrough", inner);
        break;
      case "codespan":
        to.styled("code", inner);
        break;
      case "spoiler":
        to.styled("spoiler", inner);
        break;
      case "link":
        to.linked(String(token.href), inner);
        break;
      case "image":
        to.linked(String(token.href), () => to.text(String(token.text) || String(token.href)));
        break;
      case "br":
        to.text("\n");
        break;
      case "text":
        if (token.tokens === undefined) to.text(decode(token.raw));
        else writeInline(token.tokens, to);
        break;
      case "escape":
        to.text(String(token.text));
        break;
      default:
        to.text(token.raw);
    }
  }
}

function innerOf(token: Token): Token[] {
  return "tokens" in token && Array.isArray(token.tokens) ? token.tokens : [];
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: "\u00a0",
};

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => entities[name] ?? whole);
}

import type TurndownService from "turndown";

/** Longer pages are read up to here: taking a page apart blocks everything else for that long. */
const maxHtmlChars = 1_500_000;
const maxElements = 50_000;

export interface ReadablePage {
  title?: string;
  markdown: string;
  /** The page was longer than what was looked at. */
  cut: boolean;
}

/**
 * The main content of a page as Markdown, without navigation, advertising and scripts; undefined when nothing in it can be
 * read. The libraries are loaded at the first page.
 */
export async function readPage(html: string, url: string): Promise<ReadablePage | undefined> {
  const [{ parseHTML }, { Readability }, { default: Turndown }] = await Promise.all([
    import("linkedom"),
    import("@mozilla/readability"),
    import("turndown"),
  ]);
  const cut = html.length > maxHtmlChars;
  try {
    const { document } = parseHTML(cut ? html.slice(0, maxHtmlChars) : html);
    const base = baseAddress(document.querySelector("base[href]")?.getAttribute("href"), url);
    // The nodes themselves are handed on: written out and read again, a long page would take twice the time.
    const reader = new Readability<object>(document, { maxElemsToParse: maxElements, serializer: (node) => node });
    const article = reader.parse();
    if (!article?.content || !isElement(article.content)) return undefined;
    const markdown = createMarkdownWriter(Turndown, base).turndown(article.content).trim();
    if (markdown === "") return undefined;
    const title = article.title?.replace(/\s+/g, " ").trim();
    return { ...(title ? { title } : {}), markdown, cut };
  } catch (error) {
    // Nested too deeply, or too many elements: not readable, whatever the page's author had in mind.
    if (error instanceof RangeError || (error instanceof Error && error.message.startsWith("Aborting parsing"))) {
      return undefined;
    }
    throw error;
  }
}

function baseAddress(declared: string | null | undefined, url: string): string {
  return declared && URL.canParse(declared, url) ? new URL(declared, url).href : url;
}

function createMarkdownWriter(Turndown: typeof TurndownService, base: string): TurndownService {
  const writer = new Turndown({ headingStyle: "atx", bulletListMarker: "-", codeBlockStyle: "fenced", hr: "---" });
  writer.remove(["script", "style", "noscript", "iframe", "button"]);
  writer.addRule("links", {
    filter: "a",
    replacement(content, node) {
      const text = content.replace(/\s+/g, " ").trim();
      const href = attribute(node, "href");
      if (text === "" || href === null || href.startsWith("#") || !URL.canParse(href, base)) return text;
      const target = new URL(href, base);
      return /^(?:https?|mailto):$/.test(target.protocol) ? `[${text}](${target.href})` : text;
    },
  });
  writer.addRule("images", {
    filter: "img",
    replacement(_content, node) {
      const description = attribute(node, "alt")?.replace(/\s+/g, " ").trim();
      return description ? `[Image: ${description}]` : "";
    },
  });
  writer.addRule("cells", {
    filter: ["th", "td"],
    replacement: (content) => ` ${content.replace(/\s+/g, " ").trim()} |`,
  });
  writer.addRule("rows", { filter: "tr", replacement: (content) => `\n|${content}` });
  writer.addRule("tables", { filter: "table", replacement: (content) => `\n\n${content.trim()}\n\n` });
  return writer;
}

/** The libraries declare what they take of a document each in its own way; an element is one to both. */
function isElement(node: object): node is TurndownService.Node {
  return "nodeType" in node && node.nodeType === 1;
}

function attribute(node: TurndownService.Node, name: string): string | null {
  return "getAttribute" in node ? node.getAttribute(name) : null;
}

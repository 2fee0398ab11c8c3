import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import FormattedMarkdown from "../src/ui/formatted-markdown.tsx";
import { safeImage, safeLink } from "../src/ui/safe-address.ts";

const html = (text: string) => renderToStaticMarkup(<FormattedMarkdown text={text} />);

describe("Markdown of a message", () => {
  it("is formatted: emphasis, lists, tables, code with its language", () => {
    const page = html(
      "**bold** and `code`\n\n- [x] done\n\n| a |\n|---|\n| 1 |\n\n```ts\nlet x = 1;\n```\n\n    indented",
    );
    expect(page).toContain("<strong>bold</strong>");
    expect(page).toContain("<code>code</code>");
    expect(page).toContain('type="checkbox"');
    expect(page).toContain("<table>");
    expect(page).toContain("<span>ts</span>");
    expect(page).toContain("<code>let x = 1;</code>");
    expect(page).toContain("<code>indented</code>");
  });

  it("breaks lines where its author did", () => {
    expect(html("one\ntwo **three\nfour**\n\n- five\nsix")).toBe(
      "<p>one<br/>\ntwo <strong>three<br/>\nfour</strong></p>\n<ul>\n<li>five<br/>\nsix</li>\n</ul>",
    );
  });

  it.each([
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    'text <b onclick="alert(1)">bold</b>',
    "<iframe src='https://evil.example'></iframe>",
    "<svg><script>alert(1)</script></svg>",
    "<style>*{display:none}</style>",
  ])("shows HTML as text: %s", (text) => {
    const page = html(text);
    expect(page).not.toMatch(/<(?:img|script|b|iframe|svg|style)[\s>]/);
    expect(page).toContain("&lt;");
  });

  it("opens links elsewhere without telling where they came from", () => {
    expect(html("[x](https://example.com)")).toBe(
      '<p><a href="https://example.com" target="_blank" rel="noreferrer noopener">x</a></p>',
    );
    expect(html("https://example.com/a")).toContain('rel="noreferrer noopener"');
  });

  it.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "vbscript:x",
    "data:text/html,x",
    "file:///etc/passwd",
    "//evil.example",
    "\\\\evil.example",
  ])("makes no link of %s", (address) => {
    expect(safeLink(address)).toBeUndefined();
    expect(html(`[x](<${address}>)`)).not.toContain("<a");
  });

  it("loads images from the data in the message or its own Gateway, and links to others", () => {
    expect(html("![a](data:image/png;base64,iVBORw0KGgo=)")).toContain(
      '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a"',
    );
    const remote = html("![cat](https://tracker.example/cat.png)");
    expect(remote).not.toContain("<img");
    expect(remote).toContain(
      '<a href="https://tracker.example/cat.png" target="_blank" rel="noreferrer noopener">cat</a>',
    );
    expect(html("![x](javascript:alert(1))")).not.toMatch(/<img|<a/);
  });
});

describe("safeImage", () => {
  const origin = "http://127.0.0.1:18789";
  it("accepts raster data and files of the same origin only", () => {
    expect(safeImage("/avatar/main", origin)).toBe("http://127.0.0.1:18789/avatar/main");
    expect(safeImage("data:image/jpeg;base64,AAAA", origin)).toBe("data:image/jpeg;base64,AAAA");
    for (const address of [
      "https://127.0.0.1:18789/x",
      "http://127.0.0.1/x",
      "//evil/x",
      "data:image/svg+xml;base64,AA",
      "data:text/html,x",
      "blob:x",
      "",
      undefined,
    ]) {
      expect(safeImage(address, origin)).toBeUndefined();
    }
  });
});

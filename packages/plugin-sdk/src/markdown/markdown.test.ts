import { describe, expect, it } from "vitest";
import {
  convertTables,
  parseMarkdown,
  plainText,
  signalStyles,
  slackMrkdwn,
  splitMarkdown,
  telegramHtml,
} from "./index.ts";

describe("Markdown for Telegram", () => {
  const html = (text: string) => telegramHtml(parseMarkdown(text, { spoilers: true }));

  it("uses the tags of the Bot API and escapes the rest", () => {
    expect(html("**b** _i_ ~~s~~ `a<b` ||x|| [l](http://x/?a=1&b=2) 1 < 2")).toBe(
      '<b>b</b> <i>i</i> <s>s</s> <code>a&lt;b</code> <tg-spoiler>x</tg-spoiler> <a href="http://x/?a=1&amp;b=2">l</a> 1 &lt; 2',
    );
  });

  it("shows code blocks, lists, quotes and headings", () => {
    expect(html("# Title\n\n```ts\na < b\n```\n\n- one\n- two\n\n> said")).toBe(
      '<b>Title</b>\n\n<pre><code class="language-ts">a &lt; b</code></pre>\n\n• one\n• two\n\n&gt; said',
    );
  });

  it("nests what is nested", () => {
    expect(html("**a _b_**")).toBe("<b>a <i>b</i></b>");
  });
});

describe("Markdown for Slack", () => {
  const mrkdwn = (text: string) => slackMrkdwn(parseMarkdown(text));

  it("turns styles and links, keeps references, escapes the rest", () => {
    expect(mrkdwn("**b** [l](http://x) <@U1> a<b")).toBe("*b* <http://x|l> <@U1> a&lt;b");
    expect(mrkdwn("_i_ ~~s~~ `c` <#C1> <!here> & co")).toBe("_i_ ~s~ `c` <#C1> <!here> &amp; co");
  });

  it("keeps quotes and headings", () => {
    expect(mrkdwn("## Title\n\n> said")).toBe("*Title*\n\n> said");
  });
});

it("Markdown for Signal is plain text with ranges, and addresses behind their links", () => {
  expect(signalStyles(parseMarkdown("**b** [l](http://x) *i*"))).toEqual({
    text: "b l (http://x) i",
    styles: ["0:1:BOLD", "15:1:ITALIC"],
  });
});

it("Markdown without marks is what people read", () => {
  expect(plainText(parseMarkdown("**Hi** [there](http://x)"))).toBe("Hi there (http://x)");
});

describe("a text over the limit", () => {
  it("is cut at white space, and styles go on in the next piece", () => {
    const pieces = splitMarkdown(parseMarkdown("**one two three**"), 9);
    expect(pieces.map(telegramHtml)).toEqual(["<b>one two</b>", "<b>three</b>"]);
  });

  it("is within the limit as the service counts it", () => {
    const pieces = splitMarkdown(parseMarkdown("<<<<<<<<<< ".repeat(20)), 50, (piece) => telegramHtml(piece).length);
    expect(pieces.map((piece) => telegramHtml(piece).length <= 50)).not.toContain(false);
    expect(
      pieces
        .map(({ text }) => text)
        .join("")
        .replaceAll(/\s/g, ""),
    ).toBe("<".repeat(200));
  });
});

describe("tables", () => {
  const table = "Before\n\n| Name | Age |\n| --- | --- |\n| Ada | 36 |\n| Bo | 7 |\n\nAfter\n";

  it("become an aligned block of code", () => {
    expect(convertTables(table, "code")).toBe(
      "Before\n\n```\n| Name | Age |\n| ---- | --- |\n| Ada  | 36  |\n| Bo   | 7   |\n```\n\nAfter\n",
    );
  });

  it("become bullets, one group per row", () => {
    expect(convertTables(table, "bullets")).toBe("Before\n\n**Ada**\n• Age: 36\n\n**Bo**\n• Age: 7\n\nAfter\n");
  });

  it("leave a text without tables as it is, byte for byte", () => {
    const text = "a | b\r\n\t- c |--\n";
    expect(convertTables(text, "code")).toBe(text);
    expect(convertTables(table, "off")).toBe(table);
  });
});

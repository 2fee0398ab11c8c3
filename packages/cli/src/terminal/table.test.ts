import { describe, expect, it } from "vitest";
import { renderNote } from "./note-box.ts";
import { plainStyle } from "./style.ts";
import { renderTable } from "./table.ts";
import { textWidth, wrapText } from "./text-width.ts";

describe("wrapText", () => {
  it("breaks at spaces and behind / - _ . and inside words that are too long", () => {
    expect(wrapText("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrapText("agents/main/sessions", 12)).toEqual(["agents/main/", "sessions"]);
    expect(wrapText("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
  });

  it("keeps escape sequences whole, does not count them, and ends styles with the line", () => {
    const red = "\u001b[31mabcdef\u001b[39m";
    const lines = wrapText(red, 3);
    expect(lines).toEqual(["\u001b[31mabc\u001b[0m", "\u001b[31mdef\u001b[39m"]);
    expect(lines.map(textWidth)).toEqual([3, 3]);
  });

  it("counts wide characters as two cells", () => {
    expect(textWidth("🦞 a")).toBe(4);
    expect(textWidth("日本")).toBe(4);
  });
});

describe("renderTable", () => {
  const columns = [{ title: "Item" }, { title: "Value", flexible: true, min: 10 }];

  it("draws a box around what fits", () => {
    expect(renderTable(columns, [["Gateway", "ok"]], { width: 80, style: plainStyle })).toBe(
      [
        "┌─────────┬───────┐",
        "│ Item    │ Value │",
        "├─────────┼───────┤",
        "│ Gateway │ ok    │",
        "└─────────┴───────┘",
      ].join("\n"),
    );
  });

  it("never gets wider than the terminal, and never narrower than 60 columns needs", () => {
    const table = renderTable(columns, [["Gateway", "word ".repeat(60)]], { width: 40, style: plainStyle });
    const widths = table.split("\n").map(textWidth);
    expect(Math.max(...widths)).toBe(60);
    expect(Math.min(...widths)).toBe(60);
  });
});

describe("renderNote", () => {
  it("boxes a text under its title", () => {
    const lines = renderNote("Config", "one\ntwo", { width: 80, style: plainStyle }).split("\n");
    expect(lines).toEqual(["┌ Config ─┐", "│ one     │", "│ two     │", "└─────────┘"]);
  });
});

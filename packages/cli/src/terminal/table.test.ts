import { describe, expect, it } from "vitest";
import { renderNote } from "./note-box.ts";
import { createStyle, plainStyle } from "./style.ts";
import { renderTable } from "./table.ts";
import { textWidth, wrapText } from "./text-width.ts";

const coloured = await createStyle({ env: { FORCE_COLOR: "3" }, isTerminal: true });

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

  const tables = {
    "a name and a value": [
      columns,
      [
        ["Gateway", "word ".repeat(60)],
        ["Service", "one\ntwo"],
      ],
    ],
    "six columns": [
      ["Session", "Kind", "Age", "Model", "Tokens", "Flags"].map((title) => ({ title })),
      [
        [
          "agent:main:telegram:group:-1001234567890",
          "group",
          "5m ago",
          "anthropic/claude-opus-4-6",
          "12k/200k (6%)",
          "x",
        ],
      ],
    ],
  } as const;

  it.each([20, 40, 80, 120])("is never wider than %i columns", (width) => {
    for (const [name, [head, rows]] of Object.entries(tables)) {
      for (const style of [plainStyle, coloured]) {
        const lines = renderTable(head, rows, { width, style }).split("\n");
        expect(Math.max(...lines.map(textWidth)), name).toBeLessThan(width);
      }
    }
  });

  it("writes the rows as blocks where the columns do not fit side by side", () => {
    const three = [{ title: "Id" }, { title: "State" }, { title: "Detail" }];
    const rows = [
      ["telegram", "OK", "linked"],
      ["discord", "SETUP", "no token"],
    ];
    expect(renderTable(three, rows, { width: 20, style: plainStyle }).split("\n")).toEqual([
      "Id: telegram",
      "State: OK",
      "Detail: linked",
      "───────────────────",
      "Id: discord",
      "State: SETUP",
      "Detail: no token",
    ]);
    const pair = [["Dashboard", "http://127.0.0.1:18789/"]];
    expect(renderTable(columns, pair, { width: 20, style: plainStyle }).split("\n")).toEqual([
      "Dashboard:",
      "  http://127.0.0.",
      "  1:18789/",
    ]);
  });
});

describe("renderNote", () => {
  it.each([20, 40, 80])("is never wider than %i columns", (width) => {
    const lines = renderNote("Config", "a line that is longer than twenty columns", { width, style: plainStyle });
    expect(Math.max(...lines.split("\n").map(textWidth))).toBeLessThan(width);
  });

  it("boxes a text under its title", () => {
    const lines = renderNote("Config", "one\ntwo", { width: 80, style: plainStyle }).split("\n");
    expect(lines).toEqual(["┌ Config ─┐", "│ one     │", "│ two     │", "└─────────┘"]);
  });
});

import { expect, it } from "vitest";
import { visibleCommand } from "../src/approvals/visible-command.ts";

it("shows what would reorder or hide a part of a command", () => {
  expect(visibleCommand("ls \u202emr\u202c -rf")).toBe("ls \\u{202e}mr\\u{202c} -rf");
  expect(visibleCommand("ls\r\u200bx\u001b[8m")).toBe("ls\\u{d}\\u{200b}x\\u{1b}[8m");
});

it("leaves lines, tabs and the letters of any language alone", () => {
  const command = "cat <<'E'\n\tgrüße 你好 👍\nE";
  expect(visibleCommand(command)).toBe(command);
});

/** A text for a table cell. What looks like a tag stays text; code spans are left alone. */
export function cell(text) {
  return String(text ?? "")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ")
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replaceAll("<", "\\<") : part))
    .join("`")
    .trim();
}

/** A table; rows are lists of texts. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** Code inside a line. */
export function code(text) {
  return String(text).includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

const heading = "Recent context:";
const lineChars = 220;
const wholeChars = 700;

/** A text with the last messages of a conversation below it; a block of before is replaced. */
export function withRecentContext(
  text: string,
  messages: readonly { role: "user" | "assistant"; text: string }[],
): string {
  const at = text.indexOf(`\n\n${heading}\n`);
  const own = (at < 0 ? text : text.slice(0, at)).trimEnd();
  let left = wholeChars;
  const lines: string[] = [];
  // The newest ones count most, so they are taken first.
  for (const { role, text: said } of messages.toReversed()) {
    const line = `- ${role === "user" ? "User" : "Assistant"}: ${shortened(said)}`;
    if (line.length > left) break;
    left -= line.length;
    lines.unshift(line);
  }
  return lines.length === 0 ? own : `${own}\n\n${heading}\n${lines.join("\n")}`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > lineChars ? `${line.slice(0, lineChars - 1)}…` : line;
}

const maxSummaryChars = 160;

/** The prompt of a turn that answers several queued items at once. */
export function queuedMessages(title: string, overflow: string | undefined, prompts: readonly string[]): string {
  const items = prompts.map((prompt, index) => `---\nQueued #${index + 1}\n${prompt}`);
  return [title, ...(overflow === undefined ? [] : [overflow]), ...items].join("\n\n");
}

/** What is said of items that were dropped; undefined when there were none. */
export function overflowBlock(dropped: number, lines: readonly string[], noun: string): string | undefined {
  if (dropped === 0) return undefined;
  const head = `[Queue overflow] Dropped ${dropped} ${noun}${dropped === 1 ? "" : "s"} due to cap.`;
  return [head, "Summary:", ...lines.map((line) => `- ${line}`)].join("\n");
}

/** A text in one line of at most 160 characters. */
export function summaryLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= maxSummaryChars ? line : `${line.slice(0, maxSummaryChars - 1).toWellFormed()}…`;
}

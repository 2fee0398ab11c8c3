const title = "[Queued messages while agent was busy]\n";
const separator = /\n\n?---\nQueued #\d+\n/;
const stamp = /^\[[A-Z][a-z]{2} \d{4}-\d{2}-\d{2} \d{2}:\d{2}[^\]\n]*\] /;

/** The messages a user text consists of: several when the Gateway merged what waited for the end of a run. */
export function mergedTexts(text: string): string[] {
  if (!text.startsWith(title)) return [text];
  const [head = "", ...messages] = text.split(separator);
  if (messages.length === 0) return [text];
  // What had to be dropped is told in the head.
  const notes = head.slice(title.length).trim();
  return [...(notes ? [notes] : []), ...messages.map((message) => message.replace(stamp, "").trim())];
}

/** How a session wants to see what a model thinks before it answers. */
export type ReasoningLevel = "off" | "on" | "stream";

export function reasoningLevel(value: string | undefined): ReasoningLevel {
  return value === "on" || value === "stream" ? value : "off";
}

/** Reasoning as a message of its own, every line in italics. Undefined when there is none. */
export function reasoningMessage(thinking: string): string | undefined {
  const text = thinking.trim();
  if (text === "") return undefined;
  const lines = text.split(/\r?\n/).map((line) => (line.trim() === "" ? "" : `_${line.trim()}_`));
  return `Reasoning:\n${lines.join("\n")}`;
}

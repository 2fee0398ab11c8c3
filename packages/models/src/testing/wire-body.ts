/** The objects of a list in a request body. */
export function itemsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

/** The text of a message's content, be it a string or blocks. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return itemsOf(content)
    .map((block) => block.text)
    .filter((text) => typeof text === "string")
    .join("\n");
}

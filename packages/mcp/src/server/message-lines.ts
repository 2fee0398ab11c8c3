import { z } from "zod";

const message = z.object({
  role: z.string(),
  content: z.union([
    z.string(),
    z.array(z.looseObject({ type: z.string(), text: z.string().optional(), name: z.string().optional() })),
  ]),
  /** Milliseconds since 1970. */
  timestamp: z.number().optional(),
});

/** Messages of a session as text for a reader: who, when, what. Calls of tools are named. */
export function messageLines(messages: readonly unknown[]): string {
  const blocks = messages.flatMap((given) => {
    const read = message.safeParse(given);
    if (!read.success) return [];
    const { role, content, timestamp } = read.data;
    const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const said = parts.flatMap((part) => {
      if (part.type === "text") return part.text ?? [];
      if (part.type === "toolCall") return `[calls ${"name" in part ? part.name : "a tool"}]`;
      return part.type === "image" ? "[image]" : [];
    });
    const text = said.join("\n").trim();
    if (text === "") return [];
    const when = timestamp === undefined ? "" : ` (${new Date(timestamp).toISOString()})`;
    return [`${role}${when}: ${text}`];
  });
  return blocks.length === 0 ? "There are no messages." : blocks.join("\n\n");
}

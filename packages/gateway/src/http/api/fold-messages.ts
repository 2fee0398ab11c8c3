import type { SentFile } from "./request-files.ts";

/** One message of a request, whichever API it came by. */
export interface RequestMessage {
  role: "system" | "user" | "assistant" | "tool";
  /** Of a tool. */
  name?: string | undefined;
  text: string;
  images: readonly SentFile[];
  files: readonly SentFile[];
}

/** A conversation as one message for an agent. */
export interface FoldedMessages {
  text: string;
  /** What system and developer messages say. */
  instructions: string[];
  images: readonly SentFile[];
  files: readonly SentFile[];
}

const contextHeader = "[Chat messages since your last reply - for context]";
const currentHeader = "[Current message - respond to this]";
const speakers = { user: "User", assistant: "Assistant", tool: "Tool" } as const;

/**
 * Makes one message of a conversation: the last one of a user or a tool, with those before it as its context; what comes
 * behind it does not count. Undefined when there is none.
 */
export function foldMessages(messages: readonly RequestMessage[]): FoldedMessages | undefined {
  const instructions = messages.flatMap(({ role, text }) => (role === "system" && text.trim() !== "" ? [text] : []));
  const said = messages.filter(
    ({ role, text, images, files }) => role !== "system" && (text.trim() !== "" || images.length + files.length > 0),
  );
  const at = said.findLastIndex(({ role }) => role === "user" || role === "tool");
  const current = said[at];
  if (current === undefined) return undefined;
  const before = said.slice(0, at);
  const shown = [...before, current];
  const lines =
    before.length === 0 ? [current.text] : [contextHeader, ...before.map(line), "", currentHeader, line(current)];
  return {
    text: lines.join("\n"),
    instructions,
    images: shown.flatMap(({ images }) => images),
    files: shown.flatMap(({ files }) => files),
  };
}

function line({ role, name, text, images }: RequestMessage): string {
  const speaker = role === "system" ? "System" : speakers[role];
  const said = text.trim() !== "" ? text : images.length > 0 ? "[image]" : "[file]";
  return `${speaker}${role === "tool" && name ? `:${name}` : ""}: ${said}`;
}

/** An image of a message. */
export interface ChatImage {
  mimeType: string;
  /** A data URL, or a path of the Gateway; absent when the Gateway left the data out of a long history. */
  url?: string;
  /** Name of the file, where it is one. */
  name?: string;
  /** Size in bytes, known when the data was left out. */
  bytes?: number;
}

/** One call of a tool by the assistant. */
export interface ToolCall {
  id: string;
  name: string;
  args: unknown;
  /**
   * `open`: no result yet; while no run is active that means there will be none. `asked`: the user was asked, and what
   * becomes of the command is told later.
   */
  state: "open" | "asked" | "ok" | "failed";
  /** Text of the result, or of what the tool has said so far. */
  output?: string;
  images?: readonly ChatImage[];
  /** A short description the Gateway sends with the result. */
  meta?: string;
}

/** A piece of an assistant turn, in the order it was produced. */
export type Part =
  | { kind: "text"; text: string }
  | { kind: "thinking"; text: string }
  | { kind: "tool"; call: ToolCall }
  | { kind: "image"; image: ChatImage }
  /** The answer as it was spoken; `url` is a path of the Gateway. */
  | { kind: "audio"; url: string }
  /** A file to be downloaded from the Gateway, or a link to one elsewhere. */
  | { kind: "file"; url: string; name: string }
  | { kind: "error"; text: string };

/** What one side said without interruption by the other; `at` is in ms since the epoch. */
export type Turn =
  | { kind: "user"; id: string; text: string; images: readonly ChatImage[]; at?: number }
  | {
      kind: "assistant";
      id: string;
      parts: readonly Part[];
      at?: number;
      stopped?: boolean;
      /** The Gateway's own words, such as the answer to a command. */
      injected?: boolean;
    }
  /** Earlier messages were summarised for the model here. */
  | { kind: "compaction"; id: string; at?: number };

/** The text of a turn as Markdown, without thinking and tool calls. */
export function turnText(turn: Turn): string {
  if (turn.kind === "compaction") return "";
  if (turn.kind === "user") return turn.text;
  return turn.parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
}

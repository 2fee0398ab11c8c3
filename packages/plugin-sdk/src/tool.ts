/** A piece of what a tool answers or a user sends. */
export type ContentBlock = TextBlock | ImageBlock;

export interface TextBlock {
  type: "text";
  text: string;
}

export interface ImageBlock {
  type: "image";
  /** The file's bytes in base64, without a `data:` prefix. */
  data: string;
  mimeType: string;
}

export interface ToolResult {
  /** What the model sees. */
  content: ContentBlock[];
  /** Stored in the transcript and shown to clients; never sent to the model. Any JSON value. */
  details?: unknown;
  /** Tells the model that the call failed. A tool may as well throw: the run continues either way. */
  isError?: boolean;
}

export interface ToolContext {
  toolCallId: string;
  /** Aborted when the run is stopped or times out. A tool that waits must listen to it. */
  signal: AbortSignal;
  /** Shows an intermediate result to clients; the model never sees it. */
  onUpdate(partial: ToolResult): void;
}

/** Something the model can do. Arguments are checked against `parameters` before `execute` is called. */
export interface Tool {
  /** Unique within a run; letters, digits, `_` and `-`. Case-sensitive. */
  name: string;
  /** Human title; the name is used when absent. */
  label?: string;
  description: string;
  /** JSON Schema whose top level is `type: "object"`. */
  parameters: object;
  /** True when a call changes nothing. Calls of one message run in parallel only when all are read-only. */
  readOnly?: boolean;
  execute(params: Record<string, unknown>, context: ToolContext): Promise<ToolResult>;
}

/** A result that consists of one text. */
export function textResult(text: string, details?: unknown): ToolResult {
  const content: ContentBlock[] = [{ type: "text", text }];
  return details === undefined ? { content } : { content, details };
}

/** A result whose text is `value` as indented JSON, with `value` itself as details. */
export function jsonResult(value: unknown): ToolResult {
  return textResult(JSON.stringify(value, null, 2), value);
}

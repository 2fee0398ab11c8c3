import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";

/** Everything a stream brought, read to its end. */
export interface Collected {
  readonly text: string;
  readonly reasoning: string;
  readonly deltas: readonly string[];
  readonly calls: readonly { id: string; name: string; input: unknown }[];
  readonly finish?: Extract<LanguageModelV4StreamPart, { type: "finish" }>;
  readonly error?: unknown;
  readonly parts: readonly LanguageModelV4StreamPart[];
}

/** Calls a model and reads its stream. Errors of the stream are collected, whichever way they come. */
export async function collect(model: LanguageModelV4, options: LanguageModelV4CallOptions): Promise<Collected> {
  const parts: LanguageModelV4StreamPart[] = [];
  let error: unknown;
  try {
    const { stream } = await model.doStream(options);
    for await (const part of stream) parts.push(part);
  } catch (thrown) {
    error = thrown;
  }
  const deltas = parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : []));
  const failed = parts.find((part) => part.type === "error");
  const finish = parts.find((part) => part.type === "finish");
  return {
    text: deltas.join(""),
    reasoning: parts.flatMap((part) => (part.type === "reasoning-delta" ? [part.delta] : [])).join(""),
    deltas,
    calls: parts.flatMap((part) =>
      part.type === "tool-call" ? [{ id: part.toolCallId, name: part.toolName, input: JSON.parse(part.input) }] : [],
    ),
    ...(finish && { finish }),
    ...((error ?? failed?.error) !== undefined && { error: error ?? failed?.error }),
    parts,
  };
}

/** A prompt of one user message. */
export function userPrompt(text: string): LanguageModelV4CallOptions["prompt"] {
  return [
    { role: "system", content: "You are a test." },
    { role: "user", content: [{ type: "text", text }] },
  ];
}

import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";

/** Reads a stream to its end and presents it as one answer. Throws what the stream carried as an error. */
export async function gatherAnswer(result: LanguageModelV4StreamResult): Promise<LanguageModelV4GenerateResult> {
  const content: LanguageModelV4Content[] = [];
  const blocks = new Map<string, Extract<LanguageModelV4Content, { type: "text" | "reasoning" }>>();
  let finish: Extract<LanguageModelV4StreamPart, { type: "finish" }> | undefined;
  const reader = result.stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    switch (value.type) {
      case "text-start":
      case "reasoning-start": {
        const block = { type: value.type === "text-start" ? ("text" as const) : ("reasoning" as const), text: "" };
        blocks.set(value.id, block);
        content.push(block);
        break;
      }
      case "text-delta":
      case "reasoning-delta": {
        const block = blocks.get(value.id);
        if (block) block.text += value.delta;
        break;
      }
      case "text-end":
      case "reasoning-end": {
        const block = blocks.get(value.id);
        if (block && value.providerMetadata) block.providerMetadata = value.providerMetadata;
        break;
      }
      case "tool-call":
        content.push(value);
        break;
      case "finish":
        finish = value;
        break;
      case "error":
        await reader.cancel();
        throw value.error;
      default:
        break;
    }
  }
  if (!finish) throw new TypeError("The stream of a model ended without a finish part.");
  return {
    content,
    finishReason: finish.finishReason,
    usage: finish.usage,
    warnings: [],
    ...(result.request && { request: result.request }),
    ...(result.response && { response: result.response }),
  };
}

import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { FreeModel, ProbedModel } from "./openrouter-free.ts";

/** One grey pixel. */
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const pingTool = {
  type: "function",
  name: "ping",
  description: "Answers that the tools work.",
  inputSchema: { type: "object", properties: {} },
} as const;

/**
 * Asks a model to call a tool and, when it takes images, to look at one. A model that fails at either is told so, not
 * thrown about.
 *
 * @param timeoutMs for each of the two questions
 */
export async function probeModel(
  model: FreeModel,
  languageModel: LanguageModelV4,
  { timeoutMs, now }: { timeoutMs: number; now: () => number },
): Promise<ProbedModel> {
  const ask = async (options: LanguageModelV4CallOptions) => {
    try {
      return await languageModel.doGenerate({ ...options, abortSignal: AbortSignal.timeout(timeoutMs) });
    } catch {
      // Whatever goes wrong, the model is not fit to be chosen.
      return undefined;
    }
  };
  const began = now();
  const called = await ask({
    prompt: [{ role: "user", content: [{ type: "text", text: "Call the tool ping." }] }],
    tools: [pingTool],
    toolChoice: { type: "tool", toolName: "ping" },
    maxOutputTokens: 32,
  });
  const latency = now() - began;
  const usesTools = called?.content.some((block) => block.type === "tool-call") === true;
  const image = { type: "file", mediaType: "image/png", data: { type: "data", data: pixel } } as const;
  const seen = model.input.includes("image")
    ? await ask({
        prompt: [{ role: "user", content: [{ type: "text", text: "Reply with OK." }, image] }],
        maxOutputTokens: 16,
      })
    : undefined;
  return {
    model,
    ...(usesTools && { toolLatencyMs: latency }),
    ...(model.input.includes("image") && { seesImages: seen !== undefined }),
  };
}

import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ModelSetup } from "./adapter.ts";

/** A model behind GitHub Copilot: chat completions or Responses, with headers that tell what the request is for. */
export async function createCopilotModel(setup: ModelSetup): Promise<LanguageModelV4> {
  const inner = await createInner(setup);
  const withHeaders = (options: LanguageModelV4CallOptions): LanguageModelV4CallOptions => ({
    ...options,
    headers: { ...requestHeaders(options.prompt), ...options.headers },
  });
  return {
    ...inner,
    doGenerate: (options) => inner.doGenerate(withHeaders(options)),
    doStream: (options) => inner.doStream(withHeaders(options)),
  };
}

async function createInner(setup: ModelSetup): Promise<LanguageModelV4> {
  const api = setup.info.api === "github-copilot" ? apiOf(setup.info.id) : setup.info.api;
  if (api === "openai-responses") return (await import("./openai-responses.ts")).createOpenAIResponsesModel(setup);
  return (await import("./openai-completions.ts")).createOpenAICompletionsModel(setup);
}

function apiOf(model: string): "openai-responses" | "openai-completions" {
  return /^gpt-5/.test(model) ? "openai-responses" : "openai-completions";
}

/** Requests a user began are counted; those that go on with tool results are not. */
function requestHeaders(prompt: LanguageModelV4Prompt): Record<string, string> {
  return {
    "x-initiator": prompt.at(-1)?.role === "user" ? "user" : "agent",
    "openai-intent": "conversation-edits",
    ...(prompt.some(hasImage) && { "copilot-vision-request": "true" }),
  };
}

function hasImage(message: LanguageModelV4Prompt[number]): boolean {
  if (message.role === "user") return message.content.some((part) => part.type === "file");
  if (message.role !== "tool") return false;
  return message.content.some(
    (part) =>
      part.type === "tool-result" &&
      part.output.type === "content" &&
      part.output.value.some((block) => block.type === "file"),
  );
}

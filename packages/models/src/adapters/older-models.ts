import {
  type JSONValue,
  type LanguageModelV2,
  type LanguageModelV2Content,
  type LanguageModelV2FinishReason,
  type LanguageModelV2StreamPart,
  type LanguageModelV2Usage,
  type LanguageModelV3,
  type LanguageModelV3CallOptions,
  type LanguageModelV3Content,
  type LanguageModelV3StreamPart,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Content,
  type LanguageModelV4FilePart,
  type LanguageModelV4FinishReason,
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  type LanguageModelV4StreamPart,
  type LanguageModelV4TextPart,
  type LanguageModelV4ToolResultOutput,
  type LanguageModelV4Usage,
  type SharedV4ProviderOptions,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import type { AnyLanguageModel } from "../providers/registered-provider.ts";
import { imageBytes, resultText } from "./wire-content.ts";

/** Lets models made for an earlier version of the AI SDK's interface be called by the present one. */
export function upgradeModel(model: AnyLanguageModel): LanguageModelV4 {
  switch (model.specificationVersion) {
    case "v4":
      return model;
    case "v3":
      return upgradeV3(model);
    case "v2":
      return upgradeV2(model);
  }
}

function upgradeV3(model: LanguageModelV3): LanguageModelV4 {
  const older = (options: LanguageModelV4CallOptions): LanguageModelV3CallOptions => ({
    ...olderOptions(options),
    prompt: olderPrompt(options.prompt, (base64, mediaType) => ({
      type: "image-data" as const,
      data: base64,
      mediaType,
    })),
  });
  return {
    specificationVersion: "v4",
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(options) {
      const { content, warnings: _, ...rest } = await model.doGenerate(older(options));
      return { ...rest, content: content.flatMap(upgradeBlock), warnings: [] };
    },
    async doStream(options) {
      const { stream, ...rest } = await model.doStream(older(options));
      return {
        ...rest,
        stream: mapStream(stream, (part) => (part.type === "finish" ? part : upgradePart(part))),
      };
    },
  };
}

function upgradeV2(model: LanguageModelV2): LanguageModelV4 {
  const older = (options: LanguageModelV4CallOptions) => ({
    ...olderOptions(options),
    prompt: olderPrompt(options.prompt, (base64, mediaType) => ({ type: "media" as const, data: base64, mediaType })),
  });
  return {
    specificationVersion: "v4",
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(options) {
      const { content, usage, finishReason, warnings: _, ...rest } = await model.doGenerate(older(options));
      return {
        ...rest,
        content: content.flatMap(upgradeBlock),
        usage: upgradeUsage(usage),
        finishReason: upgradeReason(finishReason),
        warnings: [],
      };
    },
    async doStream(options) {
      const { stream, ...rest } = await model.doStream(older(options));
      return {
        ...rest,
        stream: mapStream(stream, (part) => (part.type === "finish" ? upgradeFinish(part) : upgradePart(part))),
      };
    },
  };
}

/** What both earlier versions take beside the prompt. */
function olderOptions(options: LanguageModelV4CallOptions) {
  const { prompt: _, tools, reasoning: __, providerOptions, ...rest } = options;
  const functions = tools?.flatMap((tool) => {
    if (tool.type !== "function") return [];
    const { type, name, description, inputSchema } = tool;
    return [{ type, name, inputSchema, ...(description !== undefined && { description }) }];
  });
  return {
    ...rest,
    ...(functions && { tools: functions }),
    ...(providerOptions && { providerOptions: definedOptions(providerOptions) }),
  };
}

function definedOptions(options: SharedV4ProviderOptions): OlderOptions {
  const entries = Object.entries(options).map(([provider, values]) => {
    const set = Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return [provider, Object.fromEntries(set)] as const;
  });
  return Object.fromEntries(entries);
}

type OlderOptions = Record<string, Record<string, JSONValue>>;
type OlderPart = { type: "text"; text: string };
type OlderResult<Media> =
  | { type: "text" | "error-text"; value: string }
  | { type: "json" | "error-json"; value: JSONValue }
  | { type: "content"; value: ({ type: "text"; text: string } | Media)[] };
type OlderMessage<Media> =
  | { role: "system"; content: string }
  | { role: "user"; content: (OlderPart | { type: "file"; mediaType: string; data: string | URL })[] }
  | {
      role: "assistant";
      content: (
        | OlderPart
        | { type: "reasoning"; text: string; providerOptions?: OlderOptions }
        | {
            type: "tool-call";
            toolCallId: string;
            toolName: string;
            input: unknown;
            providerOptions?: OlderOptions;
          }
      )[];
    }
  | {
      role: "tool";
      content: { type: "tool-result"; toolCallId: string; toolName: string; output: OlderResult<Media> }[];
    };

function olderPrompt<Media>(
  prompt: LanguageModelV4Prompt,
  media: (base64: string, mediaType: string) => Media,
): OlderMessage<Media>[] {
  return prompt.map((message) => olderMessage(message, media));
}

function olderMessage<Media>(
  message: LanguageModelV4Message,
  media: (base64: string, mediaType: string) => Media,
): OlderMessage<Media> {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content };
    case "user":
      return { role: "user", content: message.content.map(olderUserPart) };
    case "assistant":
      return {
        role: "assistant",
        content: message.content.map((part) => {
          const options = part.providerOptions && { providerOptions: definedOptions(part.providerOptions) };
          if (part.type === "text") return { type: "text", text: part.text, ...options };
          if (part.type === "reasoning") return { type: "reasoning", text: part.text, ...options };
          if (part.type === "tool-call") {
            const { toolCallId, toolName, input } = part;
            return { type: "tool-call", toolCallId, toolName, input, ...options };
          }
          throw new UnsupportedFunctionalityError({ functionality: `${part.type} in an assistant message` });
        }),
      };
    case "tool":
      return {
        role: "tool",
        content: message.content.flatMap((part) =>
          part.type === "tool-result"
            ? [
                {
                  type: "tool-result" as const,
                  toolCallId: part.toolCallId,
                  toolName: part.toolName,
                  output: olderResult(part.output, media),
                },
              ]
            : [],
        ),
      };
  }
}

function olderUserPart(part: LanguageModelV4TextPart | LanguageModelV4FilePart) {
  if (part.type === "text") return { type: "text" as const, text: part.text };
  if (part.data.type === "url") return { type: "file" as const, mediaType: part.mediaType, data: part.data.url };
  const { mediaType, base64 } = imageBytes(part);
  return { type: "file" as const, mediaType, data: base64 };
}

function olderResult<Media>(
  output: LanguageModelV4ToolResultOutput,
  media: (base64: string, mediaType: string) => Media,
): OlderResult<Media> {
  switch (output.type) {
    case "text":
    case "error-text":
      return { type: output.type, value: output.value };
    case "json":
    case "error-json":
      return { type: output.type, value: output.value };
    case "execution-denied":
      return { type: "error-text", value: resultText(output) };
    case "content":
      return {
        type: "content",
        value: output.value.map((block) => {
          if (block.type === "text") return { type: "text", text: block.text };
          if (block.type !== "file") {
            throw new UnsupportedFunctionalityError({ functionality: `${block.type} in a tool result` });
          }
          const { mediaType, base64 } = imageBytes(block);
          return media(base64, mediaType);
        }),
      };
  }
}

/** Sources and files of an answer are not used by anybody here. */
function upgradeBlock(block: LanguageModelV2Content | LanguageModelV3Content): LanguageModelV4Content[] {
  switch (block.type) {
    case "text":
    case "reasoning":
    case "tool-call":
      return [block];
    default:
      return [];
  }
}

type Unfinished<Part extends { type: string }> = Exclude<Part, { type: "finish" }>;

function upgradePart(
  part: Unfinished<LanguageModelV2StreamPart> | Unfinished<LanguageModelV3StreamPart>,
): LanguageModelV4StreamPart | undefined {
  switch (part.type) {
    case "text-start":
    case "text-delta":
    case "text-end":
    case "reasoning-start":
    case "reasoning-delta":
    case "reasoning-end":
    case "tool-input-start":
    case "tool-input-delta":
    case "tool-input-end":
    case "tool-call":
    case "response-metadata":
    case "raw":
    case "error":
      return part;
    case "stream-start":
      return { type: "stream-start", warnings: [] };
    default:
      return undefined;
  }
}

function upgradeFinish(part: Extract<LanguageModelV2StreamPart, { type: "finish" }>): LanguageModelV4StreamPart {
  return { type: "finish", usage: upgradeUsage(part.usage), finishReason: upgradeReason(part.finishReason) };
}

function upgradeReason(reason: LanguageModelV2FinishReason): LanguageModelV4FinishReason {
  return { unified: reason === "unknown" ? "other" : reason, raw: reason };
}

function upgradeUsage(usage: LanguageModelV2Usage): LanguageModelV4Usage {
  const cacheRead = usage.cachedInputTokens ?? 0;
  const reasoning = usage.reasoningTokens ?? 0;
  const { inputTokens: input, outputTokens: output } = usage;
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : Math.max(0, input - cacheRead),
      cacheRead,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: output,
      text: output === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning,
    },
  };
}

function mapStream<From, To>(from: ReadableStream<From>, map: (part: From) => To | undefined): ReadableStream<To> {
  const reader = from.getReader();
  return new ReadableStream<To>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          const mapped = map(value);
          if (mapped !== undefined) return controller.enqueue(mapped);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

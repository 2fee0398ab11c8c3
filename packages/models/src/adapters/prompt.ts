import { createHash } from "node:crypto";
import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";

export interface PromptRules {
  /** Whether the model can see images. Where it cannot, a short note stands in for each. */
  readonly images: boolean;
  /** Which tool-call ids the API takes. */
  readonly toolIds: { readonly maxLength: number; readonly exactLength?: number; readonly allowed: RegExp };
  /** What becomes of reasoning of earlier answers. */
  readonly reasoning: "keep" | "drop" | "text";
  /** Whether tool results may hold images. Where not, they follow in a user message. */
  readonly imagesInToolResults: boolean;
}

export const openaiToolIds = { maxLength: 40, allowed: /^[A-Za-z0-9_-]+$/ } as const;
export const anthropicToolIds = { maxLength: 64, allowed: /^[A-Za-z0-9_-]+$/ } as const;
export const mistralToolIds = { maxLength: 9, exactLength: 9, allowed: /^[A-Za-z0-9]+$/ } as const;

/** Adapts a conversation to what one API accepts. The given prompt is not changed. */
export function adaptPrompt(prompt: LanguageModelV4Prompt, rules: PromptRules): LanguageModelV4Prompt {
  const toolId = toolIdMapper(rules.toolIds);
  const adapted: LanguageModelV4Message[] = [];
  let waiting: LanguageModelV4FilePart[] = [];

  for (const message of prompt) {
    if (message.role !== "tool" && waiting.length > 0) {
      adapted.push(toolImages(waiting));
      waiting = [];
    }
    switch (message.role) {
      case "system":
        adapted.push(message);
        break;
      case "user": {
        const content = message.content.filter(hasContent).map((part) => visible(part, rules));
        if (content.length > 0) adapted.push({ ...message, content });
        break;
      }
      case "assistant": {
        const content = message.content.flatMap((part): typeof message.content => {
          if (part.type === "text") return part.text ? [part] : [];
          if (part.type === "reasoning") {
            if (rules.reasoning === "drop") return [];
            return rules.reasoning === "text" && part.text ? [{ type: "text", text: part.text }] : [part];
          }
          if (part.type === "tool-call") return [{ ...part, toolCallId: toolId(part.toolCallId) }];
          return [part];
        });
        if (content.length > 0) adapted.push({ ...message, content });
        break;
      }
      case "tool": {
        const content = message.content.map((part): (typeof message.content)[number] => {
          if (part.type !== "tool-result") return part;
          const result = { ...part, toolCallId: toolId(part.toolCallId) };
          return rules.imagesInToolResults && rules.images ? result : flattenResult(result, rules, waiting);
        });
        adapted.push({ ...message, content });
        break;
      }
    }
  }
  if (waiting.length > 0) adapted.push(toolImages(waiting));
  return adapted;
}

function hasContent(part: LanguageModelV4TextPart | LanguageModelV4FilePart): boolean {
  return part.type !== "text" || part.text !== "";
}

function visible(part: LanguageModelV4TextPart | LanguageModelV4FilePart, rules: PromptRules) {
  if (part.type === "text" || rules.images || !part.mediaType.startsWith("image")) return part;
  return { type: "text" as const, text: imageNote };
}

const imageNote = "[An image was here. The current model cannot see images.]";

/** Turns a result of text and image blocks into text. Images a model can see are collected for a user message. */
function flattenResult(
  part: LanguageModelV4ToolResultPart,
  rules: PromptRules,
  images: LanguageModelV4FilePart[],
): LanguageModelV4ToolResultPart {
  if (part.output.type !== "content") return part;
  const lines: string[] = [];
  for (const block of part.output.value) {
    if (block.type === "text") lines.push(block.text);
    else if (block.type === "file" && block.mediaType.startsWith("image")) {
      if (rules.images) images.push({ type: "file", mediaType: block.mediaType, data: block.data });
      lines.push(rules.images ? "[The image follows in the next message.]" : imageNote);
    }
  }
  return { ...part, output: { type: "text", value: lines.join("\n") } };
}

function toolImages(images: readonly LanguageModelV4FilePart[]): LanguageModelV4Message {
  const text = images.length === 1 ? "The image of the tool result:" : "The images of the tool results:";
  return { role: "user", content: [{ type: "text", text }, ...images] };
}

/** Maps every id to one the API takes, the same id always to the same one. Fitting ids stay as they are. */
function toolIdMapper(rule: PromptRules["toolIds"]): (id: string) => string {
  const mapped = new Map<string, string>();
  const fits = (id: string) =>
    rule.allowed.test(id) &&
    (rule.exactLength === undefined ? id.length <= rule.maxLength : id.length === rule.exactLength);
  return (id) => {
    // Ids of the Responses API are "call|item"; the first half is the call.
    const call = id.split("|", 1)[0] ?? id;
    if (fits(call)) return call;
    const known = mapped.get(call);
    if (known) return known;
    const digest = createHash("sha256").update(call).digest("hex");
    const made =
      rule.exactLength === undefined
        ? `call_${digest.slice(0, rule.maxLength - 5)}`
        : digest.slice(0, rule.exactLength);
    mapped.set(call, made);
    return made;
  };
}

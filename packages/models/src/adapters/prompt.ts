import { createHash } from "node:crypto";
import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";

export interface PromptRules {
  /** The model that is asked: reasoning and signatures of others mean nothing to it. */
  readonly target: { readonly provider: string; readonly id: string };
  /** Whether the model can see images. Where it cannot, a short note stands in for each. */
  readonly images: boolean;
  /** Which tool-call ids the API takes. */
  readonly toolIds: { readonly maxLength: number; readonly exactLength?: number; readonly allowed: RegExp };
  /** What becomes of reasoning of the model's own earlier answers; `signed` keeps what has its signature, and no other. */
  readonly reasoning: "keep" | "drop" | "text" | "signed";
  /** Whether tool results may hold images. Where not, they follow in a user message. */
  readonly imagesInToolResults: boolean;
}

export const openaiToolIds = { maxLength: 40, allowed: /^[A-Za-z0-9_-]+$/ } as const;
export const anthropicToolIds = { maxLength: 64, allowed: /^[A-Za-z0-9_-]+$/ } as const;
export const mistralToolIds = { maxLength: 9, exactLength: 9, allowed: /^[A-Za-z0-9]+$/ } as const;

/** Shown to the model for a call that never got its result. */
const missingResult = "No result provided";

/**
 * Adapts a conversation, in which other models may have spoken, to what one API accepts: ids it takes, each call with
 * exactly one result, no empty content, no images for the blind, no reasoning it would refuse. The given prompt is not
 * changed.
 */
export function adaptPrompt(prompt: LanguageModelV4Prompt, rules: PromptRules): LanguageModelV4Prompt {
  const toolId = toolIdMapper(rules.toolIds);
  const adapted: LanguageModelV4Message[] = [];
  let waiting: LanguageModelV4FilePart[] = [];
  /** Calls without a result so far, by id. */
  const open = new Map<string, string>();

  const closeTurn = () => {
    if (open.size > 0) adapted.push({ role: "tool", content: [...open].map(synthesizedResult) });
    open.clear();
    if (waiting.length > 0) adapted.push(toolImages(waiting));
    waiting = [];
  };

  for (const message of prompt) {
    if (message.role !== "tool") closeTurn();
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
        const own = isOwn(message, rules);
        const content = message.content.flatMap((part): typeof message.content => {
          if (part.type === "text") return part.text ? [own ? part : unsigned(part)] : [];
          if (part.type === "reasoning") return reasoningPart(part, own, rules);
          if (part.type === "tool-call") {
            const call = { ...(own ? part : unsigned(part)), toolCallId: toolId(part.toolCallId) };
            open.set(call.toolCallId, call.toolName);
            return [call];
          }
          return [part];
        });
        if (content.length > 0) adapted.push({ ...message, content });
        break;
      }
      case "tool": {
        const content = message.content.flatMap((part): typeof message.content => {
          if (part.type !== "tool-result") return [part];
          const result = { ...part, toolCallId: toolId(part.toolCallId) };
          // A result nobody asked for, or a second one, makes providers refuse the conversation.
          if (!open.delete(result.toolCallId)) return [];
          return [rules.imagesInToolResults && rules.images ? result : flattenResult(result, rules, waiting)];
        });
        if (content.length > 0) adapted.push({ ...message, content });
        break;
      }
    }
  }
  closeTurn();
  return adapted;
}

type AssistantMessage = Extract<LanguageModelV4Message, { role: "assistant" }>;
type AssistantPart = AssistantMessage["content"][number];

/** Who said something, as `providerOptions.openclaw` of its message tells; without it, the model that is asked. */
function isOwn({ providerOptions }: AssistantMessage, { target }: PromptRules): boolean {
  const origin = providerOptions?.openclaw;
  return origin?.provider === undefined || (origin.provider === target.provider && origin.model === target.id);
}

/** The signature a provider gave a part, by which it knows its own words again. */
export function signatureOf(part: Pick<AssistantPart, "providerOptions">): string | undefined {
  const { openclaw, anthropic } = part.providerOptions ?? {};
  const signature = openclaw?.signature ?? anthropic?.signature ?? anthropic?.redactedData;
  return typeof signature === "string" && signature !== "" ? signature : undefined;
}

function unsigned<Part extends AssistantPart>(part: Part): Part {
  return { ...part, providerOptions: undefined };
}

function reasoningPart(
  part: Extract<AssistantPart, { type: "reasoning" }>,
  own: boolean,
  { reasoning }: PromptRules,
): AssistantMessage["content"] {
  const asText = (): AssistantMessage["content"] => (part.text ? [{ type: "text", text: part.text }] : []);
  // What another model signed is often encrypted; what it did not sign is words like any.
  if (!own) return signatureOf(part) === undefined ? asText() : [];
  switch (reasoning) {
    case "drop":
      return [];
    case "text":
      return asText();
    case "signed":
      return signatureOf(part) === undefined ? [] : [part];
    case "keep":
      return [part];
  }
}

function synthesizedResult([toolCallId, toolName]: [string, string]): LanguageModelV4ToolResultPart {
  return { type: "tool-result", toolCallId, toolName, output: { type: "error-text", value: missingResult } };
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

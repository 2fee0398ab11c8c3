import type {
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import {
  type AssistantBlock,
  type AssistantMessage,
  type StopReason,
  type TextBlock,
  type ThinkingBlock,
  type ToolCallBlock,
  type Usage,
  usageCost,
} from "@openclaw/sessions";

/** What assistant messages say about their origin. */
export interface MessageSource {
  /** Kind of the provider's interface, for example `openai-completions`. */
  api: string;
  provider: string;
  model: string;
  /** US dollars per million tokens. */
  cost?: { input: number; output: number; cacheRead: number; cacheWrite: number };
}

/** A tool call the model asked for. A call with a problem is answered with it and never run. */
export interface RequestedCall {
  block: ToolCallBlock;
  problem?: string;
}

const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

const cutOffProblem =
  "The answer reached its length limit before this call was complete, so nothing was run. Send the call again with less content, in several steps if need be.";

/** Collects the parts of a stream into an assistant message. */
export class MessageDraft {
  readonly #source: MessageSource;
  readonly #blocks: AssistantBlock[] = [];
  readonly #open = new Map<string, TextBlock | ThinkingBlock>();
  readonly #calls: RequestedCall[] = [];
  readonly #unfinishedCalls = new Map<string, { name: string; input: string }>();
  #text = "";
  #usage: LanguageModelV4Usage | undefined;
  #finish: LanguageModelV4FinishReason | undefined;

  constructor(source: MessageSource) {
    this.#source = source;
  }

  /** The whole text so far; text blocks are separated by a newline. */
  get text(): string {
    return this.#text;
  }

  get calls(): readonly RequestedCall[] {
    return this.#calls;
  }

  get finish(): LanguageModelV4FinishReason | undefined {
    return this.#finish;
  }

  /** Takes one part. Returns what became visible by it. */
  add(part: LanguageModelV4StreamPart): { text?: string; thinking?: string } {
    switch (part.type) {
      case "text-delta": {
        if (part.delta === "") return {};
        const block = this.#openBlock(part.id, "text");
        // A second text block continues the visible text on a new line.
        const delta = block.text === "" && this.#text !== "" ? `\n${part.delta}` : part.delta;
        block.text += part.delta;
        this.#text += delta;
        return { text: delta };
      }
      case "reasoning-start":
      case "reasoning-delta":
      case "reasoning-end": {
        const block = this.#openBlock(part.id, "thinking");
        const signature = signatureOf(part.providerMetadata);
        if (signature !== undefined) block.thinkingSignature = signature;
        if (part.type !== "reasoning-delta" || part.delta === "") return {};
        block.thinking += part.delta;
        return { thinking: part.delta };
      }
      case "text-end": {
        const signature = signatureOf(part.providerMetadata);
        if (signature !== undefined) this.#openBlock(part.id, "text").textSignature = signature;
        return {};
      }
      case "tool-input-start":
        if (part.providerExecuted !== true) this.#unfinishedCalls.set(part.id, { name: part.toolName, input: "" });
        return {};
      case "tool-input-delta": {
        const call = this.#unfinishedCalls.get(part.id);
        if (call !== undefined) call.input += part.delta;
        return {};
      }
      case "tool-call":
        this.#unfinishedCalls.delete(part.toolCallId);
        // A provider runs its own tools itself; their results are part of its text.
        if (part.providerExecuted !== true) {
          this.#addCall(part.toolCallId, part.toolName, part.input, signatureOf(part.providerMetadata));
        }
        return {};
      case "finish":
        this.#finish = part.finishReason;
        this.#usage = part.usage;
        return {};
      default:
        return {};
    }
  }

  /** Closes the draft when the stream has ended in good order. */
  complete(): void {
    if (this.#finish?.unified !== "length") return;
    for (const [id, call] of this.#unfinishedCalls) this.#addCall(id, call.name, call.input);
    this.#unfinishedCalls.clear();
    for (const call of this.#calls) call.problem = cutOffProblem;
  }

  /** True when neither text nor calls came. */
  get isEmpty(): boolean {
    return this.#text.trim() === "" && this.#calls.length === 0;
  }

  message(now: number): AssistantMessage {
    return this.#build(this.#content(), this.#stopReason(), now);
  }

  /** What is worth keeping of an answer that was cut off; undefined when there is nothing. */
  partialMessage(now: number): AssistantMessage | undefined {
    const content = this.#content().filter((block) => block.type !== "toolCall");
    return content.length === 0 ? undefined : this.#build(content, "aborted", now);
  }

  failedMessage(now: number, errorMessage: string): AssistantMessage {
    const content = this.#content().filter((block) => block.type === "text");
    return { ...this.#build(content, "error", now), errorMessage };
  }

  usage(): Usage {
    return readUsage(this.#usage, this.#source);
  }

  #openBlock(id: string, type: "text"): TextBlock;
  #openBlock(id: string, type: "thinking"): ThinkingBlock;
  #openBlock(id: string, type: "text" | "thinking"): TextBlock | ThinkingBlock {
    const key = `${type}:${id}`;
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    const block: TextBlock | ThinkingBlock = type === "text" ? { type, text: "" } : { type, thinking: "" };
    this.#open.set(key, block);
    this.#blocks.push(block);
    return block;
  }

  #addCall(id: string, name: string, input: string, thoughtSignature?: string): void {
    const args = parseArguments(input);
    const block: ToolCallBlock = {
      type: "toolCall",
      id: this.#uniqueId(id),
      name,
      arguments: args ?? {},
      ...(thoughtSignature !== undefined && { thoughtSignature }),
    };
    this.#blocks.push(block);
    this.#calls.push(args === undefined ? { block, problem: unreadable(input) } : { block });
  }

  /** Results are matched to calls by id, so two calls must not share one. */
  #uniqueId(id: string): string {
    const taken = new Set(this.#calls.map((call) => call.block.id));
    const base = id === "" ? "call" : id;
    let unique = base;
    for (let n = 2; taken.has(unique); n += 1) unique = `${base}-${n}`;
    return unique;
  }

  #content(): AssistantBlock[] {
    return this.#blocks.filter((block) => {
      if (block.type === "text") return block.text !== "";
      return block.type === "toolCall" || block.thinking !== "" || block.thinkingSignature !== undefined;
    });
  }

  #stopReason(): StopReason {
    if (this.#finish?.unified === "length") return "length";
    return this.#calls.length > 0 ? "toolUse" : "stop";
  }

  #build(content: AssistantBlock[], stopReason: StopReason, now: number): AssistantMessage {
    const { api, provider, model } = this.#source;
    return { role: "assistant", content, api, provider, model, usage: this.usage(), stopReason, timestamp: now };
  }
}

/** By its signature a provider knows its own words again. Anthropic's library names them itself. */
function signatureOf(metadata: SharedV4ProviderMetadata | undefined): string | undefined {
  const { openclaw, anthropic } = metadata ?? {};
  const signature = openclaw?.signature ?? anthropic?.signature ?? anthropic?.redactedData;
  return typeof signature === "string" ? signature : undefined;
}

function parseArguments(input: string): Record<string, unknown> | undefined {
  if (input.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch (error) {
    // Nesting beyond the parser's depth is a RangeError; neither kind can be run.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function unreadable(input: string): string {
  const shown = input.length > 200 ? `${input.slice(0, 200)}…` : input;
  return `The arguments are not a JSON object, so nothing was run. Received: ${shown}`;
}

function readUsage(usage: LanguageModelV4Usage | undefined, source: MessageSource): Usage {
  const cacheRead = usage?.inputTokens.cacheRead ?? 0;
  const cacheWrite = usage?.inputTokens.cacheWrite ?? 0;
  const input = usage?.inputTokens.noCache ?? Math.max(0, (usage?.inputTokens.total ?? 0) - cacheRead - cacheWrite);
  const output = usage?.outputTokens.total ?? 0;
  const tokens = { input, output, cacheRead, cacheWrite };
  return {
    ...tokens,
    totalTokens: input + output + cacheRead + cacheWrite,
    cost: usageCost(tokens, source.cost ?? free),
  };
}

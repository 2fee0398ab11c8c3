import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import type { IncomingMessage } from "./incoming-message.ts";
import { readIncomingMessage } from "./incoming-message.ts";
import type { ToolOutcome, Turn } from "./turn.ts";

/** Reads the state of the turn out of a model call. */
export function readTurn(
  options: Pick<LanguageModelV4CallOptions, "prompt" | "tools" | "toolChoice">,
  now: number,
): { message: IncomingMessage; turn: Turn } {
  const { prompt } = options;
  const last = prompt.findLastIndex((message) => message.role === "user");
  const user = last < 0 ? undefined : prompt[last];
  const parts = user?.role === "user" ? user.content : [];
  // Messages in a row arrive as one with several parts; the last part is what the person said last.
  const texts = parts.flatMap((part) => (part.type === "text" && part.text.trim() !== "" ? [part.text] : []));
  const message = readIncomingMessage(texts.at(-1) ?? "");
  const hasImages =
    message.mentionsImage || parts.some((part) => part.type === "file" && part.mediaType.startsWith("image"));
  const offered = options.toolChoice?.type === "none" ? [] : (options.tools ?? []);
  return {
    message,
    turn: {
      text: message.candidates[0] ?? "",
      ...(message.stamp && { stamp: message.stamp }),
      hasImages,
      system: prompt.map((entry) => (entry.role === "system" ? entry.content : "")).join("\n"),
      tools: new Set(offered.map((tool) => tool.name)),
      rounds: roundsAfter(prompt, last),
      now,
    },
  };
}

/** Groups the tool results behind a message by the model call that asked for them. */
function roundsAfter(prompt: LanguageModelV4Prompt, index: number): ToolOutcome[][] {
  const rounds: ToolOutcome[][] = [];
  let open: ToolOutcome[] | undefined;
  for (const message of prompt.slice(index + 1)) {
    if (message.role === "assistant") {
      open = undefined;
      continue;
    }
    if (message.role !== "tool") continue;
    if (!open) {
      open = [];
      rounds.push(open);
    }
    for (const part of message.content) if (part.type === "tool-result") open.push(toolOutcome(part));
  }
  return rounds;
}

function toolOutcome({ toolName, output }: LanguageModelV4ToolResultPart): ToolOutcome {
  switch (output.type) {
    case "text":
      return fromText(toolName, output.value, false);
    case "error-text":
      return fromText(toolName, output.value, true);
    case "json":
    case "error-json":
      return fromText(toolName, JSON.stringify(output.value), output.type === "error-json");
    case "execution-denied":
      return { tool: toolName, text: "", error: output.reason ?? "it was not allowed" };
    case "content": {
      const text = output.value.map((block) => (block.type === "text" ? block.text : "")).filter(Boolean);
      return fromText(toolName, text.join("\n"), false);
    }
  }
}

/** Tools report failures as `{"status":"error","error":"…"}`. */
function fromText(tool: string, text: string, failed: boolean): ToolOutcome {
  if (/^\s*\{/.test(text)) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === "object" && parsed !== null && Reflect.get(parsed, "status") === "error") {
        const error: unknown = Reflect.get(parsed, "error");
        return { tool, text, error: typeof error === "string" ? error : text };
      }
    } catch {
      // A result that only looks like JSON is ordinary text.
      return failed ? { tool, text, error: text } : { tool, text };
    }
  }
  return failed ? { tool, text, error: text } : { tool, text };
}

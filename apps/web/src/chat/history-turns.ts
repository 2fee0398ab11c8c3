import type { ChatMessage } from "@openclaw/protocol";
import { mergedTexts } from "./merged-message.ts";
import {
  contentParts,
  filesOfMessage,
  finishedState,
  imageOfPart,
  imagesOfContent,
  isObject,
  textOfContent,
  toolOutput,
  visibleText,
} from "./message-content.ts";
import type { Part, ToolCall, Turn } from "./turn.ts";

/**
 * The messages of `chat.history` as turns: what the assistant wrote, the tools it called and their results belong to
 * one turn until the user speaks again.
 */
export function historyTurns(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = [];
  const ids = createIds();
  let parts: Part[] | undefined;
  let at: number | undefined;
  let stopped = false;

  const endAssistantTurn = () => {
    if (parts && (parts.length > 0 || stopped)) {
      const extra = { ...(at === undefined ? {} : { at }), ...(stopped ? { stopped } : {}) };
      turns.push({ kind: "assistant", id: ids("assistant", at), parts, ...extra });
    }
    parts = undefined;
    stopped = false;
  };

  for (const message of messages) {
    const when = typeof message.timestamp === "number" ? { at: message.timestamp } : {};
    switch (message.role) {
      case "user": {
        endAssistantTurn();
        const { content } = message;
        const texts = mergedTexts(textOfContent(content));
        texts.forEach((text, index) => {
          const images = index === texts.length - 1 ? imagesOfContent(content) : [];
          turns.push({ kind: "user", id: ids("user", when.at), text, images, ...when });
        });
        break;
      }
      case "assistant": {
        if (message.model === "gateway-injected") {
          endAssistantTurn();
          turns.push({
            kind: "assistant",
            id: ids("assistant", when.at),
            parts: assistantParts(message),
            injected: true,
            ...when,
          });
          break;
        }
        if (!parts) {
          parts = [];
          at = when.at;
        }
        parts.push(...assistantParts(message));
        stopped = message.stopReason === "aborted";
        break;
      }
      case "toolResult": {
        parts ??= [];
        at ??= when.at;
        addResult(parts, message);
        break;
      }
      case "system": {
        endAssistantTurn();
        if (isObject(message.__openclaw) && message.__openclaw.kind === "compaction") {
          turns.push({ kind: "compaction", id: ids("compaction", when.at), ...when });
        }
        break;
      }
    }
  }
  endAssistantTurn();
  return turns;
}

function assistantParts(message: ChatMessage): Part[] {
  const parts: Part[] = [];
  for (const part of contentParts(message.content)) {
    if (part.type === "text" && typeof part.text === "string") {
      const text = visibleText(part.text);
      if (text) parts.push({ kind: "text", text });
    } else if (part.type === "thinking" && typeof part.thinking === "string" && part.thinking.trim()) {
      parts.push({ kind: "thinking", text: part.thinking.trim() });
    } else if (part.type === "toolCall" && typeof part.id === "string" && typeof part.name === "string") {
      parts.push({ kind: "tool", call: { id: part.id, name: part.name, args: part.arguments, state: "open" } });
    } else {
      const image = imageOfPart(part);
      if (image) parts.push({ kind: "image", image });
    }
  }
  parts.push(...filesOfMessage(message));
  if (message.stopReason === "error" || (message.errorMessage && message.stopReason !== "aborted")) {
    parts.push({ kind: "error", text: message.errorMessage ?? "The model did not answer." });
  }
  return parts;
}

/** Puts a result into the call it belongs to; a result without its call (cut from a long history) stands alone. */
function addResult(parts: Part[], message: ChatMessage): void {
  const id = message.toolCallId ?? "";
  const index = parts.findLastIndex(
    (part) => part.kind === "tool" && part.call.id === id && part.call.state === "open",
  );
  const found = parts[index];
  const call: ToolCall =
    found?.kind === "tool" ? found.call : { id, name: message.toolName ?? "tool", args: undefined, state: "open" };
  const finished: Part = {
    kind: "tool",
    call: { ...call, state: finishedState(message.isError, message.details), ...toolOutput(message.content) },
  };
  if (index >= 0) parts[index] = finished;
  else parts.push(finished);
}

/** Ids that stay the same from one reload to the next, so that what is open on the page stays open. */
function createIds(): (kind: string, at: number | undefined) => string {
  const used = new Map<string, number>();
  return (kind, at) => {
    const base = `${kind}-${at ?? "?"}`;
    const count = used.get(base) ?? 0;
    used.set(base, count + 1);
    return count === 0 ? base : `${base}-${count}`;
  };
}

import {
  type AssistantMessage,
  type ContextMessage,
  type ToolCallBlock,
  type ToolResultMessage,
  toolCallsOf,
  type UserBlock,
} from "./message.ts";

/** Result given for a call that has none in the history. */
export const missingToolResultText =
  "[openclaw] missing tool result in session history; inserted synthetic error result for transcript repair.";

/** Result given for a call that the end of the process cut off: nobody knows how far it came. */
export const interruptedToolResultText = "interrupted, outcome unknown";

/** Most characters of text one stored tool result may have. */
export const toolResultTextLimit = 400_000;

/** An error result for a call that never got one. */
export function syntheticToolResult(call: ToolCallBlock, text: string, now: number): ToolResultMessage {
  return {
    role: "toolResult",
    toolCallId: call.id,
    toolName: call.name,
    content: [{ type: "text", text }],
    isError: true,
    timestamp: now,
  };
}

/**
 * A history every provider accepts: each call is followed by exactly one result, missing ones are synthesised, results
 * without a call and second results are left out, and so are assistant messages that failed or stopped before they
 * said anything.
 *
 * @param missing Text of the synthesised results, chosen per call.
 */
export function pairToolResults(
  messages: readonly ContextMessage[],
  missing: (call: ToolCallBlock) => string = () => missingToolResultText,
): ContextMessage[] {
  const paired: ContextMessage[] = [];
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    if (message.role === "toolResult") continue; // Taken together with its call, or an orphan.
    if (message.role === "user") {
      paired.push(message);
      continue;
    }
    if (isEmptyFailure(message)) continue;
    paired.push(message);
    const calls = toolCallsOf(message);
    if (calls.length > 0) paired.push(...resultsFor(calls, messages, i + 1, message.timestamp, missing));
  }
  return paired;
}

function isEmptyFailure(message: AssistantMessage): boolean {
  return message.content.length === 0 && (message.stopReason === "error" || message.stopReason === "aborted");
}

// Results stand between their call and the next assistant message; user messages may have slipped in between.
function resultsFor(
  calls: readonly ToolCallBlock[],
  messages: readonly ContextMessage[],
  from: number,
  timestamp: number,
  missing: (call: ToolCallBlock) => string,
): ToolResultMessage[] {
  const found = new Map<string, ToolResultMessage>();
  for (let i = from; i < messages.length; i++) {
    const message = messages[i]!;
    if (message.role === "assistant" && !isEmptyFailure(message)) break;
    if (message.role === "toolResult" && !found.has(message.toolCallId)) found.set(message.toolCallId, message);
  }
  return calls.map((call) => found.get(call.id) ?? syntheticToolResult(call, missing(call), timestamp));
}

/** The calls of the last assistant message that have no result yet; empty when the conversation has moved on. */
export function pendingToolCalls(messages: readonly ContextMessage[]): ToolCallBlock[] {
  const answered = new Set<string>();
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!;
    if (message.role === "user") return [];
    if (message.role === "toolResult") answered.add(message.toolCallId);
    else return toolCallsOf(message).filter((call) => !answered.has(call.id));
  }
  return [];
}

/** The result as it is stored: its text cut to the limit, with a note where it was cut. */
export function capToolResult(message: ToolResultMessage, limit: number = toolResultTextLimit): ToolResultMessage {
  let total = 0;
  for (const block of message.content) if (block.type === "text") total += block.text.length;
  if (total <= limit) return message;
  const note = `\n[cut: the result had ${total} characters, more than a transcript keeps]`;
  let left = Math.max(0, limit - note.length);
  let noted = false;
  const content = message.content.flatMap((block): UserBlock[] => {
    if (block.type !== "text") return [block];
    if (noted) return [];
    if (block.text.length <= left) {
      left -= block.text.length;
      return [block];
    }
    noted = true;
    return [{ ...block, text: `${block.text.slice(0, left)}${note}` }];
  });
  return { ...message, content };
}

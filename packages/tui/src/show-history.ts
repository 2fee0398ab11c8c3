import type { ChatMessage } from "@openclaw/protocol";
import { messageText, messageThinking, messageToolCalls, resultText } from "./message-text.ts";
import type { ToolCard } from "./tool-card.ts";
import type { TranscriptView } from "./transcript-view.ts";

/** Puts a session's messages into the log. */
export function showHistory(
  messages: readonly ChatMessage[],
  view: TranscriptView,
  { thinking, verbose }: { thinking: boolean; verbose: string | undefined },
): void {
  const withTools = verbose === "on" || verbose === "full";
  const cards = new Map<string, ToolCard>();
  for (const message of messages) {
    const text = messageText(message).trim();
    switch (message.role) {
      case "user":
        if (text !== "") view.addUser(text);
        break;
      case "assistant": {
        const thought = messageThinking(message).trim();
        if (thinking && thought !== "") view.addThinking(thought);
        if (text !== "") view.addReply(text);
        if (message.stopReason === "aborted") view.addLine("run aborted");
        if (message.errorMessage) view.addLine(`run error: ${message.errorMessage}`, "error");
        if (withTools) for (const call of messageToolCalls(message)) cards.set(call.id, view.addTool(call));
        break;
      }
      case "toolResult": {
        const output = verbose === "full" ? resultText(message.content) : "";
        cards.get(message.toolCallId ?? "")?.update(output, message.isError ? "failed" : "done");
        break;
      }
      case "system":
        if (text !== "") view.addLine(text);
        break;
      default:
        message.role satisfies never;
    }
  }
}

import { type ContextMessage, messageText, stripEnvelope } from "@openclaw/sessions";
import type { MessageSizes } from "./message-sizes.ts";

const largestShare = 0.4;
const smallestShare = 0.15;
/** From this share of the window on an average message counts as large. */
const largeMessageShare = 0.1;
const safetyFactor = 1.2;
const maxFailures = 8;
const maxFailureChars = 240;
const keptUserTexts = 10;

/** Share of the window one request of a very long history takes: less when its messages are large. */
export function chunkShare(messages: readonly ContextMessage[], window: number, sizes: MessageSizes): number {
  if (messages.length === 0) return largestShare;
  const average = (sizes.totalTokens(messages) / messages.length) * safetyFactor;
  const share = average / window;
  if (share <= largeMessageShare) return largestShare;
  return Math.max(smallestShare, largestShare - 2 * share);
}

/** The tool calls that failed, so that they are not tried the same way again; empty when there were none. */
export function toolFailures(messages: readonly ContextMessage[]): string {
  const failed = messages.filter((message) => message.role === "toolResult" && message.isError);
  if (failed.length === 0) return "";
  const lines = failed.slice(-maxFailures).map((message) => {
    const name = message.role === "toolResult" ? message.toolName : "";
    const text = messageText(message).trim().replace(/\s+/g, " ");
    return `- ${name}: ${text.length > maxFailureChars ? `${text.slice(0, maxFailureChars - 1).toWellFormed()}…` : text}`;
  });
  const more = failed.length - lines.length;
  return ["## Tool Failures", ...lines, ...(more > 0 ? [`- and ${more} earlier ones`] : [])].join("\n");
}

/** What stands for removed messages when no model could be asked: the user's own last words. */
export function fallbackSummary(options: {
  previous: string | undefined;
  removed: readonly ContextMessage[];
  /** Most characters of user texts; older ones give way. */
  maxUserChars: number;
}): string {
  const { previous, removed } = options;
  const note = `No summary of this part is available. ${removed.length} messages were left out.`;
  const texts: string[] = [];
  let chars = 0;
  for (const message of removed.toReversed()) {
    if (message.role !== "user") continue;
    const text = stripEnvelope(messageText(message)).trim();
    if (text === "") continue;
    chars += text.length;
    if (texts.length === keptUserTexts || chars > options.maxUserChars) break;
    texts.unshift(text);
  }
  const words = texts.length === 0 ? "" : `## Last messages of the user\n\n${texts.join("\n\n---\n\n")}`;
  return [previous ?? "", note, words].filter((part) => part !== "").join("\n\n");
}

import { type ContextMessage, isModelMessage, messageText, type ToolResultMessage } from "@openclaw/sessions";
import type { MessageSizes } from "./message-sizes.ts";
import type { PruningSettings } from "./pruning-settings.ts";

/** The pruned form of results, by call and time. What was decided once stays, so that requests share their beginning. */
export type PruneMemory = Map<string, ToolResultMessage>;

export interface PruneOptions {
  settings: PruningSettings;
  /** Tokens. */
  window: number;
  sizes: MessageSizes;
  memory: PruneMemory;
  /** For `cache-ttl`: whether the provider has forgotten the context, so that changing it costs nothing. */
  cacheExpired?: () => boolean;
  /** For `cache-ttl`: called when the context was changed. */
  onPruned?: () => void;
}

const charsPerToken = 4;

/**
 * Shortens or clears old tool results of a context that fills its window, oldest first. Only what the model is shown
 * changes; what is returned for the same messages is the same until they fill more of the window.
 */
export function createPruner(
  options: PruneOptions,
): (messages: readonly ContextMessage[]) => readonly ContextMessage[] {
  const { settings, memory, sizes } = options;
  if (settings.mode === "off") return (messages) => messages;
  const budget = options.window * charsPerToken;
  const expired = settings.mode === "cache-ttl" ? (options.cacheExpired ?? (() => false)) : () => true;

  return (messages) => {
    const shown = memory.size === 0 ? messages : messages.map((message) => memory.get(keyOf(message)) ?? message);
    if (!expired()) return shown;
    const pruned = prune(messages, shown.slice());
    if (pruned === undefined) return shown;
    options.onPruned?.();
    return pruned;
  };

  /** Undefined when nothing is to be changed. */
  function prune(originals: readonly ContextMessage[], shown: ContextMessage[]): ContextMessage[] | undefined {
    // The whole context counts here, so that a run comes to the same decisions as the one before it.
    if (settings.mode !== "aggressive" && sizes.totalChars(originals) / budget < settings.softTrimRatio)
      return undefined;
    let total = shown.reduce((sum, message) => sum + sizes.chars(message), 0);
    const eligible = eligibleResults(originals, settings);
    let changed = false;
    const replace = (at: number, original: ToolResultMessage, text: string) => {
      const before = shown[at] ?? original;
      const replaced: ToolResultMessage = { ...original, content: [{ type: "text", text }] };
      memory.set(keyOf(original), replaced);
      shown[at] = replaced;
      total += sizes.chars(replaced) - sizes.chars(before);
      changed = true;
    };
    const { placeholder } = settings.hardClear;
    const isCleared = (at: number) => {
      const message = shown[at];
      return message !== undefined && messageText(message) === placeholder;
    };

    if (settings.mode === "aggressive") {
      for (const { at, result } of eligible) if (!isCleared(at)) replace(at, result, placeholder);
      return changed ? shown : undefined;
    }
    for (const { at, result } of eligible) {
      if (memory.has(keyOf(result))) continue;
      const trimmed = trimmedText(messageText(result), settings);
      if (trimmed !== undefined) replace(at, result, trimmed);
    }
    const prunable = () => eligible.reduce((sum, { at, result }) => sum + sizes.chars(shown[at] ?? result), 0);
    if (settings.hardClear.enabled && total / budget >= settings.hardClearRatio) {
      if (prunable() >= settings.minPrunableToolChars) {
        for (const { at, result } of eligible) {
          if (total / budget < settings.hardClearRatio) break;
          if (!isCleared(at)) replace(at, result, placeholder);
        }
      }
    }
    return changed ? shown : undefined;
  }
}

/** Tool results between the first user message and the last answers, without pictures, of tools that may be pruned. */
function eligibleResults(
  messages: readonly ContextMessage[],
  settings: PruningSettings,
): { at: number; result: ToolResultMessage }[] {
  const start = messages.findIndex((message) => message.role === "user");
  const end = protectedFrom(messages, settings.keepLastAssistants);
  if (start === -1 || end === undefined) return [];
  const found: { at: number; result: ToolResultMessage }[] = [];
  for (let at = start; at < end; at += 1) {
    const message = messages[at];
    if (message?.role !== "toolResult" || !settings.prunable(message.toolName)) continue;
    if (message.content.some((block) => block.type === "image")) continue;
    found.push({ at, result: message });
  }
  return found;
}

/** Where the last answers begin that stay as they are; undefined when there are not so many yet. */
function protectedFrom(messages: readonly ContextMessage[], count: number): number | undefined {
  if (count === 0) return messages.length;
  let left = count;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message?.role !== "assistant" || !isModelMessage(message)) continue;
    left -= 1;
    if (left === 0) return at;
  }
  return undefined;
}

function trimmedText(text: string, { softTrim }: PruningSettings): string | undefined {
  const { maxChars, headChars, tailChars } = softTrim;
  if (text.length <= maxChars || headChars + tailChars >= text.length) return undefined;
  const head = text.slice(0, headChars).toWellFormed();
  const tail = text.slice(text.length - tailChars).toWellFormed();
  const note = `[Tool result trimmed: kept first ${headChars} chars and last ${tailChars} chars of ${text.length} chars.]`;
  return `${head}\n...\n${tail}\n\n${note}`;
}

function keyOf(message: ContextMessage): string {
  return message.role === "toolResult" ? `${message.toolCallId} ${message.timestamp}` : "";
}

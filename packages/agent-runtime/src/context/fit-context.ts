import { type ContextMessage, estimateTokens } from "@openclaw/sessions";

/** Kept free for the answer and for what tools bring in, in tokens. */
const defaultReserve = 20_000;
const leastReserve = 16_384;
/** After a cut this share of the budget is used, so that the next turns keep the same beginning. */
const shareAfterCut = 0.75;

/** How many tokens of conversation fit: the window minus the reserve minus what the prompt and the tools take. */
export function contextBudget(window: number, reserveFloor: number | undefined, fixedTokens: number): number {
  const reserve = Math.max(leastReserve, reserveFloor ?? defaultReserve);
  // A small window must not be reserved away.
  return Math.max(window - Math.min(reserve, Math.floor(window / 2)) - fixedTokens, Math.floor(window / 10));
}

export interface FittedContext {
  messages: ContextMessage[];
  /** The first message that was kept; undefined when nothing had to go. */
  cutAt?: ContextMessage;
}

/**
 * Drops the oldest whole turns of a conversation until it fits. The cut is well below the budget and stays where it is
 * as long as the rest fits, because a moving beginning makes provider caches useless. The last turn is always kept.
 */
export function fitContext(
  messages: readonly ContextMessage[],
  budgetTokens: number,
  previousCut?: ContextMessage,
): FittedContext {
  const known = previousCut === undefined ? -1 : messages.indexOf(previousCut);
  const from = Math.max(known, 0);
  const cut = cutIndex(messages, from, budgetTokens);
  if (cut === from) {
    const kept = messages[from];
    return known > 0 && kept !== undefined ? { messages: messages.slice(from), cutAt: kept } : { messages: [...messages] };
  }
  const lower = cutIndex(messages, from, budgetTokens * shareAfterCut);
  const first = messages[lower];
  return first === undefined ? { messages: [...messages] } : { messages: messages.slice(lower), cutAt: first };
}

/** The start of the earliest turn from which on everything fits. */
function cutIndex(messages: readonly ContextMessage[], from: number, budgetTokens: number): number {
  let tokens = 0;
  let cut: number | undefined;
  for (let at = messages.length - 1; at >= from; at -= 1) {
    const message = messages[at];
    if (message === undefined) continue;
    tokens += estimateTokens([message]);
    if (tokens > budgetTokens && cut !== undefined) return cut;
    if (message.role === "user" || at === from) cut = at;
  }
  return cut ?? from;
}

/** Shortens the long tool results of a conversation that turned out too large. Nothing is changed on disk. */
export function shortenToolResults(messages: readonly ContextMessage[], windowTokens: number): ContextMessage[] {
  const limit = Math.max(2000, Math.min(Math.floor(windowTokens * 0.3 * 4), 400_000));
  return messages.map((message) => {
    if (message.role !== "toolResult") return message;
    return {
      ...message,
      content: message.content.map((block) => {
        if (block.type !== "text" || block.text.length <= limit) return block;
        const head = block.text.slice(0, limit);
        const newline = head.lastIndexOf("\n");
        const kept = newline > limit * 0.8 ? head.slice(0, newline) : head;
        const note = `[Shortened: the result had ${block.text.length} characters. Call the tool again for the rest.]`;
        return { ...block, text: `${kept.toWellFormed()}\n${note}` };
      }),
    };
  });
}

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

/** What is known about the part of a conversation that was shown last, so that a turn counts only what is new. */
export interface ShownPart {
  /** Position and identity of its first message. */
  from: number;
  first: ContextMessage;
  /** Position behind its last message, and that message. */
  to: number;
  last: ContextMessage;
  tokens: number;
}

export interface FittedContext {
  messages: readonly ContextMessage[];
  /** For the next turn. */
  shown?: ShownPart;
}

/**
 * Drops the oldest whole turns of a conversation until it fits. The cut is well below the budget and stays where it is
 * as long as the rest fits, because a moving beginning makes provider caches useless. The last turn is always kept.
 */
export function fitContext(
  messages: readonly ContextMessage[],
  budgetTokens: number,
  before?: ShownPart,
): FittedContext {
  const known = before !== undefined && continues(messages, before) ? before : undefined;
  const from = known?.from ?? 0;
  const tokens = (known?.tokens ?? 0) + estimateTokens(messages.slice(known?.to ?? 0));
  if (tokens <= budgetTokens) return part(messages, from, tokens);
  const cut = cutIndex(messages, from, budgetTokens * shareAfterCut);
  return part(messages, cut.from, cut.tokens);
}

function continues(messages: readonly ContextMessage[], before: ShownPart): boolean {
  return messages[before.from] === before.first && messages[before.to - 1] === before.last;
}

function part(messages: readonly ContextMessage[], from: number, tokens: number): FittedContext {
  const first = messages[from];
  const last = messages.at(-1);
  if (first === undefined || last === undefined) return { messages };
  return {
    messages: from === 0 ? messages : messages.slice(from),
    shown: { from, first, to: messages.length, last, tokens },
  };
}

/** The start of the earliest turn from which on everything fits, and how much that is. */
function cutIndex(
  messages: readonly ContextMessage[],
  from: number,
  budgetTokens: number,
): { from: number; tokens: number } {
  let tokens = 0;
  let cut: { from: number; tokens: number } | undefined;
  for (let at = messages.length - 1; at >= from; at -= 1) {
    const message = messages[at];
    if (message === undefined) continue;
    tokens += estimateTokens([message]);
    if (tokens > budgetTokens && cut !== undefined) return cut;
    if (message.role === "user" || at === from) cut = { from: at, tokens };
  }
  return cut ?? { from, tokens };
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

import { type ContextMessage, messageText } from "@openclaw/sessions";

const charsPerToken = 4;
/** What an image takes of a window, in tokens. */
const imageTokens = 1200;
/** What an image counts where characters are compared. */
const imageChars = 8000;

/** How large messages are. Every message is measured once, however often it is asked for. */
export interface MessageSizes {
  /** Text, thinking and arguments in characters; an image counts 8000. */
  chars(message: ContextMessage): number;
  /** Characters / 4; an image counts 1200. */
  tokens(message: ContextMessage): number;
  totalTokens(messages: readonly ContextMessage[]): number;
  totalChars(messages: readonly ContextMessage[]): number;
}

interface Total {
  count: number;
  last: ContextMessage | undefined;
  tokens: number;
  chars: number;
}

/**
 * Messages are told apart by identity: they are never changed once they are part of a conversation. A conversation that
 * has only grown since it was last added up costs what is new.
 */
export function createMessageSizes(): MessageSizes {
  /** What was added up last, by the first message. */
  const totals = new WeakMap<ContextMessage, Total>();
  const measured = new WeakMap<ContextMessage, { text: number; images: number }>();

  const measure = (message: ContextMessage) => {
    const known = measured.get(message);
    if (known !== undefined) return known;
    const size = { text: textChars(message), images: imageCount(message) };
    measured.set(message, size);
    return size;
  };
  const tokens = (message: ContextMessage) => {
    const { text, images } = measure(message);
    return Math.ceil(text / charsPerToken) + images * imageTokens;
  };

  const chars = (message: ContextMessage) => {
    const { text, images } = measure(message);
    return text + images * imageChars;
  };
  const addUp = (messages: readonly ContextMessage[]): Total => {
    const [first] = messages;
    const known = first === undefined ? undefined : totals.get(first);
    const continues = known !== undefined && messages[known.count - 1] === known.last;
    const total: Total = continues ? { ...known } : { count: 0, last: undefined, tokens: 0, chars: 0 };
    for (let at = total.count; at < messages.length; at += 1) {
      const message = messages[at];
      if (message === undefined) continue;
      total.tokens += tokens(message);
      total.chars += chars(message);
    }
    total.count = messages.length;
    total.last = messages.at(-1);
    if (first !== undefined) totals.set(first, total);
    return total;
  };

  return {
    chars,
    tokens,
    totalTokens: (messages) => addUp(messages).tokens,
    totalChars: (messages) => addUp(messages).chars,
  };
}

function textChars(message: ContextMessage): number {
  if (typeof message.content === "string") return message.content.length;
  let chars = messageText(message).length;
  for (const block of message.content) {
    if (block.type === "thinking") chars += block.thinking.length;
    else if (block.type === "toolCall") chars += block.name.length + JSON.stringify(block.arguments).length;
  }
  return chars;
}

function imageCount(message: ContextMessage): number {
  if (typeof message.content === "string") return 0;
  return message.content.reduce((count, block) => count + (block.type === "image" ? 1 : 0), 0);
}

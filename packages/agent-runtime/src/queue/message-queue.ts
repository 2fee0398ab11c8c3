import type { QueueMode, QueueSettings } from "./queue-settings.ts";
import { overflowBlock, queuedMessages, summaryLine } from "./queued-prompt.ts";

/** Something that waits until its session is free. */
export interface QueuedItem {
  id: string;
  /** What the model will be told. */
  prompt: string;
  /** What it is about, for the summary when it has to be dropped. */
  text: string;
  /** The platform's id of the message; the same one from the same origin is taken once. */
  messageId?: string | undefined;
  /** Where the answer goes; items of different origins never share a turn. Undefined for internal ones. */
  origin?: string | undefined;
  /** True for an item that must have a turn of its own. */
  alone?: boolean | undefined;
}

export type Enqueued<Item> =
  | { kind: "waiting" }
  /** Some had to give way: `lost` for good, `summarized` as a line in a later turn. */
  | { kind: "made-room"; lost: Item[]; summarized: Item[] }
  | { kind: "refused"; reason: "duplicate" | "full" };

/** What one turn takes from the queue. */
export interface QueuedTurn<Item> {
  prompt: string;
  /** In the order they came; the settings of the last one hold. Empty for a turn that only tells what was dropped. */
  items: Item[];
  /** Dropped items of which the prompt tells in a line. */
  summarized: Item[];
}

export interface MessageQueue<Item extends QueuedItem> {
  readonly size: number;
  /** When something was added last, ms since the epoch. */
  readonly lastEnqueuedAt: number;
  enqueue(item: Item, settings: Pick<QueueSettings, "cap" | "drop">, now: number): Enqueued<Item>;
  /** Takes what the next turn answers; undefined when nothing waits. */
  next(mode: QueueMode): QueuedTurn<Item> | undefined;
  /** Takes one item out; undefined when it does not wait. */
  remove(id: string): Item | undefined;
  /** Empties the queue and returns what was in it. */
  clear(): Item[];
}

/** Words for what waits: messages of a person, or announcements of subagents. */
export interface QueueWords {
  title: string;
  /** One of them. */
  noun: string;
}

export const messageWords: QueueWords = { title: "[Queued messages while agent was busy]", noun: "message" };

/** The messages of one session that wait for the run before them. Keeps nothing on disk and no timers. */
export function createMessageQueue<Item extends QueuedItem>(words: QueueWords = messageWords): MessageQueue<Item> {
  let items: Item[] = [];
  let summarized: Item[] = [];
  let lines: string[] = [];
  let lastEnqueuedAt = 0;
  // Once origins differ, what waits is answered one by one until the queue is empty.
  let oneByOne = false;

  const makeRoom = (settings: Pick<QueueSettings, "cap" | "drop">): { lost: Item[]; summarized: Item[] } => {
    const dropped = items.splice(0, items.length - settings.cap + 1);
    if (settings.drop !== "summarize") return { lost: dropped, summarized: [] };
    summarized.push(...dropped);
    lines = [...lines, ...dropped.map((item) => summaryLine(item.text))].slice(-settings.cap);
    return { lost: [], summarized: dropped };
  };

  const takeOverflow = (): { block: string | undefined; summarized: Item[] } => {
    const taken = { block: overflowBlock(summarized.length, lines, words.noun), summarized };
    summarized = [];
    lines = [];
    return taken;
  };

  const takeCollected = (): Item[] => {
    const at = items.findIndex((item) => item.alone === true);
    if (at === 0) return items.splice(0, 1);
    const together = at < 0 ? items : items.slice(0, at);
    if (together.some((item) => item.origin !== together[0]?.origin)) oneByOne = true;
    return items.splice(0, oneByOne ? 1 : together.length);
  };

  return {
    get size() {
      return items.length + summarized.length;
    },
    get lastEnqueuedAt() {
      return lastEnqueuedAt;
    },
    enqueue(item, settings, now) {
      const isSame = (other: Item) => other.messageId === item.messageId && other.origin === item.origin;
      if (item.messageId !== undefined && items.some(isSame)) return { kind: "refused", reason: "duplicate" };
      lastEnqueuedAt = now;
      const full = items.length >= settings.cap;
      if (full && settings.drop === "new") return { kind: "refused", reason: "full" };
      const room = full ? makeRoom(settings) : undefined;
      items.push(item);
      return room === undefined ? { kind: "waiting" } : { kind: "made-room", ...room };
    },
    next(mode) {
      if (items.length === 0 && summarized.length === 0) {
        oneByOne = false;
        return undefined;
      }
      if (mode === "collect") {
        const taken = takeCollected();
        const overflow = takeOverflow();
        const [only, second] = taken;
        const isSingle = only !== undefined && second === undefined && overflow.block === undefined;
        const prompt = isSingle
          ? only.prompt
          : queuedMessages(
              words.title,
              overflow.block,
              taken.map((item) => item.prompt),
            );
        return { prompt, items: taken, summarized: overflow.summarized };
      }
      const overflow = takeOverflow();
      if (overflow.block !== undefined) return { prompt: overflow.block, items: [], summarized: overflow.summarized };
      const taken = items.splice(0, 1);
      return { prompt: taken[0]?.prompt ?? "", items: taken, summarized: [] };
    },
    remove(id) {
      const at = items.findIndex((item) => item.id === id);
      return at < 0 ? undefined : items.splice(at, 1)[0];
    },
    clear() {
      const all = [...summarized, ...items];
      items = [];
      summarized = [];
      lines = [];
      oneByOne = false;
      return all;
    },
  };
}

import type { Timers } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Journal, JournalEntry } from "@openclaw/storage";
import { type Inbound, inbound } from "./inbound.ts";

/** A text that waits for what its sender may write next. */
interface HeldText {
  message: Inbound;
  /** Resolves when it is on stable storage. */
  durable: Promise<void>;
}

/** A message, and when it came to this Gateway, ms since the epoch. */
export interface Arrival {
  message: Inbound;
  at: number;
}

export interface InboundDebounceOptions {
  journal: Journal;
  timers: Timers;
  /** Milliseconds a text of a channel waits for more; 0 for not at all. */
  debounceMs(channel: string): number;
  /** Whether it is text for the model and nothing but that: no command, no setting. */
  isPlain(message: Inbound): boolean;
  /** Runs a message that is in the journal; `durable` resolves when all it was made of is on stable storage. */
  run(message: Inbound, durable: Promise<unknown>): void;
  /** Takes back a message whose run has begun and that could not be brought to stable storage. */
  withdraw(message: Inbound): void;
  log: Logger;
}

/** Joins what one person writes to one chat in quick succession. Only what the journal holds waits here. */
export interface InboundDebounce {
  /**
   * True when a message waits for more of its sender. What is not to wait is let through, and what waits for the same
   * sender goes before it.
   */
  waits(message: Inbound): boolean;
  /** Takes a message that waits; resolves when it is on stable storage. */
  hold(message: Inbound): Promise<void>;
  /** Makes one message of what was waiting when an earlier process ended. `waited` tells what had not begun. */
  recover(waited: (message: Inbound) => boolean): void;
  /** What a turn was made of, with the texts that had become one message put together again. */
  rejoined(arrivals: readonly Arrival[]): Inbound[];
  /** Starts nothing more; what waits stays open in the journal. */
  stop(): void;
}

export function createInboundDebounce(options: InboundDebounceOptions): InboundDebounce {
  const { journal, timers } = options;
  const waiting = new Map<string, { texts: HeldText[]; cancel: () => void }>();

  let stopped = false;

  const mayWait = (message: Inbound): boolean =>
    waitMs(message) > 0 && message.attachments.length === 0 && message.text.trim() !== "" && options.isPlain(message);
  const waitMs = ({ route }: Inbound): number => (route.surface === "channel" ? options.debounceMs(route.channel) : 0);
  const flush = (key: string) => {
    const held = waiting.get(key);
    if (held === undefined) return;
    waiting.delete(key);
    held.cancel();
    const [first, ...more] = held.texts.map(({ message }) => message);
    if (first === undefined) return;
    merge([first, ...more]);
    options.run(joinedText([first, ...more]), Promise.all(held.texts.map(({ durable }) => durable)));
  };
  /** All but the last become part of that one. */
  const merge = (messages: readonly Inbound[]) => {
    const main = messages.at(-1);
    if (main === undefined) return;
    try {
      for (const { id } of messages.slice(0, -1)) journal.settle(id, "merged", { mergedInto: main.id });
    } catch (error) {
      // A full disk: after a crash they are answered one by one, which is no loss.
      options.log.error(`what became part of message ${main.id} could not be noted as such`, { error: String(error) });
    }
  };
  /** Whether the second of two arrivals would have become one message with the first. */
  const areOne = (first: Arrival, second: Arrival): boolean =>
    senderKey(first.message) === senderKey(second.message) &&
    mayWait(first.message) &&
    mayWait(second.message) &&
    second.at - first.at < waitMs(second.message);
  /** Its sender is told that it was not accepted, and may send it again. */
  const giveBack = (key: string, message: Inbound) => {
    const held = waiting.get(key);
    const rest = held?.texts.filter((text) => text.message !== message) ?? [];
    if (held === undefined || rest.length === held.texts.length) return options.withdraw(message);
    held.texts = rest;
    journal.settle(message.id, "refused");
    if (rest.length > 0) return;
    held.cancel();
    waiting.delete(key);
  };

  return {
    waits(message) {
      if (stopped) return false;
      if (mayWait(message)) return true;
      flush(senderKey(message));
      return false;
    },
    async hold(message) {
      const key = senderKey(message);
      const { durable } = journal.accept({ id: message.id, source: message.source, payload: message });
      const held = waiting.get(key);
      held?.cancel();
      const texts = [...(held?.texts ?? []), { message, durable }];
      waiting.set(key, { texts, cancel: timers.after(waitMs(message), () => flush(key)) });
      try {
        await durable;
      } catch (error) {
        giveBack(key, message);
        throw error;
      }
    },
    recover(waited) {
      const belong = (first: Arrival, second: Arrival) =>
        areOne(first, second) && waited(first.message) && waited(second.message);
      for (const group of groupedArrivals(arrivalsOf(journal.open()), belong)) {
        merge(group.map(({ message }) => message));
      }
    },
    rejoined: (arrivals) =>
      groupedArrivals(arrivals, areOne).map(([first, ...more]) =>
        joinedText([first.message, ...more.map(({ message }) => message)]),
      ),
    stop() {
      stopped = true;
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
  };
}

/** How long texts of a channel wait for more, ms: what the channel itself says counts before the messages section. */
export function inboundDebounceMs(config: OpenClawConfig, channel: string): number {
  const sections = config.channels as Record<string, { debounceMs?: unknown } | undefined> | undefined;
  const { byChannel, debounceMs } = config.messages?.inbound ?? {};
  const own = sections?.[channel]?.debounceMs;
  if (typeof own === "number" && own > 0) return own;
  return [byChannel?.[channel], debounceMs].find((ms) => ms !== undefined && ms >= 0) ?? 0;
}

/** One message of several texts of one sender: the last one, with the words of all and addressed if one of them was. */
function joinedText(messages: readonly [Inbound, ...Inbound[]]): Inbound {
  const last = messages.at(-1) ?? messages[0];
  if (messages.length === 1) return last;
  const wasMentioned = messages.some((message) => message.wasMentioned);
  const history = messages.flatMap(({ around }) => around?.history ?? []);
  const mentioned = messages.some(({ route }) => route.surface === "channel" && route.mentioned);
  return {
    ...last,
    text: messages.map(({ text }) => text).join("\n"),
    ...(history.length === 0 ? {} : { around: { ...last.around, history } }),
    ...(wasMentioned ? { wasMentioned } : {}),
    ...(mentioned && last.route.surface === "channel" ? { route: { ...last.route, mentioned } } : {}),
  };
}

/** Messages of journal entries; unreadable ones are left out. */
export function arrivalsOf(entries: readonly JournalEntry[]): Arrival[] {
  return entries.flatMap(({ payload, at }) => {
    const message = inbound.safeParse(payload).data;
    return message ? [{ message, at }] : [];
  });
}

/** Puts together what arrived as one, in the order of arrival. */
function groupedArrivals(
  arrivals: readonly Arrival[],
  areOne: (first: Arrival, second: Arrival) => boolean,
): [Arrival, ...Arrival[]][] {
  const groups: [Arrival, ...Arrival[]][] = [];
  // Others write in between: what counts is the last one of the same sender.
  const open = new Map<string, [Arrival, ...Arrival[]]>();
  for (const arrival of arrivals) {
    const key = senderKey(arrival.message);
    const group = open.get(key);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && areOne(last, arrival)) {
      group.push(arrival);
      continue;
    }
    const begun: [Arrival, ...Arrival[]] = [arrival];
    groups.push(begun);
    open.set(key, begun);
  }
  return groups;
}

/** Agents that all answer a chat each have a text of their own of what is written there. */
function senderKey({ route, senderId, agentId }: Inbound): string {
  const place = route.surface === "channel" ? [route.channel, route.accountId, route.to, route.threadId ?? ""] : [];
  return JSON.stringify([...place, senderId ?? "", agentId]);
}

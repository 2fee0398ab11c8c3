import type { Logger } from "@openclaw/log";
import type { MessageMedia } from "../media/message-media.ts";
import type { Inbound } from "./inbound.ts";
import type { RefusedFile } from "./inbound-media.ts";

/** What came of the preparation of messages. */
export type Prepared =
  | { state: "ready"; messages: Inbound[] }
  /** Its user has stopped it. */
  | { state: "stopped" }
  /** A file of it is not taken: that is what its sender is told. */
  | { state: "refused"; text: string }
  /** The Gateway stops, or the message was taken back: nothing more happens to it now. */
  | { state: "closed" };

/** Decides about a message whose sounds were heard; undefined when it is not answered. */
export type Hear = (message: Inbound) => Inbound | undefined;

/** Messages whose files are looked at before anything else happens to them. */
export interface Preparation {
  /**
   * Understands the files of messages that make one turn, the last of which names it. Undefined when there is nothing to
   * do: neither have they files, nor does a message before them in their session still wait. Of one that is to be heard
   * first nothing but its sounds is looked at until `hear` lets it through; without that, it is not among the messages.
   */
  begin(messages: readonly Inbound[], hear?: Hear): Promise<Prepared> | undefined;
  /** Ends what is prepared in a session, or one message of it. Returns their ids. */
  stop(sessionKey: string, id: string | undefined): string[];
  /** Forgets a message that could not be stored. */
  withdraw(sessionKey: string, id: string): void;
  close(): void;
}

interface Waiting {
  id: string;
  control: AbortController;
  outcome?: Exclude<Prepared, { state: "ready" }>;
}

/** Messages of a session keep their order: one without files waits for those before it. */
export function createPreparation(options: {
  media: MessageMedia;
  /** The message with its files on disk. */
  fetched(message: Inbound): Promise<Inbound | RefusedFile>;
  log: Logger;
}): Preparation {
  const { media, fetched } = options;
  const bySession = new Map<string, { waiting: Set<Waiting>; last: Promise<unknown> }>();
  let closed = false;

  const understand = async (message: Inbound, signal: AbortSignal): Promise<Inbound | RefusedFile> => {
    if (!media.concerns(message)) return message;
    const whole = await fetched(message);
    return "refused" in whole || !media.concerns(whole) ? whole : media.understand(whole, signal);
  };

  /** What is said in the sounds of a message decides whether the rest of it is looked at. */
  const listen = async (
    message: Inbound,
    { hear, before, signal }: { hear: Hear; before: Promise<unknown>; signal: AbortSignal },
  ): Promise<Inbound | RefusedFile | undefined> => {
    const sounds = message.attachments.filter(({ mimeType }) => mimeType.startsWith("audio/"));
    const [said] = await Promise.all([understand({ ...message, attachments: sounds }, signal), before]);
    if ("refused" in said || signal.aborted) return said;
    const heard = hear(said);
    if (heard === undefined || sounds.length === message.attachments.length) return heard;
    const { around, route, wasMentioned } = heard;
    const { unheard: _, ...rest } = message;
    const whole = await understand({ ...rest, around, route, ...(wasMentioned ? { wasMentioned } : {}) }, signal);
    // A command is read from what was said, without the assistant's name.
    return "refused" in whole || heard.text === said.text ? whole : { ...whole, text: heard.text };
  };

  const prepare = async (
    messages: readonly Inbound[],
    { own, before, hear }: { own: Waiting; before: Promise<unknown>; hear: Hear | undefined },
  ): Promise<Prepared> => {
    const { signal } = own.control;
    try {
      const understood = Promise.all(
        messages.map((message) =>
          hear === undefined || message.unheard === undefined
            ? understand(message, signal)
            : listen(message, { hear, before, signal }),
        ),
      );
      const [all] = await Promise.all([understood, before]);
      if (own.outcome !== undefined) return own.outcome;
      const results = all.filter((result) => result !== undefined);
      const refused = results.find((result) => "refused" in result);
      if (refused !== undefined) return { state: "refused", text: refused.refused };
      return { state: "ready", messages: results.flatMap((result) => ("refused" in result ? [] : [result])) };
    } catch (error) {
      if (own.outcome === undefined) throw error;
      return own.outcome;
    }
  };

  const end = (sessionKey: string, id: string | undefined, outcome: NonNullable<Waiting["outcome"]>): string[] => {
    const found = [...(bySession.get(sessionKey)?.waiting ?? [])].filter((one) => id === undefined || one.id === id);
    for (const one of found) {
      one.outcome ??= outcome;
      one.control.abort(new Error("the message is not wanted any more"));
    }
    return found.map((one) => one.id);
  };

  return {
    begin(messages, hear) {
      const last = messages.at(-1);
      if (last === undefined) return undefined;
      const { sessionKey } = last;
      const session = bySession.get(sessionKey);
      if (session === undefined && !messages.some((message) => media.concerns(message))) return undefined;
      if (closed) return Promise.resolve({ state: "closed" });
      const own: Waiting = { id: last.id, control: new AbortController() };
      const result = prepare(messages, { own, before: session?.last ?? Promise.resolve(), hear });
      const entry = session ?? { waiting: new Set<Waiting>(), last: result };
      entry.waiting.add(own);
      // The next one goes on after whatever is done with this one in the same turn of the event loop.
      entry.last = result.then(
        () => undefined,
        () => undefined,
      );
      const mine = entry.last;
      bySession.set(sessionKey, entry);
      void mine.then(() => {
        entry.waiting.delete(own);
        if (entry.last === mine) bySession.delete(sessionKey);
      });
      return result;
    },
    stop: (sessionKey, id) => end(sessionKey, id, { state: "stopped" }),
    withdraw(sessionKey, id) {
      end(sessionKey, id, { state: "closed" });
    },
    close() {
      closed = true;
      for (const sessionKey of bySession.keys()) end(sessionKey, undefined, { state: "closed" });
    },
  };
}

import { openGate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import type { MessageEndings } from "./message-endings.ts";
import type { Turns } from "./turn.ts";

export interface AgentsInTurnContext {
  endings: MessageEndings;
  turns: Pick<Turns, "open">;
  whenDone(message: Inbound, done: Promise<unknown>): void;
  track<T>(work: Promise<T>): Promise<T>;
  /** The Gateway stops: what has not begun comes at the next start. */
  stopping(): boolean;
}

export type AgentsInTurn = ReturnType<typeof createAgentsInTurn>;

/** Several agents answer one message, each when the one before has ended. */
export function createAgentsInTurn(context: AgentsInTurnContext) {
  const { endings, turns } = context;
  /** Those whose turn has not come, by the id of their message. */
  const waiting = new Map<string, Inbound>();
  /** When the last agent so far has ended, by the message all of them answer. */
  const lasts = new Map<string, Promise<unknown>>();

  const beginAfter = async <T>(
    before: Promise<unknown>,
    message: Inbound,
    begin: () => Promise<T>,
  ): Promise<T | undefined> => {
    waiting.set(message.id, message);
    await before;
    if (context.stopping() || !waiting.delete(message.id)) return undefined;
    return begin();
  };

  return {
    /**
     * Begins what an agent does with its message when the agents before it have ended; at once for the first of them, and
     * for messages of one agent alone. Undefined when it has not begun because it was stopped.
     */
    add<T>(message: Inbound, begin: () => Promise<T>): Promise<T | undefined> {
      const { inTurn } = message;
      if (inTurn === undefined) return begin();
      const before = lasts.get(inTurn);
      const done = before === undefined ? begin() : beginAfter(before, message, begin);
      const ended = done
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => void (lasts.get(inTurn) === ended && lasts.delete(inTurn)));
      lasts.set(inTurn, ended);
      return done;
    },
    /** Takes a message out that could not be stored. */
    withdraw: (id: string) => void waiting.delete(id),
    /** Ends what waits in a session, or one message of it, because its user has stopped it. Returns their ids. */
    stop(sessionKey: string, runId: string | undefined): string[] {
      const found = [...waiting.values()].filter(
        (message) => message.sessionKey === sessionKey && (runId === undefined || runId === message.id),
      );
      for (const message of found) {
        waiting.delete(message.id);
        const chat = turns.open(message, undefined);
        context.whenDone(message, context.track(endings.endStopped(message, chat, openGate())));
      }
      return found.map(({ id }) => id);
    },
  };
}

import type { RunResult } from "@openclaw/agent-runtime";
import type { Journal } from "@openclaw/storage";
import { unavailable } from "../methods/handler.ts";
import { lookUp } from "./dedupe.ts";
import { openGate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import type { MessageEndings } from "./message-endings.ts";
import type { TurnOptions, Turns } from "./turn.ts";

export interface AgentsInTurnContext {
  journal: Journal;
  endings: MessageEndings;
  turns: Pick<Turns, "open">;
  /** What happens to a message whose turn it is; resolves when that is over. */
  take(message: Inbound, options: TurnOptions): Promise<RunResult | undefined>;
  whenDone(message: Inbound, done: Promise<unknown>): void;
  track<T>(work: Promise<T>): Promise<T>;
  /** The Gateway stops: what has not begun comes at the next start. */
  stopping(): boolean;
}

/** Several agents answer one message, each when the one before has ended. */
export function createAgentsInTurn(context: AgentsInTurnContext) {
  const { journal, endings, turns } = context;
  /** Those whose turn has not come, by the id of their message. */
  const waiting = new Map<string, Inbound>();

  const runAll = async (messages: readonly Inbound[]): Promise<void> => {
    for (const message of messages) {
      if (context.stopping()) return;
      if (!waiting.delete(message.id)) continue;
      const options = { durable: Promise.resolve(), gate: openGate(), initiator: undefined, resume: false };
      const done = context.take(message, options);
      context.whenDone(message, done);
      await done.catch(() => undefined);
    }
  };

  return {
    /** All of it is on disk when this resolves, and the first agent has begun. */
    async run(messages: readonly Inbound[]): Promise<void> {
      if (context.stopping()) throw unavailable("gateway shutting down");
      const fresh = messages.filter(({ id }) => !lookUp(journal, id).seen);
      const stored = fresh.map((message) => {
        const { id, source } = message;
        return journal.accept({ id, source, payload: message }).durable;
      });
      await Promise.all(stored);
      for (const message of fresh) waiting.set(message.id, message);
      void context.track(runAll(fresh));
    },
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

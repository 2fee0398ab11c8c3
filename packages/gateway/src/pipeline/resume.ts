import type { AgentRuntime } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Journal, JournalEntry } from "@openclaw/storage";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { AgentsInTurn } from "./agents-in-turn.ts";
import { openGate } from "./gate.ts";
import { type Inbound, inbound } from "./inbound.ts";
import { type Arrival, arrivalsOf, type InboundDebounce } from "./inbound-debounce.ts";
import { type MessageEndings, maxAttempts } from "./message-endings.ts";
import type { Preparation } from "./preparation.ts";
import { queuedItem, rebuiltPrompt, turnMessage } from "./queued-message.ts";
import type { TurnOptions, Turns } from "./turn.ts";

export interface ResumeContext {
  journal: Journal;
  runtime: AgentRuntime;
  commands: GatewayCommands;
  endings: MessageEndings;
  turns: Turns;
  debounce: Pick<InboundDebounce, "recover" | "rejoined">;
  preparation: Pick<Preparation, "begin">;
  inTurn: Pick<AgentsInTurn, "add">;
  /** What happens to a message that nothing is known of but that it was accepted. */
  take(message: Inbound, options: TurnOptions): Promise<unknown>;
  /** Keeps the Gateway from stopping before the work has ended. */
  track<T>(work: Promise<T>): Promise<T>;
  formatTime(): (at: number) => string;
  log: Logger;
}

/** Continues what an earlier process left open in the journal. */
export function createResume(context: ResumeContext): () => void {
  const { journal, runtime, commands, endings, turns, debounce, preparation, inTurn, take, track, log } = context;

  /** The messages that were put together with another one in its turn. */
  const partsOf = (entry: JournalEntry): Arrival[] => arrivalsOf(journal.merged(entry.id));

  /** Notes that a message went into another run just before the end of the process; that one answers it, or has done so. */
  const noteJoined = (entry: JournalEntry): void => {
    const { data: message } = inbound.safeParse(entry.payload);
    const joined = message && runtime.joinedRun(message.sessionKey, message.id);
    if (joined === undefined) return;
    const isOpen = journal.get(joined)?.state === "open";
    if (isOpen) journal.settle(entry.id, "merged", { mergedInto: joined });
    else journal.settle(entry.id, "done", { result: { status: "ok" } });
  };

  const resumeEntry = (entry: JournalEntry) => {
    const parsed = inbound.safeParse(entry.payload);
    if (!parsed.success) {
      log.error(`journal entry ${entry.id} cannot be read and was given up`, { error: parsed.error.message });
      journal.settle(entry.id, "given-up");
      return;
    }
    const message = parsed.data;
    // What was answered in the last attempt needs only its end; that too does not end the process for ever.
    const answered = entry.attempts >= maxAttempts && runtime.hasAnswered(message.sessionKey, message.id);
    if (entry.attempts >= (answered ? 2 * maxAttempts : maxAttempts)) {
      void track(endings.giveUp(message, messagesOf(partsOf(entry)), turns.open(message, undefined)));
      return;
    }
    const recorded = runtime.hasRecorded(message.sessionKey, message.id);
    const options = {
      durable: Promise.resolve(),
      gate: openGate(),
      initiator: undefined,
      resume: recorded,
      resumed: true,
    };
    const parts = partsOf(entry);
    const whole = [...parts, { message, at: entry.at }];
    const begin = () =>
      track(recorded || parts.length > 0 ? resumeTurn(message, whole, options) : take(message, options));
    const done = inTurn.add<unknown>(message, begin);
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    log.info(`run ${message.id} continues after an interruption`, { sessionKey: message.sessionKey, recorded });
  };

  /** Goes on with a turn: from its transcript, or with the messages that it was made of. */
  const resumeTurn = (message: Inbound, arrivals: readonly Arrival[], options: TurnOptions) => {
    const all = debounce.rejoined(arrivals);
    // What is in the transcript has been understood by then.
    const prepared = options.resume ? undefined : preparation.begin(all);
    const chat = turns.open(message, undefined);
    if (prepared === undefined) return resumeWith(all, message, chat, options);
    return prepared.then((outcome) => {
      if (outcome.state === "ready") return resumeWith(outcome.messages, message, chat, options);
      if (outcome.state === "refused") return endings.endWith(message, chat, outcome.text, options.gate);
      return outcome.state === "stopped" ? endings.endStopped(message, chat, options.gate) : undefined;
    });
  };

  const resumeWith = (all: readonly Inbound[], message: Inbound, chat: ChatStream, options: TurnOptions) => {
    const around = { formatTime: context.formatTime(), commands };
    const turn = all.length > 1 ? rebuiltPrompt(all.map((one) => queuedItem(one, around))) : undefined;
    const whole = turnMessage(
      all.map((one) => ({ message: one })),
      all.at(-1) ?? message,
    );
    return turns.run(whole, chat, { ...options, ...(turn ? { prompt: turn.prompt } : {}) });
  };

  return () => {
    debounce.recover(
      ({ id, sessionKey }) => journal.get(id)?.attempts === 0 && runtime.joinedRun(sessionKey, id) === undefined,
    );
    // Which messages a turn was made of is known before it is decided what becomes of it.
    for (const step of [noteJoined, resumeEntry]) {
      for (const entry of journal.open()) {
        try {
          step(entry);
        } catch (error) {
          // One that cannot be looked at now must not keep the Gateway from starting; it stays open.
          log.error(`run ${entry.id} cannot go on`, { error: String(error) });
        }
      }
    }
  };
}

function messagesOf(arrivals: readonly Arrival[]): Inbound[] {
  return arrivals.map(({ message }) => message);
}

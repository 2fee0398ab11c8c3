import {
  type QueueConfig,
  type QueuedTurn,
  type QueueSettings,
  type RunResult,
  resolveQueueSettings,
  sessionQueue,
  type Timers,
} from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Clock, Journal } from "@openclaw/storage";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Inbound } from "./inbound.ts";
import type { MessageEndings } from "./message-endings.ts";
import { queuedItem, turnMessage, type WaitingMessage } from "./queued-message.ts";
import { readPictures, withNotes } from "./run-turn.ts";
import { createSessionQueues } from "./session-queues.ts";
import type { TurnOptions, Turns } from "./turn.ts";

export interface WaitingMessagesContext {
  journal: Journal;
  conversations: Conversations;
  commands: GatewayCommands;
  runs: RunRegistry;
  endings: MessageEndings;
  turns: Turns;
  config(): QueueConfig | undefined;
  /** What a channel itself proposes, ms. */
  debounceMsOf(channel: string): number | undefined;
  formatTime(): (at: number) => string;
  clock: Clock;
  timers: Timers;
  log: Logger;
}

/** The run that took a message up. */
interface Joined {
  runId: string;
  done: Promise<RunResult>;
}

interface Steering {
  sessionKey: string;
  /** Its user has stopped the run before the message was taken up. */
  stopped: boolean;
}

/** Messages that came while a run of their session was under way: they wait, or join it. */
export function createWaitingMessages(context: WaitingMessagesContext) {
  const { journal, conversations, commands, runs, endings, turns, clock, log } = context;
  const queues = createSessionQueues<WaitingMessage>({
    clock,
    timers: context.timers,
    isBusy: (sessionKey) => isBusy(sessionKey),
    run: (sessionKey, turn) => runQueued(sessionKey, turn),
  });
  /** Steered messages that have not reached the transcript yet. */
  const steering = new Map<string, Steering>();

  const isBusy = (sessionKey: string) => runs.openOf(sessionKey).some((record) => record.handle !== undefined);

  const queueSettings = (message: Pick<Inbound, "sessionKey" | "queue" | "route">): QueueSettings => {
    const entry = conversations.entry(message.sessionKey);
    return resolveQueueSettings({
      message: message.queue,
      session: sessionQueue(entry),
      config: context.config(),
      channel: message.route.surface === "channel" ? message.route.channel : "webchat",
      channelDebounceMs: message.route.surface === "channel" ? context.debounceMsOf(message.route.channel) : undefined,
    });
  };

  const enqueue = (
    message: Inbound,
    chat: ChatStream,
    options: TurnOptions,
    settings: QueueSettings,
  ): Promise<RunResult | undefined> =>
    new Promise((ended) => {
      const { durable, gate } = options;
      const item = queuedItem(message, { formatTime: context.formatTime(), commands });
      const waiting: WaitingMessage = { ...item, message, chat, durable, gate, ended };
      const added = queues.add(message.sessionKey, waiting, settings);
      if (added.kind === "refused") void giveWay(waiting, added.reason, settings.cap);
      if (added.kind === "made-room") for (const lost of added.lost) void giveWay(lost, "full", settings.cap);
    });

  /** Ends a message for which there was no room, and says so in its chat, once per burst. */
  const giveWay = async (waiting: WaitingMessage, reason: "duplicate" | "full", cap: number): Promise<void> => {
    const { message, chat, gate } = waiting;
    const isNews = reason === "full" && queues.isFirstLoss(message.sessionKey);
    await gate.opened;
    const text = `⚠️ Message dropped: the queue is full (cap ${cap}).`;
    if (isNews) {
      await endings.tellSurely(message, message.id, text);
      chat.answer(conversations.note(message.sessionKey, text).message);
    } else chat.end({ state: "final", text: "" });
    const outcome = reason === "full" ? { status: "error" as const, error: text } : { status: "ok" as const };
    await endings.settle(message.id, "done", {
      status: outcome.status,
      ...(outcome.error ? { summary: outcome.error } : {}),
    });
    runs.finish(message.id, { ...outcome, endedAt: clock.now() });
    waiting.ended(undefined);
  };

  /** Runs what waited as one turn. All but its last message become part of that one. */
  const runQueued = async (sessionKey: string, turn: QueuedTurn<WaitingMessage>): Promise<void> => {
    const all = [...turn.summarized, ...turn.items];
    const main = all.at(-1);
    if (main === undefined) return;
    const parts = all.slice(0, -1);
    try {
      for (const { id } of parts) journal.settle(id, "merged", { mergedInto: main.id });
    } catch (error) {
      // A full disk: after a crash they are answered one by one, which is no loss.
      log.error(`the queued messages of ${sessionKey} could not be noted as one turn`, { error: String(error) });
    }
    for (const { chat, gate } of parts) gate.pass(() => chat.end({ state: "final", text: "", mergedInto: main.id }));
    const single = turn.items.length === 1 && turn.summarized.length === 0;
    const message = single ? main.message : turnMessage(turn.items, main.message);
    const { durable, gate } = main;
    const result = await turns
      .run(message, main.chat, {
        durable,
        gate,
        initiator: undefined,
        resume: false,
        ...(single ? {} : { prompt: turn.prompt }),
      })
      .catch((error: unknown) => {
        log.error(`run ${main.id} failed unexpectedly`, { error: String(error) });
        return undefined;
      });
    const outcome = runs.get(main.id)?.outcome;
    if (outcome) for (const { id } of parts) runs.finish(id, outcome);
    for (const { ended } of all) ended(result);
  };

  /** Hands a message to the run under way; it waits its turn when that run cannot take it any more. */
  const steer = async (
    message: Inbound,
    chat: ChatStream,
    options: TurnOptions,
    settings: QueueSettings,
  ): Promise<RunResult | undefined> => {
    const joined = await steerInto(message, message.id);
    if (joined === "stopped") return endings.endStopped(message, chat, options.gate);
    if (joined === undefined) return enqueue(message, chat, options, settings);
    const { runId, done } = joined;
    try {
      journal.settle(message.id, "merged", { mergedInto: runId });
    } catch (error) {
      // After a crash the transcript still tells that it went into the other run.
      log.error(`message ${message.id} could not be noted as part of run ${runId}`, { error: String(error) });
    }
    options.gate.pass(() => chat.end({ state: "final", text: "", mergedInto: runId }));
    void runs.wait(runId, Number.MAX_SAFE_INTEGER).then((outcome) => outcome && runs.finish(message.id, outcome));
    return done;
  };

  /** The run a message was taken up by, once it is in the transcript; undefined when none has taken it. */
  const steerInto = async (message: Inbound, id: string): Promise<Joined | "stopped" | undefined> => {
    const { images, notes } = await readPictures(message, log);
    const record = runs.openOf(message.sessionKey).find(({ handle }) => handle?.active);
    const handle = record?.handle;
    if (!record || !handle) return undefined;
    const { prompt: text } = queuedItem(message, { formatTime: context.formatTime(), commands });
    return new Promise((resolve) => {
      const taken = handle.steer({
        id,
        text: withNotes(text, notes),
        images,
        onRecorded: () => resolve({ runId: record.runId, done: handle.done }),
      });
      if (!taken) return resolve(undefined);
      const pending: Steering = { sessionKey: message.sessionKey, stopped: false };
      steering.set(message.id, pending);
      void handle.done.then(() => {
        steering.delete(message.id);
        resolve(pending.stopped ? "stopped" : undefined);
      });
    });
  };

  return {
    /** Whether a message of the session has to wait, or to join what runs. */
    mustWait: (sessionKey: string) => isBusy(sessionKey) || queues.isActive(sessionKey),
    settings: queueSettings,
    enqueue,
    steer,
    /** Brings a message into the run under way under an id of its own, beside the turn it will have itself. */
    steerAlong(message: Inbound): void {
      void steerInto(message, `${message.id}#steer`);
    },
    /** Takes up what waits; to be called at the end of every run. */
    runEnded: (sessionKey: string) => queues.runEnded(sessionKey),
    size: (sessionKey: string) => queues.size(sessionKey),
    /** Ends what waits in a session, or one message of it, because its user has stopped it. Returns their ids. */
    stop(sessionKey: string, runId: string | undefined): string[] {
      const found = runId === undefined ? queues.discard(sessionKey) : [queues.remove(sessionKey, runId)];
      const waiting = found.filter((item) => item !== undefined);
      for (const { message, chat, ended, gate } of waiting) {
        void endings.endStopped(message, chat, gate).then(() => ended(undefined));
      }
      for (const [id, pending] of steering) {
        if (pending.sessionKey === sessionKey && (runId === undefined || runId === id)) pending.stopped = true;
      }
      return waiting.map(({ id }) => id);
    },
    /** Takes a message out that could not be stored. */
    withdraw(sessionKey: string, id: string): void {
      queues.remove(sessionKey, id)?.ended(undefined);
    },
    /** Takes nothing up any more. What waits stays open in the journal and is taken up at the next start. */
    close(): void {
      for (const { ended } of queues.stop()) ended(undefined);
    },
  };
}

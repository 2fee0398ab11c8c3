// The one path of every message, from its source to the reply:
//
//   source ─▶ journal ─▶ dedupe ─▶ access ─▶ route ─▶ debounce ─▶ files ─▶ command ─▶ queue ─▶ lane ─▶ run ─▶ reply ─▶ outbox ─▶ channel
//
// RPC methods name their session and are authorised by their connection, so they enter at `submit`; channels pass
// `channel-inbound.ts` (dedupe, access, route) and `inbound-debounce.ts` first. The files of a journalled message are turned
// into text where that is wanted (`preparation.ts`). What the message is, `decision.ts` says: a command is answered
// (`command-answers.ts`), one that comes during a run waits or joins it (`waiting-messages.ts`), any other has its turn
// (`turn.ts`: prompt, run, events, replies, end). `resume.ts` does the same with what an earlier process left. Lanes live
// in the agent runtime.
import type { AgentRuntime, QueueConfig, QueueSettings, RunResult, Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { InboundEvent, InboundMessage } from "@openclaw/plugin-sdk";
import type { Clock, Journal } from "@openclaw/storage";
import type { ChannelEntrance } from "../access/channel-entrance.ts";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { MessageMedia } from "../media/message-media.ts";
import type { WebFiles } from "../media/web-files.ts";
import { unavailable } from "../methods/handler.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { SessionFeed } from "../session-feed.ts";
import type { Connections } from "../ws/connections.ts";
import { createAgentsInTurn } from "./agents-in-turn.ts";
import { journalId } from "./channel-inbound.ts";
import { isStopText } from "./command.ts";
import { type CommandAnswersContext, createCommandAnswers } from "./command-answers.ts";
import { createDecision } from "./decision.ts";
import { lookUp } from "./dedupe.ts";
import { createGate, type Gate, openGate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import { createInboundDebounce } from "./inbound-debounce.ts";
import type { RefusedFile } from "./inbound-media.ts";
import { createMessageEndings } from "./message-endings.ts";
import type { OutboxWorker } from "./outbox.ts";
import { createPageFiles } from "./page-files.ts";
import { createPreparation } from "./preparation.ts";
import { textDeliveries } from "./reply.ts";
import { createResume } from "./resume.ts";
import { createRunReplies, type RunRepliesContext } from "./run-replies.ts";
import { createStopRuns, type StopRuns } from "./stop-runs.ts";
import type { SystemEvents } from "./system-events.ts";
import { createTurns, type TurnOptions } from "./turn.ts";
import { createTurnPrompts } from "./turn-prompt.ts";
import { createWaitingMessages } from "./waiting-messages.ts";
import { createZonedFormat } from "./zoned-format.ts";

/** The part of the configuration the pipeline reads, fresh for every message. */
export interface PipelineConfig {
  userTimeZone: string;
  /** Zone of the times of system events. */
  eventTimeZone: string;
  /** Whether clients see what a heartbeat says. */
  showsHeartbeats: boolean;
  queue: QueueConfig | undefined;
  /** Milliseconds texts of a channel wait for more of their sender. */
  debounceMs(channel: string): number;
  /** Agents that all answer one message do so one after the other. */
  agentsInTurn: boolean;
}

export interface PipelineContext {
  /** Spoken answers that the web chat can play. */
  webFiles: WebFiles;
  journal: Journal;
  conversations: Conversations;
  commands: GatewayCommands;
  entrance: ChannelEntrance;
  /** Called when a channel's message was answered. */
  answered(id: string): Promise<void>;
  /** The message with its files on disk. */
  fetched(message: Inbound): Promise<Inbound | RefusedFile>;
  /** Changes a message of an account's own; false where the channel cannot. */
  edit: CommandAnswersContext["edit"];
  runtime: AgentRuntime;
  runs: RunRegistry;
  connections: Connections;
  /** What clients hear of that have asked for it. */
  sessionFeed: Pick<SessionFeed, "changed" | "tool">;
  systemEvents: SystemEvents;
  /** What is made of the files of messages. */
  media: MessageMedia;
  outbox: OutboxWorker;
  /** How chats are given their replies. */
  replies: Omit<RunRepliesContext, "journal" | "outbox" | "stopped" | "verboseLevel" | "log">;
  config(): PipelineConfig;
  clock: Clock;
  timers: Timers;
  log: Logger;
  /** Told of each turn that has ended. */
  onRan?(message: Inbound, result: RunResult): void;
  /** Told of a command that begins or stops something; answers what the user is to be told besides. */
  onCommand?(action: string, message: Inbound): Promise<readonly string[]>;
  /** Which channels reach somebody, a line each. */
  channelSummary(): readonly string[];
}

/** A message that was taken over. */
export interface Submission {
  runId: string;
  /** Resolves when the message is on stable storage: the moment to tell the sender that it was accepted. */
  durable: Promise<void>;
  /** Lets the run's events out; call it after the sender was told. */
  release(): void;
  /** The result of the run; undefined when the Gateway stopped before it ended. */
  done: Promise<RunResult | undefined>;
}

export interface Pipeline {
  /**
   * Journals a message and runs it. `initiator` is the connection that may see the run's tool events; `watch` is told of
   * the events of the run itself, in the order clients are.
   */
  submit(message: Inbound, options?: Partial<Pick<TurnOptions, "initiator" | "watch">>): Submission;
  /** Journals a message whose turn comes at the next start; resolves when it is on stable storage. */
  postpone(message: Inbound): Promise<void>;
  /** Takes a channel's message; resolves when it is on stable storage, or was refused or seen before. */
  receive(message: InboundMessage): Promise<void>;
  /**
   * Takes a message whose channel has let it in itself; resolves when it is on stable storage, with its end. Undefined when
   * it was seen before.
   */
  admitted(message: Inbound): Promise<{ ended: Promise<unknown> } | undefined>;
  /** Notes what happened in a chat for the next turn of its session; resolves when it is on disk. */
  note(event: InboundEvent): Promise<void>;
  /** Continues what an earlier process left open. To be called before anything is submitted. */
  resume(): void;
  /** Stops what its user no longer wants. */
  abort: StopRuns;
  /** How messages of a channel are queued in a session now, and how many wait. */
  queueOf(sessionKey: string, channel: string): QueueSettings & { waiting: number };
  /** Refuses new messages and waits for what runs, at most `drainMs`; what is left stays open in the journal. */
  stop(drainMs: number): Promise<void>;
}

export function createPipeline(context: PipelineContext): Pipeline {
  const { journal, conversations, commands, runtime, runs, clock, log } = context;
  const running = new Set<Promise<unknown>>();
  const stopped = new AbortController();
  let stopping = false;
  const formatTime = createZonedFormat(() => context.config().userTimeZone);
  const formatEventTime = createZonedFormat(() => context.config().eventTimeZone, { seconds: true });
  const endings = createMessageEndings({ ...context, stopped: stopped.signal });
  const answers = createCommandAnswers({ ...context, endings });
  const turns = createTurns({
    ...context,
    endings,
    promptOf: createTurnPrompts({ ...context, endings, formatTime, formatEventTime }),
    repliesTo: createRunReplies({
      ...context.replies,
      journal,
      outbox: context.outbox,
      stopped: stopped.signal,
      verboseLevel: (sessionKey) => runtime.verboseLevel(sessionKey),
      log,
    }),
    pageFiles: createPageFiles({
      ...context.replies,
      webFiles: context.webFiles,
      lastTimestamp: (sessionKey) => conversations.lastTimestamp(sessionKey),
      stopped: stopped.signal,
    }),
    onEnded: (sessionKey) => waiting.runEnded(sessionKey),
    showsHeartbeats: () => context.config().showsHeartbeats,
  });
  const waiting = createWaitingMessages({
    ...context,
    endings,
    turns,
    config: () => context.config().queue,
    debounceMsOf: (channel) => context.replies.channels.get(channel)?.queueDebounceMs,
    formatTime,
  });

  const preparation = createPreparation({ media: context.media, fetched: (message) => context.fetched(message), log });
  const debounce = createInboundDebounce({
    ...context,
    debounceMs: (channel) => context.config().debounceMs(channel),
    isPlain(message) {
      const reception = commands.receive(message);
      return reception.kind === "model" && reception.inline.length === 0 && !isStopText(message.text);
    },
    run: (message, durable) => beginInTurn(message, durable),
    withdraw: (message) => withdraw(message.id, openGate()),
  });

  const whenDone = ({ id }: Inbound, done: Promise<unknown>) => {
    done
      .then(() => context.answered(id))
      .catch((error: unknown) => log.error(`run ${id} failed unexpectedly`, { error: String(error) }));
  };

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const forget = () => running.delete(work);
    work.then(forget, forget);
    return work;
  };

  /** The first thing that happens to a journalled message: its files are understood, then it is decided what it is. */
  const take = (message: Inbound, options: TurnOptions): Promise<RunResult | undefined> => {
    const chat = turns.open(message, options.initiator);
    const prepared = isAnsweredAtOnce(message) ? undefined : preparation.begin([message], context.entrance.hear);
    if (prepared === undefined) return decide(message, chat, options);
    return prepared.then((outcome) => {
      switch (outcome.state) {
        case "ready": {
          const [heard] = outcome.messages;
          return heard ? decide(heard, chat, options) : endings.endSilently(message, chat);
        }
        case "stopped":
          return endings.endStopped(message, chat, options.gate);
        case "refused": {
          const isTold = context.entrance.hear(message) !== undefined && !isMuted(message, commands.receive(message));
          return isTold
            ? endings.endWith(message, chat, outcome.text, options.gate)
            : endings.endSilently(message, chat);
        }
        case "closed":
          return undefined;
      }
    });
  };

  /** Commands do not wait for what came before them. */
  const isAnsweredAtOnce = (message: Inbound): boolean =>
    message.attachments.length === 0 && ["command", "ignored"].includes(commands.receive(message).kind);

  const { decide, isMuted, announce } = createDecision({
    ...context,
    endings,
    answers,
    turns,
    waiting,
    track,
    stopRuns: (sessionKey, request) => stopRuns(sessionKey, request),
  });

  const submit: Pipeline["submit"] = (message, options = {}) => {
    if (stopping) throw unavailable("gateway shutting down");
    const accepted = journal.accept({ id: message.id, source: message.source, payload: message });
    if (accepted.duplicate) throw unavailable(`run ${message.id} is under way already`);
    const gate = createGate();
    const durable = accepted.durable.catch((error: unknown) => {
      withdraw(message.id, gate);
      throw error;
    });
    const done = track(take(message, { durable, gate, initiator: undefined, ...options, resume: false }));
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    return { runId: message.id, durable, release: gate.open, done };
  };

  /** Takes back a message that did not reach stable storage: its sender hears so and may send it again. */
  const withdraw = (id: string, gate: Gate) => {
    const record = runs.get(id);
    inTurn.withdraw(id);
    record?.handle?.interrupt();
    if (record) {
      preparation.withdraw(record.sessionKey, id);
      waiting.withdraw(record.sessionKey, id);
    }
    runs.finish(id, { status: "error", endedAt: clock.now(), error: "the message could not be stored" });
    gate.open();
    try {
      journal.settle(id, "refused");
    } catch (error) {
      log.error(`message ${id} could not be taken out of the journal`, { error: String(error) });
    }
  };

  const isSeen = (message: InboundMessage): boolean => lookUp(journal, journalId(message)).seen;

  /** What happens to a channel's message that was let in. */
  const takeIn = async (message: Inbound): Promise<void> => {
    if (lookUp(journal, message.id).seen) return;
    if (debounce.waits(message)) return debounce.hold(message);
    await begin(message);
  };

  /** Runs a message, or stops what runs; resolves when it is on stable storage. */
  const begin = async (message: Inbound): Promise<{ ended: Promise<unknown> }> => {
    if (isStopText(message.text) && message.authorized) {
      void track(announce("stop", message));
      const told = textDeliveries(message, await commands.stop(message.sessionKey));
      await endings.tell(message, message.id, told);
      return { ended: Promise.resolve() };
    }
    const submission = submit(message);
    whenDone(message, submission.done);
    await submission.durable;
    submission.release();
    return { ended: submission.done };
  };

  const inTurn = createAgentsInTurn({ endings, turns, whenDone, track, stopping: () => stopping });
  const beginInTurn = (message: Inbound, durable: Promise<unknown>): void => {
    void inTurn.add(message, () => {
      const done = track(take(message, { durable, gate: openGate(), initiator: undefined, resume: false }));
      whenDone(message, done);
      return done;
    });
  };
  /** The message of each of several agents: all are on disk when this resolves, and the first agent has begun or waits for more. */
  const takeInTurn = async (messages: readonly Inbound[]): Promise<void> => {
    if (stopping) throw unavailable("gateway shutting down");
    const fresh = messages.filter(({ id }) => !lookUp(journal, id).seen);
    const { held = [], begun = [] } = Object.groupBy(fresh, (message) => (debounce.waits(message) ? "held" : "begun"));
    const stored = begun.map(
      (message) => journal.accept({ id: message.id, source: message.source, payload: message }).durable,
    );
    await Promise.all([...held.map((message) => debounce.hold(message)), ...stored]);
    for (const message of begun) beginInTurn(message, Promise.resolve());
  };
  /** Commands and stops are for each agent at once, whoever answers now. */
  const waitsForOthers = (message: Inbound): boolean =>
    context.config().agentsInTurn &&
    !(isStopText(message.text) && message.authorized) &&
    commands.receive(message).kind !== "command";

  const stopRuns = createStopRuns({ journal, runs, later: [preparation, waiting, inTurn], log });

  return {
    submit,
    async postpone(message) {
      await journal.accept({ id: message.id, source: message.source, payload: message }).durable;
    },
    async receive(message) {
      if (isSeen(message)) return;
      const admitted = await context.entrance.enter(message);
      if (admitted.length > 1 && admitted.every(waitsForOthers)) {
        await takeInTurn(admitted.map((each) => ({ ...each, inTurn: journalId(message) })));
      } else await Promise.all(admitted.map(takeIn));
    },
    admitted: async (message) => (lookUp(journal, message.id).seen ? undefined : begin(message)),
    async note(event) {
      const sessionKey = event.chat === undefined ? conversations.mainKey() : context.entrance.sessionOf(event);
      if (sessionKey === undefined) log.info(`dropped an event on ${event.channel}: nobody there is listened to`);
      else await context.systemEvents.enqueue(sessionKey, event.text);
    },
    resume: createResume({ ...context, preparation, endings, turns, debounce, inTurn, take, track, formatTime }),
    abort: stopRuns,
    queueOf: (sessionKey, channel) => ({
      ...waiting.settings({
        sessionKey,
        route: channel === "webchat" ? { surface: "webchat" } : { surface: "channel", channel, accountId: "", to: "" },
      }),
      waiting: waiting.size(sessionKey),
    }),
    async stop(drainMs) {
      stopping = true;
      debounce.stop();
      preparation.close();
      waiting.close();
      await runtime.stop({ drainMs });
      stopped.abort();
      await Promise.allSettled(running);
    },
  };
}

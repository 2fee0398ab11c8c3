// The one path of every message, from its source to the reply:
//
//   source ─▶ journal ─▶ dedupe ─▶ access ─▶ route ─▶ command ─▶ queue ─▶ lane ─▶ run ─▶ reply ─▶ outbox ─▶ channel
//
// RPC methods name their session and are authorised by their connection, so they enter at `submit`; channels pass
// `channel-inbound.ts` (dedupe, access, route) first. Lanes live in the agent runtime.
import {
  type AgentRuntime,
  type EmittedRunEvent,
  type LevelValues,
  type QueueConfig,
  type QueuedTurn,
  type QueueSettings,
  type RunResult,
  readLevel,
  resolveQueueSettings,
  sessionQueue,
  type Timers,
} from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import { syntheticAssistantMessage } from "@openclaw/sessions";
import type { Clock, Journal, JournalEntry } from "@openclaw/storage";
import { callOutcome } from "../agent-calls/call-outcome.ts";
import type { GatewayCommands, Turn } from "../commands/gateway-commands.ts";
import type { Reception } from "../commands/reception.ts";
import type { Conversations } from "../conversations.ts";
import { unavailable } from "../methods/handler.ts";
import { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";
import { admitChannelMessage, type ChannelEntrance } from "./channel-inbound.ts";
import { greetingInstruction, isStopText, newSessionText } from "./command.ts";
import { lookUp } from "./dedupe.ts";
import { createGate, type Gate } from "./gate.ts";
import { type Inbound, inbound } from "./inbound.ts";
import type { OutboxWorker } from "./outbox.ts";
import { promptAround, promptBody, promptTimeFormat } from "./prompt-body.ts";
import { queuedItem, rebuiltPrompt, turnMessage, type WaitingMessage } from "./queued-message.ts";
import { chatKey, textDeliveries } from "./reply.ts";
import { createRunReplies, type RunReplies, type RunRepliesContext } from "./run-replies.ts";
import { readPictures, startTurn, type TurnPrompt } from "./run-turn.ts";
import { createSessionQueues } from "./session-queues.ts";
import type { SystemEvents } from "./system-events.ts";
import { untilStored } from "./until-stored.ts";

/** A run that was cut off this often is given up. */
const MAX_ATTEMPTS = 3;
/** So much of a message is quoted when it is given up, in characters. */
const QUOTED_CHARS = 80;

/** The part of the configuration the pipeline reads, fresh for every message. */
export interface PipelineConfig {
  userTimeZone: string;
  queue: QueueConfig | undefined;
}

export interface PipelineContext {
  journal: Journal;
  conversations: Conversations;
  commands: GatewayCommands;
  entrance: ChannelEntrance;
  runtime: AgentRuntime;
  runs: RunRegistry;
  connections: Connections;
  systemEvents: SystemEvents;
  outbox: OutboxWorker;
  /** How chats are given their replies. */
  replies: Omit<RunRepliesContext, "journal" | "outbox" | "stopped" | "verboseLevel" | "log">;
  config(): PipelineConfig;
  clock: Clock;
  timers: Timers;
  log: Logger;
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
  /** Journals a message and runs it. `initiator` is the connection that may see the run's tool events. */
  submit(message: Inbound, options?: { initiator?: string | undefined }): Submission;
  /** Journals a message whose turn comes at the next start; resolves when it is on stable storage. */
  postpone(message: Inbound): Promise<void>;
  /** Takes a channel's message; resolves when it is on stable storage, or was refused or seen before. */
  receive(message: InboundMessage): Promise<void>;
  /** Continues what an earlier process left open. To be called before anything is submitted. */
  resume(): void;
  /**
   * Stops the runs of a session and what waits behind them, or one of them, for its user. Returns the ids of what was
   * stopped; `discarded` of them had not begun.
   */
  abort(
    sessionKey: string,
    options: { runId?: string | undefined; reason: "rpc" | "stop" | "timeout" },
  ): { runIds: string[]; discarded: number };
  /** How messages of a channel are queued in a session now, and how many wait. */
  queueOf(sessionKey: string, channel: string): QueueSettings & { waiting: number };
  /** Refuses new messages and waits for what runs, at most `drainMs`; what is left stays open in the journal. */
  stop(drainMs: number): Promise<void>;
}

export function createPipeline(context: PipelineContext): Pipeline {
  const { journal, conversations, commands, runtime, runs, connections, systemEvents, clock, log } = context;
  const running = new Set<Promise<unknown>>();
  const stopped = new AbortController();
  const repliesTo = createRunReplies({
    ...context.replies,
    journal,
    outbox: context.outbox,
    stopped: stopped.signal,
    verboseLevel: (sessionKey) => runtime.verboseLevel(sessionKey),
    log,
  });
  let stopping = false;
  let timeFormat = { zone: "", format: (_at: number): string => "" };

  const formatTime = (): ((at: number) => string) => {
    const zone = context.config().userTimeZone;
    if (timeFormat.zone !== zone) timeFormat = { zone, format: promptTimeFormat(zone) };
    return timeFormat.format;
  };

  const queues = createSessionQueues<WaitingMessage>({
    clock,
    timers: context.timers,
    isBusy: (sessionKey) => isBusy(sessionKey),
    run: (sessionKey, turn) => runQueued(sessionKey, turn),
  });
  /** Steered messages that have not reached the transcript yet. */
  const steering = new Map<string, Steering>();

  const isBusy = (sessionKey: string) => runs.openOf(sessionKey).some((record) => record.handle !== undefined);

  /** The first thing that happens to a journalled message: it runs, or waits, or joins the run under way. */
  const take = (message: Inbound, options: ProcessOptions): Promise<RunResult | undefined> => {
    const { sessionKey } = message;
    const chat = openRun(message, options.initiator);
    const reception = commands.receive(message);
    if (reception.kind === "ignored")
      log.info("dropped a control command (unauthorized)", { sender: message.senderId });
    if (reception.kind === "ignored" || isMuted(message, reception)) return endSilently(message, chat);
    if (reception.kind === "command") return options.gate.opened.then(() => answerCommand(message, chat, reception));
    if (reception.kind === "model" && reception.inline.length > 0) {
      void track(options.gate.opened.then(() => answerInline(message, reception.inline)));
    }
    const queued = message.source === "chat.send" || message.source === "channel";
    if (!queued || (!isBusy(sessionKey) && !queues.isActive(sessionKey))) return process(message, chat, options);
    const asked = { ...message.queue, ...commands.waiting(message).queue };
    const settings = queueSettings({ ...message, queue: asked });
    const waits = options.resumed === true || (reception.kind === "reset" && settings.mode !== "interrupt");
    switch (waits ? "followup" : settings.mode) {
      case "interrupt":
        abort(sessionKey, { reason: "stop", except: message.id });
        return process(message, chat, options);
      case "steer":
        return steer(message, chat, options, settings);
      case "steer-backlog":
        void steerInto(message, `${message.id}#steer`);
        return enqueue(message, chat, options, settings);
      case "followup":
      case "collect":
        return enqueue(message, chat, options, settings);
    }
  };

  const queueSettings = (message: Pick<Inbound, "sessionKey" | "queue" | "route">): QueueSettings => {
    const entry = conversations.entry(message.sessionKey);
    return resolveQueueSettings({
      message: message.queue,
      session: sessionQueue(entry),
      config: context.config().queue,
      channel: message.route.surface === "channel" ? message.route.channel : "webchat",
    });
  };

  const enqueue = (
    message: Inbound,
    chat: ChatStream,
    options: ProcessOptions,
    settings: QueueSettings,
  ): Promise<RunResult | undefined> =>
    new Promise((ended) => {
      const { durable, gate } = options;
      const item = queuedItem(message, { formatTime: formatTime(), commands });
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
      await post(message, textDeliveries(message, text));
      chat.answer(conversations.note(message.sessionKey, text).message);
    } else chat.end({ state: "final", text: "" });
    const outcome = reason === "full" ? { status: "error" as const, error: text } : { status: "ok" as const };
    await settle(message.id, "done", { status: outcome.status, ...(outcome.error ? { summary: outcome.error } : {}) });
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
    const result = await process(message, main.chat, {
      durable,
      gate,
      initiator: undefined,
      resume: false,
      ...(single ? {} : { prompt: turn.prompt }),
    }).catch((error: unknown) => {
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
    options: ProcessOptions,
    settings: QueueSettings,
  ): Promise<RunResult | undefined> => {
    const joined = await steerInto(message, message.id);
    if (joined === "stopped") return endStopped(message, chat, options.gate);
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
    const images = await readPictures(message, log);
    const record = runs.openOf(message.sessionKey).find(({ handle }) => handle?.active);
    const handle = record?.handle;
    if (!record || !handle) return undefined;
    const { prompt: text } = queuedItem(message, { formatTime: formatTime(), commands });
    return new Promise((resolve) => {
      const taken = handle.steer({
        id,
        text,
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

  const endStopped = async (message: Inbound, chat: ChatStream, gate: Gate): Promise<undefined> => {
    await gate.opened;
    chat.end({ state: "aborted", stopReason: "stop" });
    await settle(message.id, "aborted", { status: "ok" });
    runs.finish(message.id, { status: "error", endedAt: clock.now(), error: "aborted", stopReason: "stop" });
    return undefined;
  };

  /** Everything that happens to a message from its turn to the end of its entry. */
  const process = async (
    message: Inbound,
    chat: ChatStream,
    options: ProcessOptions,
  ): Promise<RunResult | undefined> => {
    const reception = commands.receive(message);
    let turn: Promise<Turn> | undefined;
    const readTurn = () => {
      turn ??= commands.turn(message, reception, { begins: !options.resume });
      return turn;
    };
    let verbose: LevelValues["verbose"] | undefined;
    const replies = repliesTo(docked(message), { verboseLevel: () => verbose });
    const handle = startTurn(message, {
      runtime,
      ...(options.resume ? {} : { prompt: () => prepare(message, reception, options.prompt, { readTurn, replies }) }),
      async settings() {
        const { settings } = await readTurn();
        verbose = readLevel("verbose", settings.levels?.verbose ?? "");
        return settings;
      },
      durable: options.durable,
      replies,
      log,
      onEvent(event) {
        if (event.stream === "lifecycle" && event.data.phase === "start") noteAttempt(message.id);
        options.gate.pass(() => publish(event, chat, message, verbose));
      },
    });
    const record = runs.get(message.id);
    if (record) Object.assign(record, { handle, cancelReplies: replies.cancel });
    const result = await handle.done;
    await options.gate.opened;
    try {
      return await finish(message, chat, result, replies);
    } finally {
      queues.runEnded(message.sessionKey);
    }
  };

  const openRun = (message: Inbound, initiator: string | undefined): ChatStream => {
    const { id: runId, sessionKey, agentId } = message;
    const chat = new ChatStream({ runId, sessionKey, agentId, connections, now: () => clock.now() });
    runs.add({ runId, sessionKey, agentId, chat, initiator });
    return chat;
  };

  /** Answers a command at once, also while a run is active. On the web the answer stands in the transcript. */
  const answerCommand = async (
    message: Inbound,
    chat: ChatStream,
    reception: Extract<Reception, { kind: "command" }>,
  ): Promise<undefined> => {
    const startedAt = clock.now();
    const again = (journal.get(message.id)?.attempts ?? 0) > 0;
    noteAttempt(message.id);
    let outcome: { status: "ok" } | { status: "error"; summary: string };
    let afterwards = () => {};
    try {
      const reply = again && reception.spec?.once ? { text: interruptedText(message) } : await reception.answer();
      const text = reply.text?.trim() ?? "";
      if (text === "") chat.end({ state: "final", text });
      else await say(message, text, message.id, (noted) => chat.answer(noted));
      afterwards = reply.afterwards ?? afterwards;
      outcome = { status: "ok" };
    } catch (error) {
      outcome = { status: "error", summary: error instanceof Error ? error.message : String(error) };
      log.error(`command ${message.id} failed`, { error: outcome.summary });
      const deliveries = textDeliveries(message, `⚠️ ${outcome.summary}`);
      if (deliveries.length > 0)
        await stored(`the failure of command ${message.id}`, () => postAll(message, message.id, deliveries));
      chat.end({ state: "error", errorMessage: outcome.summary });
    }
    await settle(message.id, "done", outcome);
    runs.finish(message.id, { status: outcome.status, startedAt, endedAt: clock.now() });
    afterwards();
    return undefined;
  };

  /** Answers the commands that stand inside a message; the message itself goes on to the model. */
  const answerInline = async (
    message: Inbound,
    inline: Extract<Reception, { kind: "model" }>["inline"],
  ): Promise<void> => {
    for (const [index, command] of inline.entries()) {
      try {
        const { text } = await commands.answer(command, message);
        if (text === undefined) continue;
        const runId = `${message.id}/${command.command.spec.name}-${index}`;
        await say(message, text, runId, (noted) => {
          const { sessionKey, agentId } = message;
          const payload = { runId, sessionKey, seq: 0, state: "final", message: noted };
          connections.broadcastVersions("chat", { v3: payload, v4: { ...payload, agentId } });
        });
      } catch (error) {
        log.error(`a command inside message ${message.id} could not be answered`, { error: String(error) });
      }
    }
  };

  /** Says something of the Gateway's own where a message came from: into its chat, or on the web into its session. */
  const say = async (message: Inbound, text: string, id: string, show: (message: object) => void): Promise<void> => {
    const deliveries = textDeliveries(message, text);
    if (deliveries.length > 0) await stored(`the answer ${id}`, () => postAll(message, id, deliveries));
    // A chat on a channel has its own history; in the session the text would be taken for the model's.
    show(
      message.route.surface === "webchat"
        ? conversations.note(message.sessionKey, text).message
        : syntheticAssistantMessage({ model: "gateway-injected", text, now: clock.now() }),
    );
  };

  const postAll = (message: Inbound, id: string, deliveries: readonly Delivery[]): Promise<void> =>
    context.outbox.post(chatKey(message), id, deliveries);

  /** The message with the chat its answer goes to: where it came from, unless its user has moved the replies. */
  const docked = (message: Inbound): Inbound => {
    const route = message.source === "agent" ? undefined : conversations.dockedRoute(message.sessionKey);
    return route ? { ...message, route } : message;
  };

  /** Messages of a channel that the send policy leaves without an answer. Methods refuse theirs before. */
  const isMuted = (message: Inbound, reception: Reception): boolean =>
    message.source === "channel" &&
    conversations.sendPolicy(
      message.sessionKey,
      message.route.surface === "channel" ? message.route.channel : "webchat",
    ) === "deny" &&
    !(reception.kind === "command" && reception.spec?.underDeny);

  const endSilently = async (message: Inbound, chat: ChatStream): Promise<undefined> => {
    chat.end({ state: "final", text: "" });
    await settle(message.id, "done", { status: "ok" });
    runs.finish(message.id, { status: "ok", endedAt: clock.now() });
    return undefined;
  };

  /** Only what began counts: a message that waited behind a fatal one is not to blame for it. */
  const noteAttempt = (id: string) => {
    if (journal.get(id)?.state !== "open") return; // stopped before its turn came
    try {
      journal.attempt(id);
    } catch (error) {
      log.error(`the attempt to run ${id} could not be noted`, { error: String(error) });
    }
  };

  /** Session and prompt of a new message, when its turn has come. `queued` is the prompt of one that waited with others. */
  const prepare = async (
    message: Inbound,
    reception: Reception,
    queued: string | undefined,
    { readTurn, replies }: { readTurn(): Promise<Turn>; replies: RunReplies },
  ): Promise<TurnPrompt> => {
    const reset = reception.kind === "reset" ? reception : undefined;
    const { previousRunAborted, newSessionId } = conversations.begin(message.sessionKey, {
      now: clock.now(),
      reset: reset !== undefined,
      // A run that another one asked for says nothing about where the session's user is.
      route: message.source === "call" ? { surface: "none" } : message.route,
      senderName: message.senderName,
    });
    if (newSessionId !== undefined) replies.newSession(newSessionId);
    const { text, model } = await readTurn();
    const waiting = systemEvents.peek(message.sessionKey);
    // Nobody wrote what wakes a session: it stands among the system lines, which the history does not show.
    const woken = message.source === "wake" && queued === undefined;
    const instruction = woken ? [{ at: clock.now(), text: message.text }] : [];
    const bare = reset !== undefined && text.trim() === "";
    const greeting = bare ? [{ at: clock.now(), text: greetingInstruction(reset.trigger, model) }] : [];
    if (bare && model) {
      const deliveries = textDeliveries(message, newSessionText(model));
      if (deliveries.length > 0) await postAll(message, `${message.id}/new-session`, deliveries);
    }
    const systemLines = [...waiting, ...greeting, ...instruction];
    const around = { formatTime: formatTime(), previousRunAborted, systemEvents: systemLines };
    const body = woken ? "" : bare ? reset.trigger : text;
    return {
      text:
        queued === undefined
          ? promptBody(message, body, { ...around, stamp: reset === undefined && !woken })
          : promptAround(queued, around),
      // Shown to the model means in its transcript; until then the events stay for the next turn.
      onRecorded: () => {
        systemEvents.acknowledge(message.sessionKey, waiting.length).catch((error: unknown) => {
          log.error("system events could not be acknowledged", { error: String(error) });
        });
      },
    };
  };

  /** Agent events as they are, and the chat events derived from them, in this order. */
  const publish = (event: EmittedRunEvent, chat: ChatStream, message: Inbound, inlineVerbose: string | undefined) => {
    const { runId, stream, data, seq, ts } = event;
    const v3 = { runId, stream, data, seq, ts, sessionKey: message.sessionKey };
    const v4 = { ...v3, agentId: message.agentId, isHeartbeat: false };
    if (stream === "tool") {
      const verbose = inlineVerbose ?? runtime.verboseLevel(message.sessionKey);
      if (verbose === "off") return;
      const shown = verbose === "full" ? data : withoutResults(data);
      connections.broadcastVersions(
        "agent",
        { v3: { ...v3, data: shown }, v4: { ...v4, data: shown } },
        {
          only: (connection) =>
            !!connection.session?.caps.has("tool-events") && runs.mayWatchTools(runId, connection.id),
        },
      );
      return;
    }
    if (stream === "lifecycle" && data.phase === "start") {
      const record = runs.get(runId);
      if (record) record.startedAt = data.startedAt;
    }
    // What the model had written when its user stopped it was told with the stop.
    if (stream === "assistant" && chat.terminal) return;
    // Nobody waits for the end of an answer while the conversation is condensed behind it.
    if (stream === "compaction" || (stream === "lifecycle" && data.phase !== "start")) chat.completeDeltas();
    connections.broadcastVersions("agent", { v3, v4 });
    if (stream === "assistant") chat.update(data.text, data.delta, seq);
    else chat.reached(seq);
  };

  const finish = async (
    message: Inbound,
    chat: ChatStream,
    result: RunResult,
    replies: RunReplies,
  ): Promise<RunResult | undefined> => {
    const { startedAt, endedAt } = result;
    switch (result.status) {
      case "interrupted":
        // The Gateway stops: the entry stays open and the run goes on at the next start.
        replies.cancel();
        return undefined;
      case "aborted": {
        const stopReason = result.stopReason ?? "rpc";
        replies.cancel();
        chat.end({ state: "aborted", stopReason });
        await settle(message.id, "aborted", { status: "ok" });
        runs.finish(message.id, { status: "error", startedAt, endedAt, error: "aborted", stopReason });
        return result;
      }
      case "error": {
        const error = result.error ?? "The run failed.";
        // A call that failed is tried again or reported by whoever made it.
        if (message.source === "call") replies.cancel();
        if (!(await replies.finish(result))) return undefined;
        chat.end({ state: "error", errorMessage: error, errorKind: result.errorKind });
        await settle(message.id, "done", { status: "error", summary: error, ...kept(message, result) });
        runs.finish(message.id, { status: "error", startedAt, endedAt, error, stopReason: result.stopReason });
        return result;
      }
      case "ok": {
        const text = result.payloads
          .map((payload) => (payload.isReasoning ? "" : (payload.text ?? "")))
          .filter(Boolean)
          .join("\n\n");
        if (!(await replies.finish(result))) return undefined;
        chat.end({ state: "final", text, stopReason: result.stopReason, usage: result.usage });
        await settle(message.id, "done", { status: "ok", ...kept(message, result) });
        runs.finish(message.id, { status: "ok", startedAt, endedAt, stopReason: result.stopReason });
        return result;
      }
    }
  };

  /** Puts what is told about a message into the outbox. */
  const post = async (message: Inbound, deliveries: readonly Delivery[]): Promise<void> => {
    if (deliveries.length === 0) return;
    await stored(`what is told about ${message.id}`, () =>
      context.outbox.post(chatKey(message), message.id, deliveries),
    );
  };

  const settle = (id: string, state: "done" | "aborted" | "given-up", result: object): Promise<void> =>
    stored(`the end of run ${id}`, () => {
      journal.settle(id, state, { result });
    });

  /** A full disk does not make a run open for ever: what could not be written is tried again until there is space. */
  const stored = (what: string, write: () => void | Promise<void>): Promise<void> =>
    untilStored({ what, write, log, signal: stopped.signal });

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const forget = () => running.delete(work);
    work.then(forget, forget);
    return work;
  };

  const submit: Pipeline["submit"] = (message, options = {}) => {
    if (stopping) throw unavailable("gateway shutting down");
    const accepted = journal.accept({ id: message.id, source: message.source, payload: message });
    if (accepted.duplicate) throw unavailable(`run ${message.id} is under way already`);
    const gate = createGate();
    const durable = accepted.durable.catch((error: unknown) => {
      withdraw(message.id, gate);
      throw error;
    });
    const done = track(take(message, { durable, gate, initiator: options.initiator, resume: false }));
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    return { runId: message.id, durable, release: gate.open, done };
  };

  /** Takes back a message that did not reach stable storage: its sender hears so and may send it again. */
  const withdraw = (id: string, gate: Gate) => {
    const record = runs.get(id);
    record?.handle?.interrupt();
    if (record) queues.remove(record.sessionKey, id)?.ended(undefined);
    runs.finish(id, { status: "error", endedAt: clock.now(), error: "the message could not be stored" });
    gate.open();
    try {
      journal.settle(id, "refused");
    } catch (error) {
      log.error(`message ${id} could not be taken out of the journal`, { error: String(error) });
    }
  };

  const abort = (
    sessionKey: string,
    { runId, reason, except }: { runId?: string | undefined; reason: "rpc" | "stop" | "timeout"; except?: string },
  ): ReturnType<Pipeline["abort"]> => {
    const waiting = (runId === undefined ? queues.discard(sessionKey) : [queues.remove(sessionKey, runId)]).filter(
      (item) => item !== undefined,
    );
    for (const { message, chat, ended, gate } of waiting) {
      void endStopped(message, chat, gate).then(() => ended(undefined));
    }
    for (const [id, pending] of steering) {
      if (pending.sessionKey === sessionKey && (runId === undefined || runId === id)) pending.stopped = true;
    }
    const aborted: string[] = [];
    for (const record of runs.openOf(sessionKey)) {
      if (runId !== undefined && record.runId !== runId) continue;
      if (record.chat.terminal || !record.handle || record.runId === except) continue;
      try {
        // Before the answer, so that no crash brings back what its user has stopped.
        journal.settle(record.runId, "aborted", { result: { status: "ok" } });
      } catch (error) {
        log.error(`the stop of run ${record.runId} could not be noted`, { error: String(error) });
      }
      record.chat.end({ state: "aborted", stopReason: reason });
      record.cancelReplies?.();
      record.handle.abort(reason);
      aborted.push(record.runId);
    }
    return { runIds: [...aborted, ...waiting.map(({ id }) => id)], discarded: waiting.length };
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
    const answered = entry.attempts >= MAX_ATTEMPTS && runtime.hasAnswered(message.sessionKey, message.id);
    if (entry.attempts >= (answered ? 2 * MAX_ATTEMPTS : MAX_ATTEMPTS)) {
      void track(giveUp(message));
      return;
    }
    const joined = runtime.joinedRun(message.sessionKey, message.id);
    if (joined !== undefined) {
      // It went into another run just before the end of the process; that one answers it, or has done so.
      const isOpen = journal.get(joined)?.state === "open";
      if (isOpen) journal.settle(message.id, "merged", { mergedInto: joined });
      else journal.settle(message.id, "done", { result: { status: "ok" } });
      return;
    }
    const recorded = runtime.hasRecorded(message.sessionKey, message.id);
    const gate = createGate();
    gate.open();
    const options = { durable: Promise.resolve(), gate, initiator: undefined, resume: recorded, resumed: true };
    const parts = journal.merged(entry.id).flatMap((part) => inbound.safeParse(part.payload).data ?? []);
    const done = track(recorded || parts.length > 0 ? resumeTurn(message, parts, options) : take(message, options));
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    log.info(`run ${message.id} continues after an interruption`, { sessionKey: message.sessionKey, recorded });
  };

  /** Goes on with a turn: from its transcript, or with the messages that it was made of. */
  const resumeTurn = (message: Inbound, parts: readonly Inbound[], options: ProcessOptions) => {
    const around = { formatTime: formatTime(), commands };
    const all = [...parts, message];
    const turn = parts.length > 0 ? rebuiltPrompt(all.map((one) => queuedItem(one, around))) : undefined;
    const whole = turnMessage(
      all.map((one) => ({ message: one })),
      message,
    );
    return process(whole, openRun(message, undefined), { ...options, ...(turn ? { prompt: turn.prompt } : {}) });
  };

  return {
    submit,
    async postpone(message) {
      await journal.accept({ id: message.id, source: message.source, payload: message }).durable;
    },
    async receive(message) {
      const admitted = admitChannelMessage(message, context.entrance);
      if (!admitted || lookUp(journal, admitted.id).seen) return;
      if (isStopText(admitted.text) && admitted.authorized) {
        const deliveries = textDeliveries(admitted, await commands.stop(admitted.sessionKey));
        await postAll(admitted, admitted.id, deliveries);
        return;
      }
      const submission = submit(admitted);
      await submission.durable;
      submission.release();
    },
    resume() {
      for (const entry of journal.open()) {
        try {
          resumeEntry(entry);
        } catch (error) {
          // One that cannot be looked at now must not keep the Gateway from starting; it stays open.
          log.error(`run ${entry.id} cannot go on`, { error: String(error) });
        }
      }
    },
    abort,
    queueOf: (sessionKey, channel) => ({
      ...queueSettings({
        sessionKey,
        route: channel === "webchat" ? { surface: "webchat" } : { surface: "channel", channel, accountId: "", to: "" },
      }),
      waiting: queues.size(sessionKey),
    }),
    async stop(drainMs) {
      stopping = true;
      // What waits stays open in the journal and is taken up at the next start.
      for (const { ended } of queues.stop()) ended(undefined);
      await runtime.stop({ drainMs });
      stopped.abort();
      await Promise.allSettled(running);
    },
  };

  /** A message that ended the process three times is closed, and its chat is told. */
  async function giveUp(message: Inbound): Promise<void> {
    const { id, sessionKey } = message;
    log.error(`run ${id} was given up after ${MAX_ATTEMPTS} interrupted attempts`, { sessionKey });
    const text = givenUpText(message);
    const chat = openRun(message, undefined);
    try {
      // A crash right after this finds the note there.
      if (conversations.lastText(sessionKey) !== text) conversations.note(sessionKey, text);
    } catch (error) {
      log.error(`session ${sessionKey} could not be told of it`, { error: String(error) });
    }
    const deliveries = textDeliveries(message, text);
    if (deliveries.length > 0)
      await stored(`the notice about run ${id}`, () => context.outbox.post(chatKey(message), id, deliveries));
    chat.end({ state: "error", errorMessage: text });
    await settle(id, "given-up", { status: "error", summary: text });
    runs.finish(id, { status: "error", endedAt: clock.now(), error: text });
  }
}

function interruptedText(message: Inbound): string {
  return `⚠️ The Gateway was restarted while it carried out “${quoted(message)}”, so what came of it is not known. Send it again to repeat it.`;
}

function givenUpText(message: Inbound): string {
  return `⚠️ This message was given up after ${MAX_ATTEMPTS} attempts, each of which was interrupted: “${quoted(message)}”. Send it again to retry.`;
}

function quoted({ text }: Inbound): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > QUOTED_CHARS ? `${line.slice(0, QUOTED_CHARS)}…` : line;
}

interface ProcessOptions {
  durable: Promise<unknown>;
  gate: Gate;
  initiator: string | undefined;
  /** Go on from the transcript. */
  resume: boolean;
  /** Left over from an earlier process. */
  resumed?: boolean;
  /** What the model is told, when the turn is made of several messages. */
  prompt?: string;
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

/** What the journal keeps of a run for those who ask for its result. */
function kept(message: Inbound, result: RunResult): object {
  if (message.source === "call") return { call: callOutcome(result) };
  return message.source === "agent" && result.status === "ok" ? { result: agentResult(result) } : {};
}

/** What `agent` answers when its run is over. */
export function agentResult(result: RunResult): object {
  return {
    payloads: result.payloads.map((payload) => ({
      text: payload.text ?? "",
      mediaUrl: payload.mediaUrls?.[0] ?? null,
      ...(payload.mediaUrls?.length ? { mediaUrls: payload.mediaUrls } : {}),
    })),
    meta: {
      durationMs: result.endedAt - result.startedAt,
      agentMeta: {
        sessionId: result.sessionId,
        provider: result.provider,
        model: result.model,
        ...(result.usage?.totalTokens ? { usage: totals(result.usage) } : {}),
      },
      aborted: result.status === "aborted",
      ...(result.systemPromptReport ? { systemPromptReport: result.systemPromptReport } : {}),
    },
  };
}

/** Tokens of a run; those of a cache only when there was one. */
function totals({ input, output, cacheRead, cacheWrite, totalTokens }: NonNullable<RunResult["usage"]>): object {
  return {
    input,
    output,
    ...(cacheRead ? { cacheRead } : {}),
    ...(cacheWrite ? { cacheWrite } : {}),
    total: totalTokens,
  };
}

function withoutResults(data: EmittedRunEvent["data"]): object {
  const { result: _result, partialResult: _partial, ...rest } = data as Record<string, unknown>;
  return rest;
}

// The one path of every message, from its source to the reply:
//
//   source ─▶ journal ─▶ dedupe ─▶ access ─▶ route ─▶ command ─▶ lane ─▶ run ─▶ reply ─▶ outbox ─▶ channel
//
// RPC methods name their session and are authorised by their connection, so they enter at `submit`; channels pass
// `channel-inbound.ts` (dedupe, access, route) first. Lanes live in the agent runtime.
import type { AgentRuntime, EmittedRunEvent, RunResult } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { InboundMessage } from "@openclaw/plugin-sdk";
import type { Clock, Journal, JournalEntry } from "@openclaw/storage";
import type { Conversations } from "../conversations.ts";
import { unavailable } from "../methods/handler.ts";
import { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";
import { admitChannelMessage, type ChannelEntrance } from "./channel-inbound.ts";
import { greetingInstruction, isStopText, parseCommand } from "./command.ts";
import { lookUp } from "./dedupe.ts";
import { createGate, type Gate } from "./gate.ts";
import { type Inbound, inbound } from "./inbound.ts";
import type { OutboxWorker } from "./outbox.ts";
import { promptBody, promptTimeFormat } from "./prompt-body.ts";
import { chatKey, errorDeliveries, replyDeliveries } from "./reply.ts";
import { startTurn, type TurnPrompt } from "./run-turn.ts";
import type { SystemEvents } from "./system-events.ts";
import { untilStored } from "./until-stored.ts";

/** A run that was cut off this often is given up. */
const MAX_ATTEMPTS = 3;
/** So much of a message is quoted when it is given up, in characters. */
const QUOTED_CHARS = 80;

/** The part of the configuration the pipeline reads, fresh for every message. */
export interface PipelineConfig {
  userTimeZone: string;
  resetTriggers: readonly string[];
}

export interface PipelineContext {
  journal: Journal;
  conversations: Conversations;
  entrance: ChannelEntrance;
  runtime: AgentRuntime;
  runs: RunRegistry;
  connections: Connections;
  systemEvents: SystemEvents;
  outbox: OutboxWorker;
  config(): PipelineConfig;
  clock: Clock;
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
  /** Takes a channel's message; resolves when it is on stable storage, or was refused or seen before. */
  receive(message: InboundMessage): Promise<void>;
  /** Continues what an earlier process left open. To be called before anything is submitted. */
  resume(): void;
  /** Stops the runs of a session, or one of them, for its user. Returns the ids of what was stopped. */
  abort(sessionKey: string, options: { runId?: string | undefined; reason: "rpc" | "stop" | "timeout" }): string[];
  /** Refuses new messages and waits for what runs, at most `drainMs`; what is left stays open in the journal. */
  stop(drainMs: number): Promise<void>;
}

export function createPipeline(context: PipelineContext): Pipeline {
  const { journal, conversations, runtime, runs, connections, systemEvents, clock, log } = context;
  const running = new Set<Promise<unknown>>();
  const stopped = new AbortController();
  let stopping = false;
  let timeFormat = { zone: "", format: (_at: number): string => "" };

  const formatTime = (): ((at: number) => string) => {
    const zone = context.config().userTimeZone;
    if (timeFormat.zone !== zone) timeFormat = { zone, format: promptTimeFormat(zone) };
    return timeFormat.format;
  };

  /** Everything that happens to a journalled message until its entry is closed. */
  const process = async (message: Inbound, options: ProcessOptions): Promise<RunResult | undefined> => {
    const chat = openRun(message, options.initiator);
    if (message.source === "chat.send" && parseCommand(message).kind === "status") {
      await options.gate.opened;
      return answerStatus(message, chat);
    }
    const handle = startTurn(message, {
      runtime,
      ...(options.resume ? {} : { prompt: () => prepare(message) }),
      durable: options.durable,
      log,
      onEvent(event) {
        if (event.stream === "lifecycle" && event.data.phase === "start") noteAttempt(message.id);
        options.gate.pass(() => publish(event, chat, message));
      },
    });
    const record = runs.get(message.id);
    if (record) record.handle = handle;
    const result = await handle.done;
    await options.gate.opened;
    return finish(message, chat, result);
  };

  const openRun = (message: Inbound, initiator: string | undefined): ChatStream => {
    const { id: runId, sessionKey, agentId } = message;
    const chat = new ChatStream({ runId, sessionKey, agentId, connections, now: () => clock.now() });
    runs.add({ runId, sessionKey, agentId, chat, initiator });
    return chat;
  };

  /** Answers `/status` at once, also while a run is active; the card stands in the transcript like any answer. */
  const answerStatus = async (message: Inbound, chat: ChatStream): Promise<undefined> => {
    const startedAt = clock.now();
    let outcome: { status: "ok" } | { status: "error"; summary: string };
    try {
      const card = await conversations.statusCard(message.sessionKey);
      chat.answer(conversations.note(message.sessionKey, card).message);
      outcome = { status: "ok" };
    } catch (error) {
      outcome = { status: "error", summary: error instanceof Error ? error.message : String(error) };
      chat.end({ state: "error", errorMessage: outcome.summary });
    }
    await settle(message.id, "done", outcome);
    runs.finish(message.id, { status: outcome.status, startedAt, endedAt: clock.now() });
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

  /** Session, command and prompt of a new message, when its turn has come. */
  const prepare = (message: Inbound): TurnPrompt => {
    const command = parseCommand(message, context.config().resetTriggers);
    const { previousRunAborted } = conversations.begin(message.sessionKey, {
      now: clock.now(),
      reset: command.kind === "reset",
      route: message.route,
      senderName: message.senderName,
    });
    const waiting = systemEvents.peek(message.sessionKey);
    const greeting =
      command.kind === "reset" && command.rest === ""
        ? [{ at: clock.now(), text: greetingInstruction(command.trigger) }]
        : [];
    return {
      text: promptBody(message, command.kind === "reset" ? command.rest || command.trigger : message.text, {
        formatTime: formatTime(),
        previousRunAborted,
        systemEvents: [...waiting, ...greeting],
        stamp: command.kind !== "reset",
      }),
      // Shown to the model means in its transcript; until then the events stay for the next turn.
      onRecorded: () => {
        systemEvents.acknowledge(message.sessionKey, waiting.length).catch((error: unknown) => {
          log.error("system events could not be acknowledged", { error: String(error) });
        });
      },
    };
  };

  /** Agent events as they are, and the chat events derived from them, in this order. */
  const publish = (event: EmittedRunEvent, chat: ChatStream, message: Inbound) => {
    const { runId, stream, data, seq, ts } = event;
    const v3 = { runId, stream, data, seq, ts, sessionKey: message.sessionKey };
    const v4 = { ...v3, agentId: message.agentId, isHeartbeat: false };
    if (stream === "tool") {
      const verbose = runtime.verboseLevel(message.sessionKey);
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
    if (stream === "lifecycle" && data.phase !== "start") chat.completeDeltas();
    connections.broadcastVersions("agent", { v3, v4 });
    if (stream === "assistant") chat.update(data.text, data.delta, seq);
    else chat.reached(seq);
  };

  const finish = async (message: Inbound, chat: ChatStream, result: RunResult): Promise<RunResult | undefined> => {
    const { startedAt, endedAt } = result;
    switch (result.status) {
      case "interrupted":
        // The Gateway stops: the entry stays open and the run goes on at the next start.
        return undefined;
      case "aborted": {
        const stopReason = result.stopReason ?? "rpc";
        chat.end({ state: "aborted", stopReason });
        await settle(message.id, "aborted", { status: "ok" });
        runs.finish(message.id, { status: "error", startedAt, endedAt, error: "aborted", stopReason });
        return result;
      }
      case "error": {
        const error = result.error ?? "The run failed.";
        await post(message, result);
        chat.end({ state: "error", errorMessage: error, errorKind: result.errorKind });
        await settle(message.id, "done", { status: "error", summary: error });
        runs.finish(message.id, { status: "error", startedAt, endedAt, error, stopReason: result.stopReason });
        return result;
      }
      case "ok": {
        const text = result.payloads
          .map((payload) => payload.text ?? "")
          .filter(Boolean)
          .join("\n\n");
        await post(message, result);
        chat.end({ state: "final", text, stopReason: result.stopReason, usage: result.usage });
        const kept = message.source === "agent" ? { result: agentResult(result) } : {};
        await settle(message.id, "done", { status: "ok", ...kept });
        runs.finish(message.id, { status: "ok", startedAt, endedAt, stopReason: result.stopReason });
        return result;
      }
    }
  };

  /** Puts the replies of a run into the outbox. */
  const post = async (message: Inbound, result: RunResult): Promise<void> => {
    const deliveries = replyDeliveries(message, result);
    if (deliveries.length === 0) return;
    await stored(`the replies of run ${message.id}`, () =>
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
    const done = track(process(message, { durable, gate, initiator: options.initiator, resume: false }));
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    return { runId: message.id, durable, release: gate.open, done };
  };

  /** Takes back a message that did not reach stable storage: its sender hears so and may send it again. */
  const withdraw = (id: string, gate: Gate) => {
    const record = runs.get(id);
    record?.handle?.interrupt();
    runs.finish(id, { status: "error", endedAt: clock.now(), error: "the message could not be stored" });
    gate.open();
    try {
      journal.settle(id, "refused");
    } catch (error) {
      log.error(`message ${id} could not be taken out of the journal`, { error: String(error) });
    }
  };

  const abort: Pipeline["abort"] = (sessionKey, { runId, reason }) => {
    const aborted: string[] = [];
    for (const record of runs.openOf(sessionKey)) {
      if (runId !== undefined && record.runId !== runId) continue;
      if (record.chat.terminal || !record.handle) continue;
      try {
        // Before the answer, so that no crash brings back what its user has stopped.
        journal.settle(record.runId, "aborted", { result: { status: "ok" } });
      } catch (error) {
        log.error(`the stop of run ${record.runId} could not be noted`, { error: String(error) });
      }
      record.chat.end({ state: "aborted", stopReason: reason });
      record.handle.abort(reason);
      aborted.push(record.runId);
    }
    return aborted;
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
    const recorded = runtime.hasRecorded(message.sessionKey, message.id);
    const gate = createGate();
    gate.open();
    const done = track(process(message, { durable: Promise.resolve(), gate, initiator: undefined, resume: recorded }));
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    log.info(`run ${message.id} continues after an interruption`, { sessionKey: message.sessionKey, recorded });
  };

  return {
    submit,
    async receive(message) {
      const admitted = admitChannelMessage(message, context.entrance);
      if (!admitted || lookUp(journal, admitted.id).seen) return;
      if (isStopText(admitted.text)) {
        abort(admitted.sessionKey, { reason: "stop" });
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
    async stop(drainMs) {
      stopping = true;
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
    const deliveries = errorDeliveries(message, text);
    if (deliveries.length > 0)
      await stored(`the notice about run ${id}`, () => context.outbox.post(chatKey(message), id, deliveries));
    chat.end({ state: "error", errorMessage: text });
    await settle(id, "given-up", { status: "error", summary: text });
    runs.finish(id, { status: "error", endedAt: clock.now(), error: text });
  }
}

function givenUpText(message: Inbound): string {
  const line = message.text.trim().replace(/\s+/g, " ");
  const quoted = line.length > QUOTED_CHARS ? `${line.slice(0, QUOTED_CHARS)}…` : line;
  return `⚠️ This message was given up after ${MAX_ATTEMPTS} attempts, each of which was interrupted: “${quoted}”. Send it again to retry.`;
}

interface ProcessOptions {
  durable: Promise<unknown>;
  gate: Gate;
  initiator: string | undefined;
  resume: boolean;
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

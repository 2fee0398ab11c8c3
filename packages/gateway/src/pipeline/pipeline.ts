// The one path of every message, from its source to the reply:
//
//   source ─▶ journal ─▶ dedupe ─▶ access ─▶ route ─▶ command ─▶ lane ─▶ run ─▶ reply ─▶ outbox ─▶ channel
//
// RPC methods name their session and are authorised by their connection, so they enter at `submit`; channels pass
// `channel-inbound.ts` (dedupe, access, route) first. Lanes live in the agent runtime.
import type { AgentRuntime, EmittedRunEvent, RunHandle, RunResult } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { InboundMessage } from "@openclaw/plugin-sdk";
import type { Clock, Journal } from "@openclaw/storage";
import type { Conversations } from "../conversations.ts";
import { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";
import { admitChannelMessage, type ChannelEntrance } from "./channel-inbound.ts";
import { greetingPrompt, isStopText, parseCommand } from "./command.ts";
import { lookUp } from "./dedupe.ts";
import { type Inbound, inbound } from "./inbound.ts";
import type { OutboxWorker } from "./outbox.ts";
import { promptBody, promptTimeFormat } from "./prompt-body.ts";
import { chatKey, replyDeliveries } from "./reply.ts";
import { startTurn } from "./run-turn.ts";
import type { SystemEvents } from "./system-events.ts";

/** A run that was cut off this often is given up. */
const MAX_ATTEMPTS = 3;

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
  /** Continues what an earlier process left open. */
  resume(): Promise<void>;
  /** Stops the runs of a session, or one of them, for its user. Returns the ids of what was stopped. */
  abort(sessionKey: string, options: { runId?: string | undefined; reason: "rpc" | "stop" | "timeout" }): string[];
  /** Refuses new messages and waits for what runs, at most `drainMs`; what is left stays open in the journal. */
  stop(drainMs: number): Promise<void>;
}

export function createPipeline(context: PipelineContext): Pipeline {
  const { journal, conversations, runtime, runs, connections, systemEvents, clock, log } = context;
  const running = new Set<Promise<unknown>>();
  let stopping = false;
  let timeFormat = { zone: "", format: (_at: number): string => "" };

  const formatTime = (): ((at: number) => string) => {
    const zone = context.config().userTimeZone;
    if (timeFormat.zone !== zone) timeFormat = { zone, format: promptTimeFormat(zone) };
    return timeFormat.format;
  };

  /** Everything that happens to a journalled message until its entry is closed. */
  const process = async (message: Inbound, options: ProcessOptions): Promise<RunResult | undefined> => {
    const chat = new ChatStream({
      runId: message.id,
      sessionKey: message.sessionKey,
      agentId: message.agentId,
      connections,
      now: () => clock.now(),
    });
    runs.add({
      runId: message.id,
      sessionKey: message.sessionKey,
      agentId: message.agentId,
      chat,
      initiator: options.initiator,
    });
    const record = runs.get(message.id);
    if (!record) throw new Error(`run ${message.id} was not registered`);
    let handle: RunHandle;
    try {
      const prepared = options.resume ? { prompt: undefined, events: 0 } : prepare(message);
      handle = await startTurn(message, {
        runtime,
        prompt: prepared.prompt,
        durable: options.durable,
        onEvent: (event) => options.gate.pass(() => publish(event, chat, message)),
      });
      record.handle = handle;
      if (prepared.events > 0) {
        // Shown to the model means in its transcript; until then the events stay for the next turn.
        handle.recorded
          .then(() => systemEvents.acknowledge(message.sessionKey, prepared.events))
          .catch((error: unknown) => {
            log.error("system events could not be acknowledged", { error: String(error) });
          });
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await options.gate.opened;
      const endedAt = clock.now();
      chat.end({ state: "error", errorMessage: text });
      journal.settle(message.id, "done", { result: { status: "error", summary: text } });
      runs.finish(message.id, { status: "error", endedAt, error: text });
      log.error(`run ${message.id} could not start`, { error: text });
      return undefined;
    }
    const result = await handle.done;
    await options.gate.opened;
    return finish(message, chat, result);
  };

  /** Session, command and prompt of a new message. */
  const prepare = (message: Inbound): { prompt: string; events: number } => {
    const command = parseCommand(message, context.config().resetTriggers);
    const { previousRunAborted } = conversations.begin(message.sessionKey, {
      now: clock.now(),
      reset: command.kind === "reset",
      route: message.route,
      senderName: message.senderName,
    });
    const greeting = command.kind === "reset" && command.rest === "";
    const text = command.kind === "message" ? command.text : greeting ? greetingPrompt(command.trigger) : command.rest;
    const waiting = systemEvents.peek(message.sessionKey);
    return {
      prompt: promptBody(message, text, {
        formatTime: formatTime(),
        previousRunAborted,
        systemEvents: waiting,
        stamp: command.kind === "message",
      }),
      events: waiting.length,
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
    connections.broadcastVersions("agent", { v3, v4 });
    if (stream === "assistant") chat.update(data.text, data.delta, seq);
  };

  const finish = async (message: Inbound, chat: ChatStream, result: RunResult): Promise<RunResult | undefined> => {
    const { id } = message;
    const endedAt = result.endedAt;
    const startedAt = result.startedAt;
    switch (result.status) {
      case "interrupted":
        // The Gateway stops: the entry stays open and the run goes on at the next start.
        return undefined;
      case "aborted": {
        const stopReason = result.stopReason ?? "rpc";
        chat.end({ state: "aborted", stopReason });
        journal.settle(id, "aborted", { result: { status: "ok" } });
        runs.finish(id, { status: "error", startedAt, endedAt, error: "aborted", stopReason });
        return result;
      }
      case "ok":
      case "error":
        break;
    }
    const deliveries = replyDeliveries(message, result);
    if (deliveries.length > 0) await context.outbox.post(chatKey(message), deliveries);
    const failed = result.status === "error";
    const stored = failed
      ? { status: "error", summary: result.error ?? "The run failed." }
      : { status: "ok", ...(message.source === "agent" ? { result: agentResult(result) } : {}) };
    if (failed)
      chat.end({ state: "error", errorMessage: result.error ?? "The run failed.", errorKind: result.errorKind });
    else {
      const text = result.payloads
        .map((payload) => payload.text ?? "")
        .filter(Boolean)
        .join("\n\n");
      chat.end({ state: "final", text, stopReason: result.stopReason, usage: result.usage });
    }
    journal.settle(id, "done", { result: stored });
    runs.finish(id, {
      status: failed ? "error" : "ok",
      startedAt,
      endedAt,
      error: result.error,
      stopReason: result.stopReason,
    });
    return result;
  };

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const forget = () => running.delete(work);
    work.then(forget, forget);
    return work;
  };

  const submit: Pipeline["submit"] = (message, options = {}) => {
    if (stopping) throw new Error("gateway shutting down");
    const { durable } = journal.accept({ id: message.id, source: message.source, payload: message });
    journal.attempt(message.id);
    const gate = createGate();
    const done = track(process(message, { durable, gate, initiator: options.initiator, resume: false }));
    done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
    return { runId: message.id, durable, release: gate.open, done };
  };

  const abort: Pipeline["abort"] = (sessionKey, { runId, reason }) => {
    const stopped: string[] = [];
    for (const record of runs.openOf(sessionKey)) {
      if (runId !== undefined && record.runId !== runId) continue;
      if (record.chat.terminal || !record.handle) continue;
      record.chat.end({ state: "aborted", stopReason: reason });
      record.handle.abort(reason);
      stopped.push(record.runId);
    }
    return stopped;
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
    async resume() {
      for (const entry of journal.open()) {
        const parsed = inbound.safeParse(entry.payload);
        if (!parsed.success) {
          log.error(`journal entry ${entry.id} cannot be read and was given up`, { error: parsed.error.message });
          journal.settle(entry.id, "given-up");
          continue;
        }
        const message = parsed.data;
        if (entry.attempts >= MAX_ATTEMPTS) {
          giveUp(message);
          continue;
        }
        journal.attempt(entry.id);
        const recorded = runtime.hasRecorded(message.sessionKey, message.id);
        const gate = createGate();
        gate.open();
        const done = track(
          process(message, { durable: Promise.resolve(), gate, initiator: undefined, resume: recorded }),
        );
        done.catch((error: unknown) => log.error(`run ${message.id} failed unexpectedly`, { error: String(error) }));
        log.info(`run ${message.id} continues after an interruption`, { sessionKey: message.sessionKey, recorded });
      }
    },
    abort,
    async stop(drainMs) {
      stopping = true;
      await runtime.stop({ drainMs });
      await Promise.allSettled(running);
    },
  };

  /** A message that ended the process three times is closed, and its session is told. */
  function giveUp(message: Inbound): void {
    const text = `This message was given up after ${MAX_ATTEMPTS} attempts, each of which was interrupted. Send it again to retry.`;
    journal.settle(message.id, "given-up", { result: { status: "error", summary: text } });
    conversations.note(message.sessionKey, text);
    const chat = new ChatStream({
      runId: message.id,
      sessionKey: message.sessionKey,
      agentId: message.agentId,
      connections,
      now: () => clock.now(),
    });
    chat.end({ state: "error", errorMessage: text });
    log.error(`run ${message.id} was given up after ${MAX_ATTEMPTS} interrupted attempts`, {
      sessionKey: message.sessionKey,
    });
  }
}

interface ProcessOptions {
  durable: Promise<unknown>;
  gate: Gate;
  initiator: string | undefined;
  resume: boolean;
}

/** Holds a run's events back until its sender was told that the message was accepted. */
interface Gate {
  pass(action: () => void): void;
  open(): void;
  opened: Promise<void>;
}

function createGate(): Gate {
  let waiting: (() => void)[] | undefined = [];
  let resolve: () => void = () => {};
  const opened = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    pass(action) {
      if (waiting) waiting.push(action);
      else action();
    },
    open() {
      const actions = waiting ?? [];
      waiting = undefined;
      for (const action of actions) action();
      resolve();
    },
    opened,
  };
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
        ...(result.usage ? { usage: { ...result.usage, total: result.usage.totalTokens } } : {}),
      },
      aborted: result.status === "aborted",
      ...(result.systemPromptReport ? { systemPromptReport: result.systemPromptReport } : {}),
    },
  };
}

function withoutResults(data: EmittedRunEvent["data"]): object {
  const { result: _result, partialResult: _partial, ...rest } = data as Record<string, unknown>;
  return rest;
}

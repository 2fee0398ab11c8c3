import {
  type AgentRuntime,
  type EmittedRunEvent,
  type LevelValues,
  type RunResult,
  readLevel,
} from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { GatewayCommands, Turn } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { SessionFeed } from "../session-feed.ts";
import type { Connections } from "../ws/connections.ts";
import { keptResult, shownAnswer } from "./agent-result.ts";
import type { Gate } from "./gate.ts";
import { type Inbound, isUnattended } from "./inbound.ts";
import type { MessageEndings } from "./message-endings.ts";
import type { PageFiles } from "./page-files.ts";
import type { RunReplies, RunRepliesFactory } from "./run-replies.ts";
import type { TurnPrompt } from "./run-turn.ts";
import { startTurn } from "./run-turn.ts";
import { createTurnEvents } from "./turn-events.ts";
import type { TurnPromptRequest } from "./turn-prompt.ts";

export interface TurnsContext {
  runtime: AgentRuntime;
  runs: RunRegistry;
  connections: Connections;
  /** What clients hear of that have asked for it. */
  sessionFeed: Pick<SessionFeed, "changed" | "tool">;
  conversations: Conversations;
  commands: GatewayCommands;
  endings: MessageEndings;
  repliesTo: RunRepliesFactory;
  /** What the web chat can play of an answer. */
  pageFiles: PageFiles;
  promptOf(request: TurnPromptRequest): Promise<TurnPrompt>;
  /** Told of each turn that has ended. */
  onRan?(message: Inbound, result: RunResult): void;
  /** Whether clients see what a heartbeat says. */
  showsHeartbeats(): boolean;
  /** Called when a turn of the session is over. */
  onEnded(sessionKey: string): void;
  clock: Clock;
  log: Logger;
}

export interface TurnOptions {
  durable: Promise<unknown>;
  gate: Gate;
  initiator: string | undefined;
  /** Told what clients are told of the run, for whoever waits for its answer in another way. */
  watch?: ((event: EmittedRunEvent) => void) | undefined;
  /** Go on from the transcript. */
  resume: boolean;
  /** Left over from an earlier process. */
  resumed?: boolean;
  /** What the model is told, when the turn is made of several messages. */
  prompt?: string;
}

/** The turns of messages: run, events, replies, end. */
export type Turns = ReturnType<typeof createTurns>;

export function createTurns(context: TurnsContext) {
  const { runtime, runs, connections, conversations, commands, endings, repliesTo, promptOf, clock, log } = context;
  const publish = createTurnEvents(context);

  /** The message with the chat its answer goes to: where it came from, unless its user has moved the replies. */
  const docked = (message: Inbound): Inbound => {
    const route =
      message.source === "agent" || isUnattended(message) ? undefined : conversations.dockedRoute(message.sessionKey);
    return route ? { ...message, route } : message;
  };

  const finish = async (
    message: Inbound,
    chat: ChatStream,
    result: RunResult,
    replies: RunReplies,
  ): Promise<RunResult | undefined> => {
    const { startedAt, endedAt } = result;
    context.onRan?.(message, result);
    switch (result.status) {
      case "interrupted":
        // The Gateway stops: the entry stays open and the run goes on at the next start.
        replies.cancel();
        return undefined;
      case "aborted": {
        const stopReason = result.stopReason ?? "rpc";
        replies.cancel();
        chat.end({ state: "aborted", stopReason });
        await endings.settle(message.id, "aborted", { status: "ok" });
        runs.finish(message.id, { status: "error", startedAt, endedAt, error: "aborted", stopReason });
        return result;
      }
      case "error": {
        const error = result.error ?? "The run failed.";
        // A call that failed is tried again or reported by whoever made it.
        if (message.source === "call") replies.cancel();
        if (!(await replies.finish(result))) return undefined;
        chat.end({ state: "error", errorMessage: error, errorKind: result.errorKind });
        await endings.settle(message.id, "done", { status: "error", summary: error, ...keptResult(message, result) });
        runs.finish(message.id, { status: "error", startedAt, endedAt, error, stopReason: result.stopReason });
        return result;
      }
      case "ok": {
        const text = shownAnswer(result);
        if (!(await replies.finish(result))) return undefined;
        const files = await context.pageFiles(docked(message), result);
        chat.end({ state: "final", text, stopReason: result.stopReason, usage: result.usage, files });
        await endings.settle(message.id, "done", { status: "ok", ...keptResult(message, result) });
        runs.finish(message.id, { status: "ok", startedAt, endedAt, stopReason: result.stopReason });
        return result;
      }
    }
  };

  /** Makes a message known as a run that can be asked for and waited for. */
  const open = (message: Inbound, initiator: string | undefined): ChatStream => {
    const { id: runId, sessionKey, agentId } = message;
    const quiet = message.source === "heartbeat" && !context.showsHeartbeats();
    const chat = new ChatStream({ runId, sessionKey, agentId, connections, now: () => clock.now(), quiet });
    runs.add({ runId, sessionKey, agentId, chat, initiator });
    return chat;
  };

  /** Everything that happens to a message from its turn to the end of its entry. */
  const run = async (message: Inbound, chat: ChatStream, options: TurnOptions): Promise<RunResult | undefined> => {
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
      ...(options.resume
        ? {}
        : { prompt: () => promptOf({ message, reception, queued: options.prompt, readTurn, replies }) }),
      async settings() {
        const { settings } = await readTurn();
        verbose = readLevel("verbose", settings.levels?.verbose ?? "");
        return settings;
      },
      durable: options.durable,
      replies,
      log,
      onEvent(event) {
        if (event.stream === "lifecycle" && event.data.phase === "start") endings.noteAttempt(message.id);
        options.gate.pass(() => {
          publish(event, chat, message, verbose);
          options.watch?.(event);
        });
      },
    });
    const record = runs.get(message.id);
    if (record) Object.assign(record, { handle, cancelReplies: replies.cancel });
    const result = await handle.done;
    await options.gate.opened;
    try {
      return await finish(message, chat, result, replies);
    } finally {
      context.onEnded(message.sessionKey);
    }
  };

  return { open, run };
}

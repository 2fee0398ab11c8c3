import type { AgentCalls, AgentRuntime, CallOutcome, CallRequest } from "@openclaw/agent-runtime";
import type { DeliveryContext } from "@openclaw/sessions";
import type { Clock, Journal } from "@openclaw/storage";
import type { Conversations } from "../conversations.ts";
import { type Inbound, inbound, type ReplyRoute } from "../pipeline/inbound.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { chatKeyOf } from "../pipeline/reply.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";
import { callOutcome, storedOutcome } from "./call-outcome.ts";
import { sayInSession } from "./say-in-session.ts";

/** Account of channels that have only one. */
export const defaultAccount = "default";

/** Lets calls of runs take the path of every message: journal, lane, run, outbox. */
export function createPipelineCalls(gateway: {
  pipeline: Pipeline;
  journal: Journal;
  runs: RunRegistry;
  runtime: AgentRuntime;
  conversations: Conversations;
  connections: Connections;
  outbox: OutboxWorker;
  systemEvents: SystemEvents;
  clock: Clock;
}): AgentCalls {
  const { pipeline, journal, runs, runtime, conversations } = gateway;

  /** The end of a run that is open in the journal; undefined when the Gateway stops before. */
  const endOf = async (runId: string): Promise<CallOutcome | undefined> => {
    const outcome = await runs.wait(runId, Number.POSITIVE_INFINITY);
    const entry = journal.get(runId);
    if (outcome === undefined || entry === undefined || entry.state === "open") return undefined;
    return storedOutcome(entry);
  };

  return {
    async ask(request) {
      const submission = pipeline.submit(messageOf(request));
      await submission.durable;
      submission.release();
      const done = submission.done.then(
        (result) => (result === undefined ? undefined : callOutcome(result)),
        (error: unknown): CallOutcome => ({
          status: "error",
          error: error instanceof Error ? error.message : String(error),
        }),
      );
      return { runId: request.runId, done };
    },
    known(runId, sessionKey, { again = false } = {}) {
      const entry = journal.get(runId);
      if (entry !== undefined) return entry.state === "open" ? endOf(runId) : Promise.resolve(storedOutcome(entry));
      const covering = again ? coveringRun(runId) : undefined;
      if (covering !== undefined) return endOf(covering);
      if (!again || !runtime.hasRecorded(sessionKey, runId)) return undefined;
      const reply = conversations.lastText(sessionKey);
      return Promise.resolve({ status: "unknown", ...(reply === undefined ? {} : { reply }) });
    },
    abort(sessionKey, { runId, reason }) {
      pipeline.abort(sessionKey, { runId, reason });
    },
    busy(sessionKey) {
      const run = runtime.activeRun(sessionKey);
      return run && { done: run.done, steer: (message) => run.steer(message) };
    },
    async say({ id, sessionKey, text, to }) {
      const route = routeOf(to);
      if (route.surface === "channel") {
        const { surface: _surface, ...chat } = route;
        await gateway.outbox.post(chatKeyOf(chat), id, [{ ...chat, text }]);
        return;
      }
      // A crash right after the first time finds the text there.
      if (conversations.lastText(sessionKey) !== text) sayInSession(sessionKey, text, gateway);
    },
    note: (sessionKey, text) => gateway.systemEvents.enqueue(sessionKey, text),
  };

  function messageOf(request: CallRequest): Inbound {
    const { runId, message, deliver, lane, timeoutMs, extraSystemPrompt, model, thinking, requesterKey } = request;
    const sessionKey = conversations.canonicalKey(request.sessionKey);
    const requesterChannel = requesterKey === undefined ? undefined : conversations.entry(requesterKey)?.lastChannel;
    return {
      id: runId,
      source: "call",
      receivedAt: gateway.clock.now(),
      sessionKey,
      agentId: conversations.agentOf(sessionKey),
      text: message,
      attachments: [],
      // What another run says is never a command, whatever it looks like.
      authorized: false,
      route: deliver === undefined ? { surface: "none" } : routeOf(deliver),
      lane,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(extraSystemPrompt === undefined ? {} : { extraSystemPrompt }),
      ...(model === undefined ? {} : { model }),
      ...(thinking === undefined ? {} : { thinking }),
      ...(requesterKey === undefined ? {} : { requesterKey }),
      ...(requesterChannel === undefined ? {} : { requesterChannel }),
      ...(request.withoutTools === undefined ? {} : { withoutTools: [...request.withoutTools] }),
      ...(request.covers === undefined ? {} : { covers: [...request.covers] }),
    };
  }

  /** The open run whose message holds the text of another one. */
  function coveringRun(runId: string): string | undefined {
    return journal.open().find((entry) => {
      const message = entry.source === "call" ? inbound.safeParse(entry.payload) : undefined;
      return message?.data?.covers?.includes(runId) === true;
    })?.id;
  }
}

/** A delivery context as the route of a message; WebChat when it names no chat of a channel. */
function routeOf(to: DeliveryContext | undefined): ReplyRoute & { surface: "webchat" | "channel" } {
  if (to?.channel === undefined || to.channel === "webchat" || to.to === undefined) return { surface: "webchat" };
  return {
    surface: "channel",
    channel: to.channel,
    accountId: to.accountId ?? defaultAccount,
    to: to.to,
    ...(to.threadId === undefined ? {} : { threadId: String(to.threadId) }),
  };
}

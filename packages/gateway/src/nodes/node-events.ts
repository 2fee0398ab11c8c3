import crypto from "node:crypto";
import type { Logger } from "@openclaw/log";
import type { Clock, Journal } from "@openclaw/storage";
import { z } from "zod";
import type { Agents } from "../agents.ts";
import type { Channels } from "../channels/channels.ts";
import type { Conversations } from "../conversations.ts";
import type { LateParts } from "../late-parts.ts";
import type { Targets } from "../outbound/resolve-target.ts";
import { lookUp } from "../pipeline/dedupe.ts";
import type { Inbound, ReplyRoute } from "../pipeline/inbound.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import type { Waker } from "../pipeline/waker.ts";
import type { Session } from "../ws/connection.ts";
import { nodeIdOf } from "./node-registry.ts";

/** A session of a node subscribes to no more sessions than this. */
const maxSubscriptions = 100;
/** So much of a command's output is told, in characters. */
const maxOutputChars = 20_000;

const spoken = z.string().trim().min(1).max(20_000);
const key = z.string().trim().min(1).max(512);
const text = z.string().trim().min(1);
const voiceTranscript = z.looseObject({ text: spoken, sessionKey: key.optional() });
const agentRequest = z.looseObject({
  message: spoken,
  sessionKey: key.optional(),
  thinking: text.optional(),
  deliver: z.boolean().optional(),
  to: text.optional(),
  channel: text.optional(),
  timeoutSeconds: z.number().min(0).optional(),
  key: text.max(256).optional(),
});
const subscription = z.looseObject({ sessionKey: key });
const execEvent = z.looseObject({
  sessionKey: key.optional(),
  runId: text,
  command: z.string().optional(),
  exitCode: z.number().nullable().optional(),
  timedOut: z.boolean().optional(),
  output: z.string().optional(),
  reason: z.string().optional(),
});

export type EventHandled = { handled: true } | { handled: false; reason: string };

export interface NodeEventsOptions {
  pipeline: Pick<Pipeline, "submit">;
  journal: Journal;
  conversations: Conversations;
  agents: Agents;
  systemEvents: SystemEvents;
  waker: Waker;
  channels: Channels;
  targets: Targets;
  /** Commands whose outcome somebody of the Gateway waits for and tells. */
  isAwaited(runId: string): boolean;
  late: Pick<LateParts, "automation">;
  clock: Clock;
  log: Logger;
}

/** Takes what nodes tell of their own accord. Never throws for what a node sent: that is noted and left. */
export function createNodeEvents(options: NodeEventsOptions) {
  const { conversations, agents, systemEvents, waker, clock, log } = options;

  /** The session a node names, if its agent exists. */
  const sessionOf = (named: string): string | undefined => {
    const sessionKey = conversations.canonicalKey(named);
    return agents.has(conversations.agentOf(sessionKey)) ? sessionKey : undefined;
  };

  const start = async (session: Session, more: Pick<Inbound, "id" | "sessionKey" | "text"> & Partial<Inbound>) => {
    const submission = options.pipeline.submit({
      source: "agent",
      receivedAt: clock.now(),
      agentId: conversations.agentOf(more.sessionKey),
      attachments: [],
      senderId: nodeIdOf(session),
      senderName: session.client.displayName ?? session.client.id,
      // Spoken words are for the model, also where they read like a command.
      authorized: true,
      literal: true,
      route: { surface: "webchat" },
      ...more,
    });
    await submission.durable;
    submission.release();
  };

  const routeOf = async (wanted: z.output<typeof agentRequest>, sessionKey: string): Promise<ReplyRoute> => {
    const nowhere: ReplyRoute = { surface: "webchat" };
    if (wanted.deliver !== true) return nowhere;
    if (wanted.channel === undefined && wanted.to === undefined) return conversations.lastRoute(sessionKey);
    try {
      const channel = await options.targets.channel(wanted.channel);
      const { id } = channel.meta;
      const accountId = [...options.channels.rows(id).keys()].find((account) =>
        options.channels.isRunning(id, account),
      );
      if (accountId === undefined) throw new Error(`channel ${id} is not connected`);
      const { to, threadId } = await options.targets.resolve(channel, accountId, wanted.to);
      return { surface: "channel", channel: id, accountId, to, ...(threadId === undefined ? {} : { threadId }) };
    } catch (error) {
      log.warn("the answer to a node's request goes to its session alone", { error: String(error) });
      return nowhere;
    }
  };

  const effects: Record<string, (payload: unknown, session: Session) => Promise<EventHandled>> = {
    async "voice.transcript"(payload, session) {
      const { text, sessionKey = conversations.mainKey() } = voiceTranscript.parse(payload);
      const place = sessionOf(sessionKey);
      if (place === undefined) return unknownAgent;
      await start(session, { id: `voice-${crypto.randomUUID()}`, sessionKey: place, text, thinking: "low" });
      return handled;
    },
    async "agent.request"(payload, session) {
      const wanted = agentRequest.parse(payload);
      const place = sessionOf(wanted.sessionKey ?? `node-${nodeIdOf(session)}`);
      if (place === undefined) return unknownAgent;
      const id = wanted.key ?? crypto.randomUUID();
      if (lookUp(options.journal, id).seen) return handled;
      await start(session, {
        id,
        sessionKey: place,
        text: wanted.message,
        thinking: wanted.thinking,
        timeoutMs: wanted.timeoutSeconds === undefined ? undefined : wanted.timeoutSeconds * 1000,
        route: await routeOf(wanted, place),
      });
      return handled;
    },
    async "chat.subscribe"(payload, { node }) {
      const place = sessionOf(subscription.parse(payload).sessionKey);
      if (place === undefined) return unknownAgent;
      if (node === undefined || node.subscriptions.size >= maxSubscriptions) {
        return { handled: false, reason: "too_many_subscriptions" };
      }
      node.subscriptions.add(place);
      return handled;
    },
    async "chat.unsubscribe"(payload, { node }) {
      node?.subscriptions.delete(conversations.canonicalKey(subscription.parse(payload).sessionKey));
      return handled;
    },
    "exec.started": (payload, session) =>
      tell(payload, session, (run, node) => `Exec started (${node}): ${run.command ?? ""}`),
    "exec.finished": (payload, session) =>
      tell(payload, session, ({ timedOut, exitCode, output }, node) => {
        const end = timedOut === true ? "timeout" : `code ${exitCode ?? "?"}`;
        const tail = output?.trim().slice(-maxOutputChars).toWellFormed() ?? "";
        return [`Exec finished (${node}, ${end})`, ...(tail === "" ? [] : [tail])].join("\n");
      }),
    "exec.denied": (payload, session) =>
      tell(payload, session, (run, node) => `Exec denied (${node}, ${run.reason ?? "denied"}): ${run.command ?? ""}`),
  };

  /** Puts a line before a session, and wakes it if there is one to wake. */
  const tell = async (
    payload: unknown,
    session: Session,
    line: (run: z.output<typeof execEvent>, node: string) => string,
  ): Promise<EventHandled> => {
    const run = execEvent.parse(payload);
    const nodeId = nodeIdOf(session);
    const place = sessionOf(run.sessionKey ?? `node-${nodeId}`);
    if (place === undefined) return unknownAgent;
    if (options.isAwaited(run.runId)) return handled;
    await systemEvents.enqueue(place, line(run, `node=${nodeId} id=${run.runId}`), { context: `exec:${run.runId}` });
    // A session nobody ever spoke in has nobody to tell: the line waits for its first turn.
    if (conversations.entry(place) && !options.late.automation.opened?.execEvent(place)) await waker.soon(place);
    return handled;
  };

  return async (event: string, payload: unknown, session: Session): Promise<EventHandled> => {
    const effect = Object.hasOwn(effects, event) ? effects[event] : undefined;
    if (!effect) return { handled: false, reason: "unsupported_event" };
    try {
      return await effect(payload, session);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      log.debug(`a node's ${event} is malformed`, { node: nodeIdOf(session), issues: error.issues.length });
      return { handled: false, reason: "invalid_payload" };
    }
  };
}

const handled: EventHandled = { handled: true };
const unknownAgent: EventHandled = { handled: false, reason: "unknown_session" };

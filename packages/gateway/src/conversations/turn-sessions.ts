import {
  type DeliveryContext,
  deliveryContextOf,
  deliveryFields,
  type EnsureOptions,
  normalizeDeliveryContext,
  type Sessions,
} from "@openclaw/sessions";
import { z } from "zod";
import type { Inbound, ReplyRoute } from "../pipeline/inbound.ts";
import { pick } from "./pick.ts";

/** Records of single runs that are kept beside a session whose every run begins anew. */
const keptRunRecords = 50;

/** What a turn does to its session, and where the session is answered. */
export interface TurnSessions {
  /** The chat a session was last used from. */
  lastRoute(key: string): ReplyRoute;
  /** The chat to which the user has moved a session's replies. */
  dockedRoute(key: string): Extract<ReplyRoute, { surface: "channel" }> | undefined;
  /** Prepares a session for a turn; tells whether the user stopped the run before, and which session was begun. */
  begin(
    key: string,
    options: {
      now: number;
      reset: boolean;
      route: ReplyRoute;
      senderName?: string | undefined;
      group?: Inbound["group"];
      /** What the configuration says about the place; absent for messages that say nothing of one. */
      place?: Inbound["place"] | null;
      parentKey?: string | undefined;
      /** It is no sign of life of its user. */
      heartbeat?: boolean;
      begins?: Inbound["begins"];
    },
  ): { previousRunAborted: boolean; newSessionId?: string };
}

export function createTurnSessions(sessions: Sessions): TurnSessions {
  const dockedRoute: TurnSessions["dockedRoute"] = (key) => {
    const { channel, to, accountId } = normalizeDeliveryContext(sessions.get(key)?.dockedRoute ?? {}) ?? {};
    return channel && to ? { surface: "channel", channel, to, accountId: accountId ?? "default" } : undefined;
  };
  /** A private chat is where the main session's user is, also when the chat has a session of its own. */
  const noteLastRoute = (key: string, route: Extract<ReplyRoute, { surface: "channel" }>, now: number) => {
    const main = sessions.mainKey(sessions.agentIdOf(key));
    if (main === key || main === "global") return;
    const { channel, to, accountId, threadId } = route;
    const deliveryContext = { channel, to, accountId, ...(threadId === undefined ? {} : { threadId }) };
    if (sessions.get(main) === undefined) sessions.ensure(main, { now, deliveryContext });
    else sessions.update(main, () => ({ ...deliveryFields(deliveryContext) }));
  };
  /** Names a session that a run has begun, and keeps a record of the run under a key of its own. */
  const noteBeginning = (key: string, { label, keepsRun = false }: NonNullable<Inbound["begins"]>) => {
    const named = sessions.get(key)?.label ?? label;
    const known = z.array(z.string()).safeParse(sessions.get(key)?.runRecords).data ?? [];
    const entry = sessions.update(key, (before) => ({
      ...(named === undefined ? {} : { label: named }),
      ...(keepsRun && before ? { runRecords: [...known, before.sessionId].slice(-keptRunRecords) } : {}),
    }));
    if (!keepsRun) return;
    const { runRecords: _records, ...record } = entry;
    sessions.update(`${key}:run:${entry.sessionId}`, () => record);
    for (const old of known.slice(0, -keptRunRecords + 1)) {
      sessions.delete(`${key}:run:${old}`, { deleteTranscript: false });
    }
  };

  return {
    dockedRoute,
    lastRoute(key) {
      const last = deliveryContextOf(sessions.get(key) ?? {});
      if (!last?.channel || last.channel === "webchat" || !last.to) return { surface: "webchat" };
      return {
        surface: "channel",
        channel: last.channel,
        accountId: last.accountId ?? "default",
        to: last.to,
        ...(last.threadId === undefined ? {} : { threadId: String(last.threadId) }),
      };
    },
    begin(
      key,
      { now, reset: asked, route: from, senderName, group, place, parentKey, heartbeat: isHeartbeat = false, begins },
    ) {
      const reset = asked || begins !== undefined;
      const previousRunAborted = sessions.get(key)?.abortedLastRun === true && !reset;
      const { isNew, entry } = sessions.ensure(key, {
        now,
        reset,
        ...(place === undefined ? {} : { placeRules: place }),
        ...(parentKey === undefined ? {} : { parentKey }),
        ...(isHeartbeat ? { heartbeat: true } : {}),
        ...routing(from, dockedRoute(key), senderName, group, deliveryContextOf(sessions.get(key) ?? {})),
      });
      if (from.surface === "channel" && (from.chatType ?? "direct") === "direct") noteLastRoute(key, from, now);
      if (previousRunAborted) sessions.update(key, () => ({ abortedLastRun: false }));
      if (begins !== undefined) noteBeginning(key, begins);
      return { previousRunAborted, ...(isNew ? { newSessionId: entry.sessionId } : {}) };
    },
  };
}

/**
 * What a message tells about where its session is answered: where it came from, or the chat the session was moved to. A
 * run that nobody wrote to leaves that as it is.
 */
function routing(
  from: ReplyRoute,
  docked: ReplyRoute | undefined,
  senderName: string | undefined,
  group: Inbound["group"],
  last: DeliveryContext | undefined,
): EnsureOptions {
  if (from.surface === "none") return {};
  const channel = from.surface === "webchat" ? "webchat" : from.channel;
  const route = docked ?? from;
  const chatType = route.surface === "channel" ? route.chatType : undefined;
  // The web chat is never the place where somebody is reached later: what is known of a chat stays.
  const keepsRoute = route.surface === "webchat" && last?.to !== undefined && last.channel !== "webchat";
  return {
    channel,
    ...(chatType ? { chatType } : {}),
    ...(group === undefined || chatType === undefined || chatType === "direct"
      ? {}
      : { group: { chatType, channel, groupId: group.id, ...pick(group, ["subject", "channelName", "space"]) } }),
    ...(keepsRoute ? {} : { deliveryContext: deliveryOf(route, channel) }),
    origin: {
      provider: channel,
      surface: channel,
      chatType: chatType ?? "direct",
      ...(senderName ? { label: senderName } : {}),
    },
  };
}

/** How a session keeps where it is answered. */
function deliveryOf(route: ReplyRoute, channel: string): DeliveryContext {
  return route.surface === "channel"
    ? {
        channel: route.channel,
        to: route.to,
        accountId: route.accountId,
        ...(route.threadId ? { threadId: route.threadId } : {}),
      }
    : { channel };
}

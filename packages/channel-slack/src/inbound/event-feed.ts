import type { Bot } from "../bot.ts";
import { createBoundedMap } from "../text/bounded-map.ts";
import { createInOrder } from "./in-order.ts";
import { readMessage } from "./read-message.ts";
import { createSystemEvents } from "./system-events.ts";
import { createThreads } from "./threads.ts";
import { wireCallback, wireMessage, wireMessageChange } from "./wire.ts";

/** Takes what Slack tells and hands on what concerns the assistant. */
export interface EventFeed {
  /** Resolves once it is on disk, or does not concern the assistant. @throws what kept it from being stored */
  take(body: unknown): Promise<void>;
  idle(): Promise<void>;
}

/** Subtypes that are messages of people or bots; the others tell of something. */
const plainSubtypes: ReadonlySet<string | undefined> = new Set([undefined, "file_share", "bot_message", "me_message"]);
/** A message and its mention come as two events; they are one for this long, ms. */
const ONE_MESSAGE_MS = 60_000;
const maxRecent = 500;

export function createEventFeed(bot: Bot, now: () => number = Date.now): EventFeed {
  const { context, identity } = bot;
  const { log } = context;
  const threads = createThreads(bot.api);
  const events = createSystemEvents(bot);
  const order = createInOrder();
  const recent = createBoundedMap<{ at: number; handed: Promise<void> }>(maxRecent);

  const hand = async (event: unknown, selfId: string | undefined) => {
    const read = wireMessage.safeParse(event);
    const channel = read.data?.channel;
    if (!read.success || channel === undefined) {
      log.warn("Slack sent a message that cannot be read", { problem: read.error?.message ?? "it has no channel" });
      return;
    }
    const mentioned = read.data.type === "app_mention";
    const key = `${channel}:${read.data.ts}`;
    const known = recent.get(key);
    if (known !== undefined && now() - known.at < ONE_MESSAGE_MS) return known.handed;
    const handed = order.run(channel, async () => {
      const message = await readMessage(bot, threads, { ...read.data, channel }, { mentioned, selfId });
      if (message !== undefined) await context.receive(message);
    });
    recent.set(key, { at: now(), handed });
    // What was not stored is told again, and must not be taken for known then.
    handed.catch(() => recent.delete(key));
    return handed;
  };

  return {
    async take(body) {
      const read = wireCallback.safeParse(body);
      if (!read.success) {
        log.warn("Slack sent an event that cannot be read", { problem: read.error.message });
        return;
      }
      const { team_id, api_app_id, event, authorizations } = read.data;
      if (isForeign(identity.appId, api_app_id) || isForeign(identity.teamId, team_id)) {
        log.debug("dropped: an event of another app or team");
        return;
      }
      context.report({ lastEventAt: now() });
      const selfId = identity.userId ?? authorizations?.find(({ is_bot }) => is_bot)?.user_id ?? undefined;
      if (event.type === "app_mention") return hand(event, selfId);
      if (event.type !== "message") return events.take(event, selfId);
      const change = wireMessageChange.safeParse(event);
      if (change.success) return order.run(change.data.channel, () => events.changed(change.data, selfId));
      const { subtype } = event;
      if (!plainSubtypes.has(typeof subtype === "string" ? subtype : undefined)) return;
      return hand(event, selfId);
    },
    idle: () => order.idle(),
  };
}

function isForeign(ours: string | undefined, theirs: string | undefined): boolean {
  return ours !== undefined && theirs !== undefined && ours !== theirs;
}

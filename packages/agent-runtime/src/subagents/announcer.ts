import type { Logger } from "@openclaw/log";
import { type DeliveryContext, messageText, type Sessions } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { AgentCalls, CallOutcome } from "../calls/agent-calls.ts";
import { isSendDenied } from "../calls/send-policy.ts";
import { createMessageQueue, type MessageQueue, type QueuedItem } from "../queue/message-queue.ts";
import { type QueueSettings, resolveQueueSettings } from "../queue/queue-settings.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { pause, type Timers } from "../run/timers.ts";

const runMs = 60_000;
const retries = 3;
const firstRetryMs = 2000;
/** Messages at the end of a transcript among which an announcement of before a crash is looked for. */
const searched = 200;

/** A message to a session that its agent passes on to its user. */
export interface Announcement {
  /** Stays the same over restarts: one id is announced once. */
  id: string;
  sessionKey: string;
  origin: DeliveryContext | undefined;
  text: string;
  /** Said instead when no agent can. */
  plain: string;
}

export interface Announcer {
  /**
   * Resolves with true when the session was told, with false when the process stops before. `again`: an earlier
   * process may have told it already.
   */
  announce(announcement: Announcement, options?: { again?: boolean }): Promise<boolean>;
  stop(): void;
}

interface Waiting extends QueuedItem {
  announcement: Announcement;
  resolve(told: boolean): void;
}

const words = { title: "[Queued announce messages while agent was busy]", noun: "announce" };

/**
 * Tells sessions what their subagents came to: into the run that is active when the session steers, else after it,
 * collected as the session's queue settings say, as a run of its own.
 */
export function createAnnouncer(options: {
  calls: AgentCalls;
  sessions: Sessions;
  config: () => RuntimeConfig;
  clock: Clock;
  timers: Timers;
  log: Logger;
}): Announcer {
  const { calls, sessions, config, clock, timers, log } = options;
  const queues = new Map<string, MessageQueue<Waiting>>();
  const stopped = new AbortController();

  const settingsOf = (key: string): QueueSettings => {
    const entry = sessions.get(key);
    return resolveQueueSettings({
      session: entry && {
        mode: entry.queueMode,
        debounceMs: entry.queueDebounceMs,
        cap: entry.queueCap,
        drop: entry.queueDrop,
      },
      config: config().messages?.queue,
      channel: entry?.lastChannel ?? entry?.channel ?? "webchat",
    });
  };

  return {
    async announce(announcement, { again = false } = {}) {
      const { id, sessionKey, text } = announcement;
      const known = calls.known(id, sessionKey, { again });
      if (known !== undefined) return tell([announcement], text, known);
      if (again && wasTold(announcement)) return true;
      const steered = steer(announcement);
      if (steered !== undefined && (await steered)) return true;
      const { id: itemId, origin } = announcement;
      return new Promise((resolve) => {
        enqueue({ id: itemId, prompt: text, text, origin: JSON.stringify(origin ?? null), announcement, resolve });
      });
    },
    stop: () => stopped.abort(),
  };

  /** Into the run under way, where the session wants that; resolves with whether that run has taken it up. */
  function steer({ id, sessionKey, text }: Announcement): Promise<boolean> | undefined {
    const busy = calls.busy(sessionKey);
    const { mode } = settingsOf(sessionKey);
    if (busy === undefined || (mode !== "steer" && mode !== "steer-backlog")) return undefined;
    let recorded = false;
    const onRecorded = () => {
      recorded = true;
    };
    return busy.steer({ id, text, onRecorded }) ? busy.done.then(() => recorded) : undefined;
  }

  function enqueue(item: Waiting): void {
    const key = item.announcement.sessionKey;
    const known = queues.get(key);
    const queue = known ?? createMessageQueue<Waiting>(words);
    const added = queue.enqueue(item, settingsOf(key), clock.now());
    if (added.kind === "refused") return leaveOut(item);
    if (added.kind === "made-room") for (const lost of added.lost) leaveOut(lost);
    if (known !== undefined) return;
    queues.set(key, queue);
    drain(key, queue).catch((error: unknown) => {
      log.error("announcements could not be made", { sessionKey: key, error: String(error) });
    });
  }

  /** The session hears of what its settings drop, if only that it was dropped. */
  function leaveOut({ announcement, resolve }: Waiting): void {
    const [first = ""] = announcement.text.split("\n");
    calls.note(announcement.sessionKey, `An announcement was dropped, the queue is full: ${first}`).then(
      () => resolve(true),
      (error: unknown) => {
        log.error("a dropped announcement could not be noted", { error: String(error) });
        resolve(false);
      },
    );
  }

  async function drain(key: string, queue: MessageQueue<Waiting>): Promise<void> {
    try {
      while (queue.size > 0 && !stopped.signal.aborted) {
        const busy = calls.busy(key);
        if (busy === undefined) {
          await tellNext(key, queue);
          continue;
        }
        await busy.done;
        const rest = queue.lastEnqueuedAt + settingsOf(key).debounceMs - clock.now();
        if (rest > 0) await pause(timers, rest, stopped.signal);
      }
    } finally {
      // In one go with the look at what is left: what comes later begins anew.
      queues.delete(key);
      for (const { resolve } of queue.clear()) resolve(false);
    }
  }

  async function tellNext(key: string, queue: MessageQueue<Waiting>): Promise<void> {
    const turn = queue.next(settingsOf(key).mode);
    if (turn === undefined) return;
    const all = [...turn.items, ...turn.summarized];
    const announcements = all.map(({ announcement }) => announcement);
    const told = await tell(announcements, turn.prompt).catch((error: unknown) => {
      log.error("an announcement could not be made; it is tried again after the next start", { error: String(error) });
      return false;
    });
    for (const { resolve } of all) resolve(told);
  }

  /** Lets the agent speak, again after failures, and at last says it without an agent. */
  async function tell(
    batch: readonly Announcement[],
    text: string,
    underWay?: Promise<CallOutcome | undefined>,
  ): Promise<boolean> {
    const [first, ...others] = batch;
    if (first === undefined) return true;
    const { id, sessionKey } = first;
    for (let attempt = 1; attempt <= 1 + retries; attempt += 1) {
      const runId = attempt === 1 ? id : `${id}|${attempt}`;
      const earlier = (attempt === 1 ? underWay : undefined) ?? calls.known(runId, sessionKey);
      const failure = await speak(first, { runId, text, covers: others.map((other) => other.id) }, earlier);
      if (failure === "told" || failure === "stopped") return failure === "told";
      log.warn(`an announcement failed: ${failure.error}`, { sessionKey, attempt });
      if (attempt <= retries) await pause(timers, firstRetryMs * 2 ** (attempt - 1), stopped.signal);
      if (stopped.signal.aborted) return false;
    }
    for (const { plain, origin, ...one } of batch) {
      const to = isSendDenied(config(), sessions, sessionKey) ? undefined : origin;
      await calls.say({ id: `${one.id}|plain`, sessionKey, text: plain, to });
    }
    return true;
  }

  async function speak(
    { sessionKey, origin }: Announcement,
    { runId, text, covers }: { runId: string; text: string; covers: string[] },
    earlier: Promise<CallOutcome | undefined> | undefined,
  ): Promise<"told" | "stopped" | { error: string }> {
    try {
      const outcome = await (earlier ?? (await calls.ask(request())).done);
      if (outcome === undefined) return "stopped";
      if (outcome.status !== "error" && outcome.status !== "timeout") return "told";
      return { error: outcome.error ?? outcome.status };
    } catch (error) {
      return stopped.signal.aborted ? "stopped" : { error: error instanceof Error ? error.message : String(error) };
    }

    function request() {
      const surface = origin?.channel && origin.channel !== "webchat" && origin.to ? origin : { channel: "webchat" };
      return {
        runId,
        sessionKey,
        message: text,
        lane: "main" as const,
        timeoutMs: runMs,
        withoutTools: ["message"],
        ...(covers.length === 0 ? {} : { covers }),
        ...(isSendDenied(config(), sessions, sessionKey) ? {} : { deliver: surface }),
      };
    }
  }

  /** Whether the session's transcript holds the announcement, alone or among others. */
  function wasTold({ sessionKey, text }: Announcement): boolean {
    if (!sessions.get(sessionKey)?.sessionId) return false;
    const transcript = sessions.transcript(sessionKey);
    if (!transcript.exists()) return false;
    return transcript
      .history(searched)
      .some(
        (item) => item.kind === "message" && item.message.role === "user" && messageText(item.message).includes(text),
      );
  }
}

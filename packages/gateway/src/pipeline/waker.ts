import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { Conversations } from "../conversations.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Inbound } from "./inbound.ts";
import type { Pipeline } from "./pipeline.ts";
import type { SystemEvents } from "./system-events.ts";

/** Requests this close together are one, ms. */
const COALESCE_MS = 250;

const instruction =
  "Something happened that you should know of; it stands in the system lines above. " +
  "Act on it if it asks for action, otherwise answer NO_REPLY.";

/** Lets an agent see the system events of a session without waiting for its user. */
export interface Waker {
  /** Runs a turn of the session; resolves when that is on stable storage. */
  now(sessionKey: string): Promise<void>;
  /** The same a moment later, once for all requests of that moment. While the Gateway stops: at its next start. */
  soon(sessionKey: string): Promise<void>;
  /** From now on turns are left for the next start. Resolves when those already asked for are. */
  stop(): Promise<void>;
}

export function createWaker(options: {
  pipeline: Pick<Pipeline, "submit" | "postpone">;
  conversations: Pick<Conversations, "agentOf" | "lastRoute">;
  systemEvents: Pick<SystemEvents, "peek">;
  runs: Pick<RunRegistry, "get">;
  clock: Clock;
  log: Logger;
}): Waker {
  const { pipeline, conversations, systemEvents, runs, clock, log } = options;
  const timers = new Map<string, NodeJS.Timeout>();
  /** The last turn that was asked for in a session. */
  const latest = new Map<string, string>();
  const postponed = new Set<string>();
  let stopping = false;

  const message = (sessionKey: string): Inbound => ({
    id: `wake-${crypto.randomUUID()}`,
    source: "wake",
    receivedAt: clock.now(),
    sessionKey,
    agentId: conversations.agentOf(sessionKey),
    text: instruction,
    attachments: [],
    authorized: true,
    route: conversations.lastRoute(sessionKey),
  });
  const postpone = async (sessionKey: string): Promise<void> => {
    if (postponed.has(sessionKey)) return;
    postponed.add(sessionKey);
    await pipeline.postpone(message(sessionKey));
  };
  /** A turn that waits behind another will show what has come until it begins. */
  const waits = (sessionKey: string): boolean => {
    const record = runs.get(latest.get(sessionKey) ?? "");
    return record !== undefined && record.startedAt === undefined && record.outcome === undefined;
  };
  const now = async (sessionKey: string): Promise<void> => {
    const submission = pipeline.submit(message(sessionKey));
    latest.set(sessionKey, submission.runId);
    const forget = () => {
      if (latest.get(sessionKey) === submission.runId) latest.delete(sessionKey);
    };
    submission.done.then(forget, forget);
    await submission.durable;
    submission.release();
  };

  return {
    now,
    async soon(sessionKey) {
      if (stopping) {
        await postpone(sessionKey);
        return;
      }
      if (timers.has(sessionKey) || waits(sessionKey)) return;
      const fire = () => {
        timers.delete(sessionKey);
        // A turn of the user may have shown them already.
        if (systemEvents.peek(sessionKey).length === 0) return;
        now(sessionKey).catch((error: unknown) => {
          log.error(`session ${sessionKey} could not be woken`, { error: String(error) });
        });
      };
      timers.set(sessionKey, setTimeout(fire, COALESCE_MS));
    },
    async stop() {
      stopping = true;
      const waiting = [...timers.keys()];
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await Promise.all(waiting.map(postpone));
    },
  };
}

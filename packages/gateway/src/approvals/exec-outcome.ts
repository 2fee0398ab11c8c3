import type { ExecApprovalEvent } from "@openclaw/agent-runtime";
import type { Clock, Journal } from "@openclaw/storage";
import { lookUp } from "../pipeline/dedupe.ts";
import type { Inbound, ReplyRoute } from "../pipeline/inbound.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";

const finished =
  "A command that was approved has ended; its result stands in the system lines above. Pass on what matters of its " +
  "output in a helpful way, and explain a failure.";
const denied =
  "A command you asked for was not run to its end; why stands in the system lines above. Tell the user so, and do not " +
  "try to reach the same by another command.";

export interface ExecOutcomeOptions {
  systemEvents: SystemEvents;
  pipeline: () => Pipeline;
  journal: Journal;
  /** Where a session was last spoken to. */
  lastRoute(sessionKey: string): ReplyRoute;
  clock: Clock;
}

/**
 * Tells a session what became of a command: the line waits for its next turn, and an outcome wakes the session for one,
 * whose answer goes where the session was last spoken to. Resolves when both are on disk.
 */
export function createExecOutcome(options: ExecOutcomeOptions): (event: ExecApprovalEvent) => Promise<void> {
  const { systemEvents, journal, clock } = options;
  return async ({ kind, id, sessionKey, agentId, text }) => {
    await systemEvents.enqueue(sessionKey, text, { context: `exec:${id}` });
    const wakeId = `exec-event-${id}`;
    if (kind === "running" || lookUp(journal, wakeId).seen) return;
    const message: Inbound = {
      id: wakeId,
      source: "wake",
      receivedAt: clock.now(),
      sessionKey,
      agentId,
      text: kind === "finished" ? finished : denied,
      attachments: [],
      authorized: true,
      route: options.lastRoute(sessionKey),
    };
    const submission = options.pipeline().submit(message);
    await submission.durable;
    submission.release();
  };
}

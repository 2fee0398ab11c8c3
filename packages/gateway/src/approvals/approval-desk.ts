import crypto from "node:crypto";
import type { ExecApprovalDesk, ExecApprovalEvent, Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { ExecDecision } from "@openclaw/protocol";
import type { Clock, KeyValue } from "@openclaw/storage";
import { z } from "zod";

/** So many commands may wait at the same time. */
const maxPending = 500;
/** Decisions that can still be asked for after they were made. */
const maxRemembered = 200;
/** Longest delay a timer takes, in milliseconds. */
const maxTimerMs = 2_147_000_000;

/** What people are shown. Fields nobody gave are null. */
export interface ApprovalRequest {
  command: string;
  cwd: string | null;
  host: string | null;
  security: string | null;
  ask: string | null;
  agentId: string | null;
  resolvedPath: string | null;
  sessionKey: string | null;
  /** The node it is for, where the client named one. */
  nodeId?: string;
}

export interface PendingApproval {
  id: string;
  request: ApprovalRequest;
  /** Milliseconds since the epoch, as `expiresAtMs`. */
  createdAtMs: number;
  expiresAtMs: number;
}

/** `decision` null: nobody answered in time. */
export interface ApprovalOutcome extends Omit<PendingApproval, "request"> {
  decision: ExecDecision | null;
}

export type Resolution =
  | { result: "resolved"; id: string }
  | { result: "unknown" }
  /** The beginning of an id that several have. */
  | { result: "ambiguous" };

/** Where commands wait for the people who may approve them. One per Gateway. */
export interface ApprovalDesk extends ExecApprovalDesk {
  /** Opens a question for a client; undefined when the id waits already. Throws when too many wait. */
  open(request: ApprovalRequest, options: { id?: string | undefined; timeoutMs: number }): OpenApproval | undefined;
  /**
   * Decides. `id` may be the first eight characters or more of an id, if only one pending approval begins with them.
   * `resolvedBy` names who did it.
   */
  resolveApproval(id: string, decision: ExecDecision, resolvedBy: string | null): Resolution;
  /** The pending approvals, oldest first. */
  list(): PendingApproval[];
  get(id: string): PendingApproval | undefined;
  /** The outcome of a pending approval, or of one decided lately; undefined for others. */
  outcome(id: string): Promise<ApprovalOutcome> | undefined;
  /** Tells the sessions of what an earlier process left behind that it was not run, or how far it came. */
  recover(): Promise<void>;
  /** Forgets the timers. What waits stays on disk for the next start. */
  close(): void;
}

export interface OpenApproval extends PendingApproval {
  outcome: Promise<ApprovalOutcome>;
}

export interface ApprovalDeskOptions {
  /** Keeps the commands of the agent that wait or run. */
  store: KeyValue<unknown>;
  clock: Clock;
  timers: Timers;
  log: Logger;
  onRequested(approval: PendingApproval): void;
  onResolved(approval: PendingApproval, decision: ExecDecision | null, resolvedBy: string | null): void;
  /** Puts a line before the session and wakes it for an outcome; resolves when that is on disk. */
  tell(event: ExecApprovalEvent): Promise<void>;
  /** Whether the session was told of an outcome and has not taken note of it yet. */
  wasTold(sessionKey: string, id: string): boolean;
}

const record = z.object({
  command: z.string(),
  sessionKey: z.string(),
  agentId: z.string(),
  state: z.enum(["pending", "running"]),
});
type Kept = z.output<typeof record>;

interface Waiting {
  approval: PendingApproval;
  outcome: Promise<ApprovalOutcome>;
  settle(decision: ExecDecision | null, resolvedBy: string | null): void;
  cancel(): void;
}

export function createApprovalDesk(options: ApprovalDeskOptions): ApprovalDesk {
  const { clock, timers, store, log } = options;
  const waiting = new Map<string, Waiting>();
  const decided = new Map<string, ApprovalOutcome>();

  const open: ApprovalDesk["open"] = (request, { id = crypto.randomUUID(), timeoutMs }) => {
    if (waiting.has(id)) return undefined;
    if (waiting.size >= maxPending) throw new Error(`${maxPending} commands wait for an approval already`);
    const createdAtMs = clock.now();
    const approval: PendingApproval = { id, request, createdAtMs, expiresAtMs: createdAtMs + timeoutMs };
    let tell: (outcome: ApprovalOutcome) => void = () => {};
    const outcome = new Promise<ApprovalOutcome>((resolve) => {
      tell = resolve;
    });
    const cancel = timers.after(Math.min(timeoutMs, maxTimerMs), () => waiting.get(id)?.settle(null, null));
    waiting.set(id, {
      approval,
      outcome,
      cancel,
      settle(decision, resolvedBy) {
        cancel();
        waiting.delete(id);
        const { request: _request, ...rest } = approval;
        remember({ ...rest, decision });
        options.onResolved(approval, decision, resolvedBy);
        tell({ ...rest, decision });
      },
    });
    options.onRequested(approval);
    return { ...approval, outcome };
  };

  const remember = (outcome: ApprovalOutcome) => {
    decided.set(outcome.id, outcome);
    const oldest = decided.keys().next();
    if (decided.size > maxRemembered && oldest.done !== true) decided.delete(oldest.value);
  };

  const find = (id: string): Waiting[] => {
    const exact = waiting.get(id);
    if (exact) return [exact];
    return id.length < 8 ? [] : [...waiting.values()].filter(({ approval }) => approval.id.startsWith(id));
  };

  const left = async (id: string, kept: Kept): Promise<void> => {
    const { sessionKey, agentId, command } = kept;
    const text =
      kept.state === "pending"
        ? `Exec denied (gateway id=${id}, gateway-restarted): ${command}`
        : `Exec failed (gateway id=${id}, gateway-restarted): it had been started, its outcome is unknown: ${command}`;
    if (!options.wasTold(sessionKey, id)) await options.tell({ kind: "denied", id, sessionKey, agentId, text });
    await store.delete(id);
  };

  return {
    open,
    resolveApproval(id, decision, resolvedBy) {
      const [found, ...others] = find(id);
      if (!found) return { result: "unknown" };
      if (others.length > 0) return { result: "ambiguous" };
      found.settle(decision, resolvedBy);
      return { result: "resolved", id: found.approval.id };
    },
    list: () => [...waiting.values()].map(({ approval }) => approval),
    get: (id) => waiting.get(id)?.approval,
    outcome(id) {
      const done = decided.get(id);
      return waiting.get(id)?.outcome ?? (done && Promise.resolve(done));
    },
    async ask({ id, timeoutMs, ...request }) {
      const { command, sessionKey, agentId } = request;
      const kept: Kept = { command, sessionKey, agentId, state: "pending" };
      await store.put(id, kept);
      try {
        const opened = open(request, { id, timeoutMs });
        if (!opened) throw new Error(`approval ${id} waits already`);
        return { expiresAtMs: opened.expiresAtMs, decision: opened.outcome.then(({ decision }) => decision) };
      } catch (error) {
        await store.delete(id);
        throw error;
      }
    },
    async started(id) {
      const kept = record.safeParse(store.get(id)?.value);
      if (kept.success) await store.put(id, { ...kept.data, state: "running" });
    },
    async report(event) {
      await options.tell(event);
      if (event.kind !== "running") await store.delete(event.id);
    },
    async recover() {
      for (const id of store.keys()) {
        const kept = record.safeParse(store.get(id)?.value);
        try {
          if (kept.success) await left(id, kept.data);
          else await store.delete(id);
        } catch (error) {
          log.error(`the session of approval ${id} could not be told that it was cut off`, { error: String(error) });
        }
      }
    },
    close() {
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
  };
}

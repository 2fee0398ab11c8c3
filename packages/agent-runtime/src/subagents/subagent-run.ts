import { type DeliveryContext, normalizeDeliveryContext } from "@openclaw/sessions";

/** One task that a session gave to a session of its own making. Times in ms since the epoch. */
export interface SubagentRun {
  runId: string;
  childSessionKey: string;
  requesterSessionKey: string;
  /** Where the requester's answers go. */
  requesterOrigin?: DeliveryContext;
  requesterDisplayKey: string;
  task: string;
  /** What happens to the child's session once its result was announced. */
  cleanup: "delete" | "keep";
  label?: string;
  createdAt: number;
  startedAt?: number;
  endedAt?: number;
  /** Absent although the run has ended: how it ended is not known any more. */
  outcome?: SubagentOutcome;
  /** When the child's session is put away. */
  archiveAtMs?: number;
  /** The announcement was begun. */
  cleanupHandled?: boolean;
  /** The announcement is over. */
  cleanupCompletedAt?: number;
}

export interface SubagentOutcome {
  status: "ok" | "error" | "timeout";
  error?: string;
}

/** What a run is called in lists and announcements. */
export function subagentName(run: Pick<SubagentRun, "label" | "task">): string {
  return run.label?.trim() || run.task.trim();
}

/**
 * Reads a run as the registry holds it, also of version 1, which named the requester's place and the announcement
 * otherwise. Undefined when the value cannot be one.
 */
export function readSubagentRun(value: unknown): SubagentRun | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record = Object.fromEntries(Object.entries(value));
  const text = (name: string) => (typeof record[name] === "string" ? record[name] : undefined);
  const number = (name: string) => (typeof record[name] === "number" ? record[name] : undefined);
  const runId = text("runId");
  const childSessionKey = text("childSessionKey");
  const requesterSessionKey = text("requesterSessionKey");
  if (!runId || !childSessionKey || !requesterSessionKey) return undefined;
  const given = record.requesterOrigin;
  const origin = normalizeDeliveryContext(
    typeof given === "object" && given !== null
      ? given
      : { channel: text("requesterChannel"), accountId: text("requesterAccountId") },
  );
  const handled = record.cleanupHandled ?? record.announceHandled;
  const outcome = readOutcome(record.outcome);
  return withoutUndefined({
    runId,
    childSessionKey,
    requesterSessionKey,
    requesterOrigin: origin,
    requesterDisplayKey: text("requesterDisplayKey") ?? requesterSessionKey,
    task: text("task") ?? "",
    cleanup: record.cleanup === "delete" ? "delete" : "keep",
    label: text("label"),
    createdAt: number("createdAt") ?? 0,
    startedAt: number("startedAt"),
    endedAt: number("endedAt"),
    outcome,
    archiveAtMs: number("archiveAtMs"),
    cleanupHandled: typeof handled === "boolean" ? handled : undefined,
    cleanupCompletedAt: number("cleanupCompletedAt") ?? number("announceCompletedAt"),
  });
}

function readOutcome(value: unknown): SubagentOutcome | undefined {
  if (typeof value !== "object" || value === null || !("status" in value)) return undefined;
  const { status } = value;
  if (status !== "ok" && status !== "error" && status !== "timeout") return undefined;
  return "error" in value && typeof value.error === "string" ? { status, error: value.error } : { status };
}

type Defined<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };

function withoutUndefined(run: { [K in keyof Defined<SubagentRun>]: SubagentRun[K] | undefined }): SubagentRun {
  const kept = { ...run };
  for (const [name, value] of Object.entries(kept)) if (value === undefined) Reflect.deleteProperty(kept, name);
  return kept as SubagentRun;
}

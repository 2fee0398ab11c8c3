import type { SessionEntry } from "./session-entry.ts";
import type { StoreChange } from "./store-log.ts";

/** The entry after a change; undefined when the change removes it. */
export function applied(existing: SessionEntry | undefined, change: StoreChange): SessionEntry | undefined {
  if ("x" in change) return undefined;
  if ("e" in change) return change.e;
  const fields: Record<string, unknown> = { ...existing, ...change.s };
  for (const field of change.d ?? []) delete fields[field];
  return {
    ...fields,
    sessionId: typeof fields.sessionId === "string" ? fields.sessionId : "",
    updatedAt: typeof fields.updatedAt === "number" ? fields.updatedAt : change.u,
  };
}

/** The change that makes one entry of another; undefined when both say the same. */
export function difference(key: string, before: SessionEntry, after: SessionEntry): StoreChange | undefined {
  const set: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(after)) if (!isSame(before[field], value)) set[field] = value;
  const removed = Object.keys(before).filter((field) => !(field in after));
  if (Object.keys(set).length === 0 && removed.length === 0) return undefined;
  return { k: key, u: after.updatedAt, s: set, ...(removed.length > 0 ? { d: removed } : {}) };
}

// Routes and reports are made anew for each turn; what says the same is not written again.
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  return typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b);
}

import { type SessionEntry, sessionKind } from "@openclaw/sessions";

/** What is used where a session names nothing. */
export interface SessionDefaults {
  model: string | null;
  contextTokens: number | null;
}

/** A session as `sessions --json` prints it. Absent fields are left out. */
export function listedSession(key: string, entry: SessionEntry, defaults: SessionDefaults, now: number): ListedSession {
  return {
    key,
    kind: sessionKind(key, entry),
    updatedAt: entry.updatedAt,
    ageMs: Math.max(0, now - entry.updatedAt),
    sessionId: entry.sessionId,
    systemSent: entry.systemSent,
    abortedLastRun: entry.abortedLastRun,
    thinkingLevel: entry.thinkingLevel,
    verboseLevel: entry.verboseLevel,
    responseUsage: entry.responseUsage,
    groupActivation: entry.groupActivation,
    inputTokens: entry.inputTokens,
    outputTokens: entry.outputTokens,
    totalTokens: usedTokens(entry),
    model: entry.modelOverride ?? entry.model ?? defaults.model ?? undefined,
    contextTokens: entry.contextTokens ?? defaults.contextTokens ?? undefined,
  };
}

export interface ListedSession {
  key: string;
  kind: string;
  updatedAt: number;
  ageMs: number;
  sessionId: string;
  systemSent: boolean | undefined;
  abortedLastRun: boolean | undefined;
  thinkingLevel: string | undefined;
  verboseLevel: string | undefined;
  responseUsage: string | undefined;
  groupActivation: string | undefined;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  totalTokens: number | undefined;
  model: string | undefined;
  contextTokens: number | undefined;
}

/** A session as `status --json` prints it. */
export function statusSession(
  agentId: string,
  key: string,
  entry: SessionEntry,
  defaults: SessionDefaults,
  now: number,
) {
  const contextTokens = entry.contextTokens ?? defaults.contextTokens;
  const totalTokens = usedTokens(entry) ?? null;
  return {
    agentId,
    key,
    kind: sessionKind(key, entry),
    sessionId: entry.sessionId,
    updatedAt: entry.updatedAt,
    age: Math.max(0, now - entry.updatedAt),
    ...(entry.thinkingLevel ? { thinkingLevel: entry.thinkingLevel } : {}),
    ...(entry.verboseLevel ? { verboseLevel: entry.verboseLevel } : {}),
    systemSent: entry.systemSent ?? false,
    abortedLastRun: entry.abortedLastRun ?? false,
    inputTokens: entry.inputTokens ?? 0,
    outputTokens: entry.outputTokens ?? 0,
    totalTokens,
    remainingTokens: contextTokens === null ? null : Math.max(0, contextTokens - (totalTokens ?? 0)),
    percentUsed: contextTokens ? Math.min(999, Math.round(((totalTokens ?? 0) / contextTokens) * 100)) : null,
    model: entry.modelOverride ?? entry.model ?? defaults.model,
    contextTokens,
    flags: sessionFlags(entry),
  };
}

/** The words of the Flags column. */
export function sessionFlags(entry: {
  sessionId: string;
  thinkingLevel?: string | undefined;
  verboseLevel?: string | undefined;
  responseUsage?: string | undefined;
  systemSent?: boolean | undefined;
  abortedLastRun?: boolean | undefined;
}): string[] {
  return [
    entry.thinkingLevel && `thinking:${entry.thinkingLevel}`,
    entry.verboseLevel && `verbose:${entry.verboseLevel}`,
    entry.responseUsage && `usage:${entry.responseUsage}`,
    entry.systemSent && "system",
    entry.abortedLastRun && "aborted",
    entry.sessionId && `id:${entry.sessionId}`,
  ].filter((flag): flag is string => Boolean(flag));
}

function usedTokens(entry: SessionEntry): number | undefined {
  if (entry.totalTokens !== undefined) return entry.totalTokens;
  const { inputTokens, outputTokens } = entry;
  return inputTokens === undefined && outputTokens === undefined ? undefined : (inputTokens ?? 0) + (outputTokens ?? 0);
}

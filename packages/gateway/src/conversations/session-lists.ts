import type { ListSessionsOptions, SessionDefaults, Sessions } from "@openclaw/sessions";
import { listSessions } from "@openclaw/sessions";

/** Sessions as lists of a protocol version show them. */
export function listForClients(
  sessions: Sessions,
  request: ListSessionsOptions,
  protocol: 3 | 4,
  context: { now: number; defaults: SessionDefaults },
): object {
  if (protocol === 3) {
    const { hasMore: _hasMore, ...list } = listSessions(sessions, request, context);
    return list;
  }
  const { limit, offset = 0, ...filter } = request;
  const { hasMore, ...list } = listSessions(sessions, request, context);
  const end = offset + list.count;
  return {
    ...list,
    totalCount: hasMore ? countSessions(sessions, filter, context) : end,
    limitApplied: limit ?? null,
    nextOffset: hasMore ? end : null,
    hasMore,
    owners: [],
  };
}

/** How many sessions a list without a limit would have; without a filter nothing is looked at. */
function countSessions(
  sessions: Sessions,
  filter: ListSessionsOptions,
  context: { now: number; defaults: SessionDefaults },
): number {
  const { includeDerivedTitles: _titles, includeLastMessage: _messages, agentId, ...narrowing } = filter;
  const indexes = agentId === undefined ? sessions.indexes() : [sessions.index(agentId)];
  if (agentId !== undefined || Object.values(narrowing).some((value) => value !== undefined)) {
    return listSessions(sessions, { ...narrowing, ...(agentId === undefined ? {} : { agentId }) }, context).count;
  }
  const hidden = (index: (typeof indexes)[number]) =>
    ["global", "unknown"].filter((key) => index.get(key) !== undefined).length;
  return indexes.reduce((count, index) => count + index.size - hidden(index), 0);
}

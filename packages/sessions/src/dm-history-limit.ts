import { parseSessionKey } from "./session-key.ts";

/** The parts of a channel's configuration that limit what a model sees of a direct chat. */
export interface DmHistoryConfig {
  dmHistoryLimit?: number;
  dms?: Record<string, { historyLimit?: number } | undefined>;
}

/**
 * How many user turns of a direct chat the model is shown; undefined means all. Applies to keys of the form
 * `<channel>:direct:<id>` and `<channel>:<account>:direct:<id>` (also `dm`), not to the main session.
 */
export function dmHistoryLimit(
  key: string,
  channel: (id: string, accountId: string | undefined) => DmHistoryConfig | undefined,
): number | undefined {
  const rest = parseSessionKey(key)?.rest;
  const match = rest && /^([^:]+):(?:([^:]+):)?(?:direct|dm):(.+?)(?::(?:thread|topic):[\d.]+)?$/.exec(rest);
  if (!match) return undefined;
  const [, id = "", accountId, peer = ""] = match;
  const config = channel(id, accountId);
  // Keys of sessions are in lower case, ids of people need not be.
  const own = Object.entries(config?.dms ?? {}).find(([name]) => name.toLowerCase() === peer.toLowerCase())?.[1];
  const limit = own?.historyLimit ?? config?.dmHistoryLimit;
  return limit && limit > 0 ? limit : undefined;
}

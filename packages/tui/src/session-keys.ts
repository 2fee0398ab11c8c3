/** What the Gateway says of its agents, as far as session keys need it. */
export interface KeyRules {
  readonly mainKey: string;
  readonly scope: "per-sender" | "global";
}

/** The full key of a session a person named: `x` becomes `agent:<agent>:x`. */
export function fullSessionKey(name: string, agentId: string, { mainKey, scope }: KeyRules): string {
  const key = name.trim();
  if (scope === "global" || key === "global" || key === "unknown") return key === "unknown" ? key : "global";
  if (key.startsWith("agent:")) return key;
  return `agent:${agentId}:${key === "" || key === "main" ? mainKey : key}`;
}

/** A full key in the words a person would type. */
export function shortSessionKey(key: string): string {
  return /^agent:[^:]+:(.+)$/.exec(key)?.[1] ?? key;
}

/** The agent a full key belongs to. */
export function agentOfKey(key: string): string | undefined {
  return /^agent:([^:]+):/.exec(key)?.[1];
}

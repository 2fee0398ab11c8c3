import type { ResetConfig } from "./reset-policy.ts";
import type { SendPolicyConfig } from "./send-policy.ts";
import { type DmScope, type IdentityLinks, type KeyContext, normalizeAgentId } from "./session-key.ts";

/** The `session` section of the configuration, as far as this package reads it. */
export interface SessionSection extends ResetConfig {
  scope?: "per-sender" | "global";
  dmScope?: DmScope;
  mainKey?: string;
  /** Path of the store; `~` and `{agentId}` are replaced. */
  store?: string;
  resetTriggers?: readonly string[];
  identityLinks?: IdentityLinks;
  sendPolicy?: SendPolicyConfig;
}

/** The slice of the configuration this package reads. */
export interface SessionsConfig {
  session?: SessionSection | undefined;
  agents?: { list?: readonly { id: string; default?: boolean | undefined }[] | undefined } | undefined;
}

/** The agent marked as default, else the first of the list, else `main`. */
export function defaultAgentIdOf(config: SessionsConfig): string {
  const list = config.agents?.list ?? [];
  return normalizeAgentId((list.find((agent) => agent.default) ?? list[0])?.id);
}

/** What canonical keys depend on. */
export function keyContextOf(config: SessionsConfig): KeyContext {
  const { mainKey, scope } = config.session ?? {};
  return {
    defaultAgentId: defaultAgentIdOf(config),
    ...(mainKey === undefined ? {} : { mainKey }),
    ...(scope === undefined ? {} : { scope }),
  };
}

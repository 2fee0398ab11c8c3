import { type ExecAsk, type ExecSecurity, stricterAsk, stricterSecurity } from "../exec-rules.ts";
import type { AllowlistEntry, ApprovalsFile, ApprovalsPolicy } from "./approvals-file.ts";

/** What counts for the commands of one agent on this machine. */
export interface ExecPolicy {
  security: ExecSecurity;
  ask: ExecAsk;
  askFallback: ExecSecurity;
  autoAllowSkills: boolean;
  allowlist: readonly AllowlistEntry[];
}

/** What the side that wants a command to run is itself content with. */
export interface RequestedPolicy {
  security?: ExecSecurity | undefined;
  ask?: ExecAsk | undefined;
}

/**
 * The rules for an agent: each field from the agent's entry, else from `*`, else from the defaults, else from the side
 * that asks (nothing said anywhere: `deny` and `on-miss`); then the stricter of file and asking side.
 */
export function effectivePolicy(file: ApprovalsFile, agentId: string, requested: RequestedPolicy = {}): ExecPolicy {
  const own = agentEntry(file, agentId);
  const all = agentEntry(file, "*");
  const first = <K extends keyof ApprovalsPolicy>(key: K): ApprovalsPolicy[K] =>
    own?.[key] ?? all?.[key] ?? file.defaults?.[key];
  const security: ExecSecurity = first("security") ?? requested.security ?? "deny";
  const ask: ExecAsk = first("ask") ?? requested.ask ?? "on-miss";
  return {
    security: stricterSecurity(security, requested.security),
    ask: stricterAsk(ask, requested.ask),
    askFallback: first("askFallback") ?? "deny",
    autoAllowSkills: first("autoAllowSkills") ?? false,
    allowlist: [...(own?.allowlist ?? []), ...(all?.allowlist ?? [])],
  };
}

function agentEntry(file: ApprovalsFile, id: string) {
  return file.agents !== undefined && Object.hasOwn(file.agents, id) ? file.agents[id] : undefined;
}

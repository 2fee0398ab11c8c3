/** Where a command runs: in the sandbox, on the Gateway's machine, on a node. */
export const execHosts = ["sandbox", "gateway", "node"] as const;
export type ExecHost = (typeof execHosts)[number];

/** What may run, strictest first. */
export const execSecurities = ["deny", "allowlist", "full"] as const;
export type ExecSecurity = (typeof execSecurities)[number];

/** When a person is asked, least strict first. */
export const execAsks = ["off", "on-miss", "always"] as const;
export type ExecAsk = (typeof execAsks)[number];

/** What a person answers. */
export const execDecisions = ["allow-once", "allow-always", "deny"] as const;
export type ExecDecision = (typeof execDecisions)[number];

export function stricterSecurity(a: ExecSecurity, b: ExecSecurity | undefined): ExecSecurity {
  if (b === undefined) return a;
  return execSecurities.indexOf(b) < execSecurities.indexOf(a) ? b : a;
}

export function stricterAsk(a: ExecAsk, b: ExecAsk | undefined): ExecAsk {
  if (b === undefined) return a;
  return execAsks.indexOf(b) > execAsks.indexOf(a) ? b : a;
}

/** What is to be done with a command. */
export type ExecVerdict =
  | { kind: "run" }
  | { kind: "ask" }
  | { kind: "deny"; reason: "security=deny" | "allowlist-miss" };

/** Decides from the effective rules and whether the allowlist covers the whole command. */
export function decideExec(rules: { security: ExecSecurity; ask: ExecAsk }, satisfied: boolean): ExecVerdict {
  const { security, ask } = rules;
  if (security === "deny") return { kind: "deny", reason: "security=deny" };
  const missed = security === "allowlist" && !satisfied;
  if (ask === "always" || (ask === "on-miss" && missed)) return { kind: "ask" };
  return missed ? { kind: "deny", reason: "allowlist-miss" } : { kind: "run" };
}

/** What happens to a command when nobody answered in time. */
export function decideUnanswered(fallback: ExecSecurity, satisfied: boolean): "run" | "deny" {
  return fallback === "full" || (fallback === "allowlist" && satisfied) ? "run" : "deny";
}

export type Severity = "critical" | "warn" | "info";

/** One thing the audit has found. */
export interface AuditFinding {
  /** Stable name of what is wrong; a channel's or provider's id may stand in it. */
  checkId: string;
  severity: Severity;
  title: string;
  detail: string;
  /** What to do about it: a command or a setting. */
  remediation?: string;
}

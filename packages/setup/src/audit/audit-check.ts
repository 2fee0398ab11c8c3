import type { AuditFacts } from "./audit-facts.ts";
import type { AuditFinding } from "./finding.ts";

/** One question the audit asks. */
export interface AuditCheck {
  /** What it may report; `<id>` and `<n>` stand for a channel and a number. */
  ids: readonly string[];
  /** Only asked with `--deep`. */
  deep?: boolean;
  run(facts: AuditFacts): readonly AuditFinding[] | Promise<readonly AuditFinding[]>;
}

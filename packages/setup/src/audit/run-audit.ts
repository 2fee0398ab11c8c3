import { auditChecks } from "./all-checks.ts";
import { type AuditInput, auditFacts, type GatewayProbeResult } from "./audit-facts.ts";
import type { AuditFinding, Severity } from "./finding.ts";

/** What an audit came to. */
export interface AuditReport {
  /** When it ran, ms since 1970. */
  ts: number;
  summary: Record<Severity, number>;
  findings: AuditFinding[];
  deep?: { gateway: GatewayProbeResult };
}

/** How long a deep audit asks the Gateway when nobody says so, ms, and the least. */
const probeMs = 5000;
const shortestProbeMs = 250;

/**
 * Looks at the configuration and at who can reach the files; with `deep` also at the running Gateway and at the code of
 * plugins and skills. Changes nothing.
 */
export async function runAudit(input: AuditInput, options: { probeMs?: number } = {}): Promise<AuditReport> {
  const probe = await input.deep?.probe(Math.max(shortestProbeMs, options.probeMs ?? probeMs));
  const facts = auditFacts(input, probe);
  const findings: AuditFinding[] = [];
  for (const check of auditChecks) {
    if (check.deep && !input.deep) continue;
    findings.push(...(await check.run(facts)));
  }
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return {
    ts: input.now(),
    summary: { critical: count("critical"), warn: count("warn"), info: count("info") },
    findings,
    ...(probe && { deep: { gateway: probe } }),
  };
}

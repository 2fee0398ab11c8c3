export { auditChecks } from "./all-checks.ts";
export type { AuditCheck } from "./audit-check.ts";
export type { AuditedSkill, AuditFacts, AuditInput, GatewayProbeResult } from "./audit-facts.ts";
export { type FileAccess, isSymlink, type Openness } from "./file-access.ts";
export type { AuditFinding, Severity } from "./finding.ts";
export { type FixAction, type FixInput, type FixResult, fixAudit, planAuditFix } from "./fix-audit.ts";
export { posixAccess } from "./posix-access.ts";
export { type AuditReport, runAudit } from "./run-audit.ts";
export { type RunForOutput, windowsAccess } from "./windows-access.ts";

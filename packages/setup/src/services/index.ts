export { auditService, type ServiceAudit, type ServiceIssue } from "./audit-service.ts";
export { type ExtraService, findExtraServices, removalHints } from "./extra-services.ts";
export { defineService, type InstallOutcome, type InstallRequest, installService } from "./install-service.ts";
export { ensureLinger, hasLinger, type LingerOptions } from "./linger.ts";
export { openService, type ServiceWorld } from "./open-service.ts";
export { createRunProgram, type ProgramEnd, type RunProgram } from "./run-program.ts";
export {
  type InstalledService,
  type ServiceDefinition,
  type ServiceRuntime,
  shownEnvironment,
} from "./service-definition.ts";
export { ServiceError, type ServiceManager } from "./service-manager.ts";
export type { ServiceKind } from "./service-names.ts";
export { servicePath } from "./service-path.ts";
export { findSystemNode, type RuntimeName } from "./service-runtime.ts";

import { authChecks } from "./checks/auth-checks.ts";
import { configChecks } from "./checks/config-checks.ts";
import { completionCheck, healthCheck, securityNotes, suggestions, workspaceCheck } from "./checks/notes.ts";
import { pluginChecks } from "./checks/plugin-checks.ts";
import { programChecks } from "./checks/program-checks.ts";
import { sandboxCheck } from "./checks/sandbox-check.ts";
import { serviceChecks } from "./checks/service-checks.ts";
import { stateChecks } from "./checks/state-checks.ts";
import type { DoctorCheck } from "./doctor-world.ts";

/** Every check, in the order they are made. Later ones see what earlier ones have repaired. */
export const doctorChecks: readonly DoctorCheck[] = [
  ...programChecks,
  configChecks.configLoad,
  pluginChecks.autoEnable,
  configChecks.providerOverride,
  configChecks.gatewayMode,
  ...authChecks,
  configChecks.remoteFallback,
  configChecks.gatewayAuth,
  ...stateChecks,
  sandboxCheck,
  configChecks.sandboxScope,
  serviceChecks.extraServices,
  serviceChecks.serviceConfig,
  serviceChecks.macNotes,
  securityNotes,
  configChecks.gmailModel,
  serviceChecks.lingering,
  workspaceCheck,
  completionCheck,
  healthCheck,
  serviceChecks.serviceRepair,
  suggestions,
];

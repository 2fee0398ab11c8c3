import type { AuditCheck } from "./audit-check.ts";
import { browserChecks } from "./checks/browser-checks.ts";
import { channelChecks } from "./checks/channel-checks.ts";
import { codeChecks } from "./checks/code-checks.ts";
import { exposureChecks } from "./checks/exposure-checks.ts";
import { fileChecks } from "./checks/file-checks.ts";
import { gatewayChecks } from "./checks/gateway-checks.ts";
import { hooksChecks } from "./checks/hooks-checks.ts";
import { modelChecks } from "./checks/model-checks.ts";
import { secretChecks } from "./checks/secret-checks.ts";

/** Every check, in the order of the report. */
export const auditChecks: readonly AuditCheck[] = [
  ...exposureChecks,
  ...gatewayChecks,
  ...browserChecks,
  ...hooksChecks,
  ...secretChecks,
  ...modelChecks,
  ...fileChecks,
  ...codeChecks,
  ...channelChecks,
];

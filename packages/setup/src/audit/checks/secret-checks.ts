import type { AuditCheck } from "../audit-check.ts";
import { isRecord } from "../channel-facts.ts";

/** A text that is written down, and not taken from a variable. */
function isWrittenDown(parsed: unknown, effective: string | undefined, ...path: readonly string[]): boolean {
  if (!effective) return false;
  let current = parsed;
  for (const key of path) current = isRecord(current) ? current[key] : undefined;
  return typeof current !== "string" || !/^\s*\$\{[A-Z_][A-Z0-9_]*\}\s*$/.test(current);
}

const gatewayPassword: AuditCheck = {
  ids: ["config.secrets.gateway_password_in_config"],
  run: ({ parsed, config }) =>
    isWrittenDown(parsed, config.gateway?.auth?.password, "gateway", "auth", "password")
      ? [
          {
            checkId: "config.secrets.gateway_password_in_config",
            severity: "warn",
            title: "The Gateway password stands in the configuration file",
            detail: "People choose passwords they use elsewhere; the file is copied with every backup.",
            remediation: "Set OPENCLAW_GATEWAY_PASSWORD and remove gateway.auth.password.",
          },
        ]
      : [],
};

const hooksToken: AuditCheck = {
  ids: ["config.secrets.hooks_token_in_config"],
  run: ({ parsed, config }) =>
    isWrittenDown(parsed, config.hooks?.token, "hooks", "token")
      ? [
          {
            checkId: "config.secrets.hooks_token_in_config",
            severity: "info",
            title: "The token of the webhooks stands in the configuration file",
            detail: "A reference to an environment variable keeps it out of copies of the file.",
          },
        ]
      : [],
};

/** Secrets that need not be in the file. */
export const secretChecks: readonly AuditCheck[] = [gatewayPassword, hooksToken];

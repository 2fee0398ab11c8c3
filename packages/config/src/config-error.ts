import type { ConfigIssue } from "./schema/index.ts";

export type ConfigErrorCode =
  | "base-hash-required"
  | "base-hash-unavailable"
  | "base-hash-mismatch"
  | "parse-failed"
  | "invalid-config"
  | "patch-needs-valid-config"
  | "patch-not-object"
  | "redacted"
  | "included"
  | "invalid-path"
  | "path-not-found"
  | "invalid-profile"
  | "nix-mode"
  | "unreadable"
  | "closed";

/** What can go wrong with the configuration. The message is meant for the person who made the change. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly details?: { issues: ConfigIssue[] };

  constructor(code: ConfigErrorCode, message: string, options?: { cause?: unknown; issues?: ConfigIssue[] }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options?.issues) this.details = { issues: options.issues };
  }
}

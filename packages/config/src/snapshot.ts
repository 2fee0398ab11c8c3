import type { PluginManifest } from "./manifests.ts";
import type { ConfigIssue, OpenClawConfig } from "./schema/index.ts";

/** One reading of the configuration file, with everything found out about it. */
export interface ConfigSnapshot {
  /** The file that was read, or that would be. */
  path: string;
  exists: boolean;
  /** The text; `null` when there is no file or it cannot be read. */
  raw: string | null;
  /** The main file as parsed, before includes; `{}` without a file. */
  parsed: unknown;
  /** The effective configuration with defaults; as far as it got when it is not valid. */
  config: OpenClawConfig;
  valid: boolean;
  /** SHA-256 of the text (lower-case hex), of the empty text without a file; absent when the file cannot be read. */
  hash?: string;
  /** Why it is not valid; empty when it is. */
  issues: ConfigIssue[];
  warnings: ConfigIssue[];
  /** Keys of former releases; each stands among the issues too. */
  legacyIssues: ConfigIssue[];
  /** Names of the variables that were taken from the login shell; absent when none were. */
  shellEnvKeys?: readonly string[];
  /** Every included file, absolute, missing ones too. */
  includedPaths: string[];
  /** The plugins it was checked against; absent when nobody looked for them. */
  manifests?: readonly PluginManifest[];
}

import type { ConfigIssue, ConfigSnapshot, ConfigStore, OpenClawConfig, PluginManifest } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";
import type { PluginSource } from "@openclaw/plugins/discovery";
import type { FileAccess } from "../audit/file-access.ts";
import type { ServiceWorld } from "../services/open-service.ts";
import type { DoctorFinding } from "./finding.ts";

/** What was asked for on the command line. */
export interface DoctorOptions {
  yes: boolean;
  fix: boolean;
  force: boolean;
  deep: boolean;
  nonInteractive: boolean;
  generateGatewayToken: boolean;
  workspaceSuggestions: boolean;
}

/** How the running Gateway answers. */
export interface GatewayHealth {
  ok: boolean;
  error?: string;
  /** Problems of channels in its own words. */
  channelIssues: readonly string[];
}

/** What only the program that runs the doctor can do. */
export interface DoctorHelp {
  health(timeoutMs: number): Promise<GatewayHealth>;
  /** Who listens on a port; empty where the system does not tell. */
  listeners(port: number): { pid: number; command: string }[];
  skills(config: OpenClawConfig): Promise<{ usable: number; blocked: number; total: number }>;
  /** Findings about the completion of the shell. */
  completion(): Promise<readonly DoctorFinding[]>;
  /** Brings the checkout this program runs from up to date; absent where it does not run from one that has a source. */
  update?(): Promise<{ updated: boolean; lines: readonly string[] }>;
  /** Configured models that the catalogue does not know or the allowlist leaves out; undefined when all is well. */
  gmailModelProblem(config: OpenClawConfig): Promise<string | undefined>;
}

/** Everything the doctor looks at. */
export interface DoctorInput {
  paths: Paths;
  env: NodeJS.ProcessEnv;
  version: string;
  now: () => number;
  /** Asks providers of models to renew sign-ins. */
  fetch: typeof fetch;
  options: DoctorOptions;
  /** Somebody can answer. */
  interactive: boolean;
  store: ConfigStore;
  plugins: PluginSource;
  files: FileAccess;
  service: ServiceWorld & { execPath: string };
  /** The program's own file, and the folder of its package or checkout. */
  entry: string | undefined;
  root: string | undefined;
  webRoot: string | undefined;
  user: string;
  help: DoctorHelp;
  /** 48 hexadecimal characters. */
  randomToken: () => string;
}

/** The input, and what is known so far. */
export interface DoctorWorld extends DoctorInput {
  snapshot: ConfigSnapshot;
  /** The file with the repairs that were agreed on; not written yet. */
  parsed: unknown;
  /** As far as it could be read. */
  config: OpenClawConfig;
  issues: readonly ConfigIssue[];
  manifests: readonly PluginManifest[];
  /** What the Gateway answered, once it was asked. */
  health: GatewayHealth | undefined;
  /** The program was replaced under us: the new one looks around, not this one. */
  replaced: boolean;
}

/** One question the doctor asks. */
export interface DoctorCheck {
  id: string;
  run(world: DoctorWorld): Promise<readonly DoctorFinding[]> | readonly DoctorFinding[];
}

/*
 * The light entry `@openclaw/config/paths`: where things are and what the environment says, without the schema. For
 * programs that have not decided yet whether they need the configuration, such as a command line printing its version.
 */
export { ConfigError, type ConfigErrorCode } from "./config-error.ts";
export { type AppliedVariables, loadEnvFiles } from "./dotenv.ts";
export {
  type EnvironmentGroup,
  type EnvironmentVariable,
  environmentVariables,
  ignoredLegacyVariables,
  isNixMode,
  readFlag,
  readVariable,
} from "./environment.ts";
export {
  agentDir,
  agentWorkspace,
  derivedPorts,
  expandTilde,
  type Paths,
  type ResolvePathsOptions,
  resolvePaths,
  sessionsDir,
} from "./paths.ts";
export { devGatewayPort, exportProfile, isProfileName, type ProfileFlags, parseProfileFlags } from "./profile.ts";

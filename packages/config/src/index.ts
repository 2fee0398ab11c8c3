export { changedPaths } from "./changed-paths.ts";
export { type ConfigPath, formatConfigPath, parseConfigPath, type UnsetOptions } from "./config-path.ts";
export { type ConfigStore, type ConfigStoreOptions, type ConfigWrite, openConfigStore } from "./config-store.ts";
export * from "./entry-paths.ts";
export type { Timers, WatchDirectory } from "./file-watcher.ts";
export { type LoadConfigOptions, loadConfig } from "./load-config.ts";
export { type RunProgram, shellEnvKeys } from "./login-shell-env.ts";
export {
  ManifestError,
  type ManifestErrorCode,
  manifestFileName,
  type PluginManifest,
  type PluginOrigin,
  parsePluginManifest,
  readPluginManifest,
  type UiHint,
} from "./manifests.ts";
export { mergeOverrides, mergePatch } from "./merge.ts";
export type { PathSegment } from "./plain-value.ts";
export { type RedactOptions, redactedSentinel, redactValue, restoreRedacted } from "./redact.ts";
export { redactConfig } from "./redact-snapshot.ts";
export * from "./schema/index.ts";
export type { ConfigSnapshot } from "./snapshot.ts";
export type { InvalidReason } from "./watch-config.ts";
export { backupSuffixes } from "./write-config-file.ts";
export { writeConfigObject } from "./write-config-object.ts";

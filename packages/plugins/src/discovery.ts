// What finds plugins, without what loads them: it costs a start a few file system calls.
export {
  type DiscoveredPlugin,
  type Discovery,
  discoverPlugins,
  type PluginPlaces,
} from "./discovery/discover-plugins.ts";
export { type PackageMetadata, readPackageMetadata } from "./discovery/package-metadata.ts";
export type { PluginDiagnostic } from "./discovery/plugin-diagnostic.ts";
export { createPluginSource, type PluginSource, type PluginSourceOptions } from "./discovery/plugin-source.ts";

export type { CoreNames } from "./api/plugin-draft.ts";
export { isStartable } from "./api/register-channel.ts";
export { type OpenRegistryOptions, openPluginRegistry } from "./cli/open-plugin-registry.ts";
export { type PluginProgram, type PluginProgramsOptions, pluginPrograms } from "./cli/plugin-programs.ts";
export { adaptForeignChannel, type ForeignRegistration } from "./compat/foreign/adapt-channel.ts";
export type {
  ChannelServices,
  ForeignPlace,
  ForeignReply,
  ForeignRoute,
  ReplyReceiver,
} from "./compat/foreign/channel-services.ts";
export { foreignOnboarding } from "./compat/foreign/foreign-onboarding.ts";
export { unusedParts } from "./compat/foreign/unused-parts.ts";
export type { DiscoveredPlugin, Discovery } from "./discovery/discover-plugins.ts";
export type { PluginDiagnostic } from "./discovery/plugin-diagnostic.ts";
export type { FolderHooks } from "./hooks/folder-hooks.ts";
export type { HookBus } from "./hooks/hook-bus.ts";
export { blockedText, type HookRunner } from "./hooks/hook-runner.ts";
export { openPluginHost, type PluginHost, type PluginHostOptions } from "./host/open-plugin-host.ts";
export type { MatchedCommand, PluginCommands } from "./host/plugin-commands.ts";
export type { PluginRoutes } from "./host/plugin-routes.ts";
export type { RuntimeServices } from "./host/plugin-runtime.ts";
export { type PluginServices, within } from "./host/plugin-services.ts";
export type { PluggedTool } from "./host/plugin-tools.ts";
export { UnsupportedCallError } from "./host/unsupported-call.ts";
export { cliNames, type PluginRecord } from "./registry/plugin-record.ts";
export type { PluginRegistry } from "./registry/plugin-registry.ts";
export { decidePlugins } from "./registry/plugin-states.ts";
export type { ChannelRegistration, CliRegistration, MethodRegistration } from "./registry/registrations.ts";

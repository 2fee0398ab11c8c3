// The names of the SDK of the reference release, for plugins that were written against it. The functions here belong to
// no Gateway; in a plugin that a Gateway loads, this module is replaced by one that is bound to it.

export type {
  ForeignChannel as ChannelPlugin,
  PluginApi as OpenClawPluginApi,
  PluginService as OpenClawPluginService,
  PluginServiceContext as OpenClawPluginServiceContext,
} from "@openclaw/plugin-sdk";
export * from "@openclaw/plugin-sdk";
export * from "./compat/account-sections.ts";
export * from "./compat/bluebubbles.ts";
export * from "./compat/channel-helpers.ts";
export { normalizePluginHttpPath } from "./compat/create-plugin-sdk.ts";
export * from "./compat/file-types.ts";
export * from "./compat/group-access.ts";
export * from "./compat/group-history.ts";
export * from "./compat/locations.ts";
export * from "./compat/schemas.ts";
export * from "./compat/section-schemas.ts";
export { defineSetupPluginEntry } from "./compat/setup-entry.ts";
export * from "./compat/setup-prompts.ts";
export * from "./compat/texts.ts";
export * from "./compat/tool-params.ts";

/** A configuration, as far as plugins may rely on it. */
export type OpenClawConfig = Readonly<Record<string, unknown>>;
/** What a plugin tells or is told about the work of a Gateway. */
export type DiagnosticEventPayload = { type: string } & Record<string, unknown>;

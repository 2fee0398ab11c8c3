import type { ConfigJsonSchema, JsonSchemaOptions } from "./json-schema.ts";

export { agentSlug, defaultAgentSlug, mainAgentId } from "./agent-ids.ts";
export {
  type BuiltInChannelId,
  builtInChannelSchema,
  type Channels,
  channelAliases,
  isBuiltInChannel,
  isPluginChannel,
  knownChannelIds,
  type PluginChannelId,
} from "./channel-catalogue.ts";
export { applyDefaults, type DefaultsContext } from "./defaults.ts";
export { type ConfigPlaces, expandPaths } from "./home-path.ts";
export { type ConfigIssue, issuePath, rootPath } from "./issue.ts";
export type { ConfigJsonSchema, JsonSchema, JsonSchemaOptions } from "./json-schema.ts";
export { checkAgainstSchema, type SchemaProblem } from "./json-schema-check.ts";
export { legacyIssues } from "./legacy.ts";
export type { OpenClawConfig } from "./parse.ts";
export { type PluginState, pluginStates } from "./plugin-state.ts";
export { isSectionName, type SectionName } from "./sections.ts";
export { isSensitivePath } from "./sensitive.ts";
export type { UiHints } from "./ui-hints.ts";
export { type ValidateOptions, type ValidateResult, validateConfig } from "./validate.ts";

/**
 * The JSON Schema of the whole configuration with its form hints, for `config.schema`, editors and the documentation.
 * Validation never needs it, so it is loaded by the first call.
 */
export async function configJsonSchema(options: JsonSchemaOptions = {}): Promise<ConfigJsonSchema> {
  const { buildJsonSchema } = await import("./json-schema.ts");
  return buildJsonSchema(options);
}

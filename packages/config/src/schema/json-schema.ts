import { z } from "zod";
import type { PluginManifest } from "../manifests.ts";
import { isPlainObject } from "../plain-value.ts";
import { builtInChannels, channelDefaults, isPluginChannel, pluginChannels } from "./channel-catalogue.ts";
import { createFragments, type Fragments } from "./fragments.ts";
import { allChannelIds } from "./rules/channel-references.ts";
import { type SectionContext, sectionBuilders } from "./sections.ts";
import { configUiHints, type UiHints } from "./ui-hints.ts";

/** A JSON Schema object. */
export type JsonSchema = Record<string, unknown>;

/** What a form needs to edit the configuration. */
export interface ConfigJsonSchema {
  /** JSON Schema, draft 7, of the file. */
  schema: JsonSchema;
  /** How to show each key, by path; `*` stands for any key of a record and `[]` for any element of a list. */
  uiHints: UiHints;
  /** The version the schema belongs to. */
  version: string;
  /** ISO time. */
  generatedAt: string;
}

/** What the answer depends on besides this package. */
export interface JsonSchemaOptions {
  /** The plugins that were found: their settings and channels become part of the schema. */
  manifests?: readonly PluginManifest[] | undefined;
  /** The running version; `unknown` when absent. */
  version?: string | undefined;
  /** The current time; the system's when absent. */
  now?: (() => Date) | undefined;
}

function toJson(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { target: "draft-7", io: "input" });
  return json;
}

const closed = (properties: JsonSchema): JsonSchema => ({ type: "object", properties, additionalProperties: false });

function channelsJson(fragments: Fragments, manifests: readonly PluginManifest[]): JsonSchema {
  const properties: JsonSchema = { defaults: toJson(channelDefaults(fragments)) };
  for (const [id, build] of Object.entries(builtInChannels)) properties[id] = toJson(build(fragments));
  for (const manifest of manifests) {
    for (const id of manifest.channels ?? []) {
      const declared = manifest.channelConfigs?.[id]?.schema;
      if (declared) properties[id] ??= declared;
      else if (isPluginChannel(id)) properties[id] ??= toJson(pluginChannels[id](fragments));
    }
  }
  return { type: "object", properties, additionalProperties: true };
}

/** Puts each plugin's own schema where its settings stand. */
function withPluginSettings(plugins: JsonSchema, manifests: readonly PluginManifest[]): JsonSchema {
  const sections = plugins.properties;
  const entries = isPlainObject(sections) ? sections.entries : undefined;
  if (!isPlainObject(sections) || !isPlainObject(entries)) return plugins;
  const own: JsonSchema = {};
  for (const manifest of manifests) {
    own[manifest.id] ??= closed({
      enabled: { type: "boolean" },
      config: manifest.configSchema ?? { type: "object" },
    });
  }
  return { ...plugins, properties: { ...sections, entries: { ...entries, properties: own } } };
}

/** Builds the whole schema and its form hints, which takes some tens of milliseconds. */
export function buildJsonSchema(options: JsonSchemaOptions = {}): ConfigJsonSchema {
  const manifests = options.manifests ?? [];
  const fragments = createFragments();
  const context: SectionContext = { fragments, channelIds: [...allChannelIds(manifests)] };
  const properties: JsonSchema = {};
  for (const [name, build] of Object.entries(sectionBuilders)) properties[name] = toJson(build(context));
  properties.channels = channelsJson(fragments, manifests);
  if (isPlainObject(properties.plugins)) properties.plugins = withPluginSettings(properties.plugins, manifests);
  const schema: JsonSchema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "OpenClawConfig",
    ...closed(properties),
  };
  return {
    schema,
    uiHints: configUiHints(schema, manifests),
    version: options.version ?? "unknown",
    generatedAt: (options.now?.() ?? new Date()).toISOString(),
  };
}

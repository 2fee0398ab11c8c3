import type { z } from "zod";
import { isPlainObject, setOwn } from "../plain-value.ts";
import {
  builtInChannels,
  type Channels,
  channelDefaults,
  isBuiltInChannel,
  isPluginChannel,
  pluginChannels,
} from "./channel-catalogue.ts";
import type { Fragments } from "./fragments.ts";
import { type ConfigIssue, notAnObject, rootPath, toIssues, unknownKeys } from "./issue.ts";
import { isSectionName, type SectionContext, type Sections, sectionBuilders } from "./sections.ts";

/** A configuration that has been validated. Every section is optional; what is absent has its default. */
export type OpenClawConfig = Sections & { channels?: Channels };

// A schema here is used once and thrown away: compiling it, as zod does for schemas it expects to see again, costs more
// than the parse itself.
const once = { jitless: true };

function parsePart(schema: z.ZodType, value: unknown, at: readonly string[], issues: ConfigIssue[]): unknown {
  const result = schema.safeParse(value, once);
  if (result.success) return result.data;
  issues.push(...toIssues(result.error, at));
  return undefined;
}

function channelSchema(id: string, fragments: Fragments): z.ZodType | undefined {
  if (id === "defaults") return channelDefaults(fragments);
  return isBuiltInChannel(id) ? builtInChannels[id](fragments) : undefined;
}

function parseChannels(value: unknown, fragments: Fragments, issues: ConfigIssue[]): unknown {
  if (!isPlainObject(value)) {
    issues.push({ path: "channels", message: notAnObject(value) });
    return undefined;
  }
  const channels: Record<string, unknown> = {};
  for (const [id, section] of Object.entries(value)) {
    if (section === undefined) continue;
    const schema = channelSchema(id, fragments);
    setOwn(channels, id, schema ? parsePart(schema, section, ["channels", id], issues) : section);
  }
  return channels;
}

/** Checks a section of a plugin's channel from the catalogue; returns what to warn about. */
export function checkPluginChannel(id: string, value: unknown, fragments: Fragments): ConfigIssue[] {
  const warnings: ConfigIssue[] = [];
  if (isPluginChannel(id)) parsePart(pluginChannels[id](fragments), value, ["channels", id], warnings);
  return warnings;
}

/**
 * Parses a configuration section by section. A section's schema exists only while its section is being read, so what
 * a file does not mention costs nothing.
 */
export function parseSections(
  value: unknown,
  context: SectionContext,
): { config: OpenClawConfig; issues: ConfigIssue[] } {
  if (!isPlainObject(value)) {
    return { config: {}, issues: [{ path: rootPath, message: notAnObject(value) }] };
  }
  const issues: ConfigIssue[] = [];
  const parsed: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [key, section] of Object.entries(value)) {
    if (section === undefined) continue;
    if (key === "channels") parsed.channels = parseChannels(section, context.fragments, issues);
    else if (isSectionName(key)) parsed[key] = parsePart(sectionBuilders[key](context), section, [key], issues);
    else unknown.push(key);
  }
  if (unknown.length > 0) issues.push({ path: rootPath, message: unknownKeys(unknown) });
  // Every entry of `parsed` came out of the schema its key has in OpenClawConfig, or there are issues.
  return { config: issues.length > 0 ? {} : (parsed as OpenClawConfig), issues };
}

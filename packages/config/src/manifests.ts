import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where a plugin was found; the order is also the order of precedence. */
export type PluginOrigin = "config" | "workspace" | "global" | "bundled";

/** How a form shows one key. */
export interface UiHint {
  label?: string;
  help?: string;
  /** Heading under which the key stands. */
  group?: string;
  /** Place among its siblings; smaller comes first. */
  order?: number;
  /** Shown only when asked for. */
  advanced?: boolean;
  /** The value is a secret. */
  sensitive?: boolean;
  placeholder?: string;
  itemTemplate?: unknown;
}

/** A channel's own settings, as its plugin declares them for use without loading it. */
export interface ChannelConfigContract {
  /** JSON Schema of `channels.<id>`. */
  schema?: object;
  uiHints?: Record<string, UiHint>;
}

/**
 * What `openclaw.plugin.json` in a plugin's root says, plus where it was found. The configuration is checked against
 * manifests alone; no code of a plugin runs for it.
 */
export interface PluginManifest {
  id: string;
  /** Slot kinds; only `memory` has a slot. */
  kind?: string | readonly string[];
  name?: string;
  description?: string;
  version?: string;
  /** Channels it provides. */
  channels?: readonly string[];
  /** Model providers it provides. */
  providers?: readonly string[];
  /** Skill directories below the root. */
  skills?: readonly string[];
  /** JSON Schema (draft 7) of `plugins.entries.<id>.config`. Absent only when the manifest is broken. */
  configSchema?: object;
  uiHints?: Record<string, UiHint>;
  /** Contracts of its channels by channel id. */
  channelConfigs?: Record<string, ChannelConfigContract>;
  /** Further names of its channels, each mapped to the channel's id. */
  channelAliases?: Record<string, string>;
  enabledByDefault?: boolean;
  origin?: PluginOrigin;
  /** The plugin's root directory. */
  source: string;
  /** Why this plugin cannot be loaded, e.g. the text of a {@link ManifestError}. */
  problem?: string;
}

/** Why a manifest was refused. */
export type ManifestErrorCode = "not-found" | "unreadable" | "not-an-object" | "no-id" | "no-config-schema";

/** A manifest that cannot be used. The message is the text shown in `plugins list` and `doctor`. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly code: ManifestErrorCode;
  readonly path: string;

  constructor(code: ManifestErrorCode, message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

/** The name of the manifest file in a plugin's root. */
export const manifestFileName = "openclaw.plugin.json";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function asTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is string => typeof item === "string" && item.trim() !== "");
}

function asHints(value: unknown): Record<string, UiHint> | undefined {
  if (!isObject(value)) return undefined;
  const hints: Record<string, UiHint> = {};
  for (const [path, raw] of Object.entries(value)) {
    if (!isObject(raw)) continue;
    const hint: UiHint = {};
    for (const key of ["label", "help", "group", "placeholder"] as const) {
      if (typeof raw[key] === "string") hint[key] = raw[key];
    }
    for (const key of ["advanced", "sensitive"] as const) {
      if (typeof raw[key] === "boolean") hint[key] = raw[key];
    }
    if (typeof raw.order === "number") hint.order = raw.order;
    if (raw.itemTemplate !== undefined) hint.itemTemplate = raw.itemTemplate;
    hints[path] = hint;
  }
  return hints;
}

function asChannelConfigs(value: unknown): Record<string, ChannelConfigContract> | undefined {
  if (!isObject(value)) return undefined;
  const contracts: Record<string, ChannelConfigContract> = {};
  for (const [id, raw] of Object.entries(value)) {
    if (!isObject(raw)) continue;
    const uiHints = asHints(raw.uiHints);
    contracts[id] = { ...(isObject(raw.schema) && { schema: raw.schema }), ...(uiHints && { uiHints }) };
  }
  return contracts;
}

/** Leaves out what is undefined, so that two readings of one manifest compare equal. */
function defined<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value;
}

/**
 * Reads the fields of a parsed manifest. Unknown fields are ignored: published packages carry many.
 * @param source the plugin's root directory
 * @throws ManifestError when `id` or `configSchema` is missing
 */
export function parsePluginManifest(value: unknown, source: string, origin?: PluginOrigin): PluginManifest {
  const path = join(source, manifestFileName);
  if (!isObject(value)) throw new ManifestError("not-an-object", "plugin manifest must be an object", path);
  const id = asText(value.id)?.trim();
  if (!id) throw new ManifestError("no-id", "plugin manifest requires id", path);
  if (!isObject(value.configSchema)) {
    throw new ManifestError("no-config-schema", "plugin manifest requires configSchema", path);
  }
  return defined<PluginManifest>({
    id,
    kind: asText(value.kind) ?? asTexts(value.kind),
    name: asText(value.name),
    description: asText(value.description),
    version: asText(value.version),
    channels: asTexts(value.channels),
    providers: asTexts(value.providers),
    skills: asTexts(value.skills),
    configSchema: value.configSchema,
    uiHints: asHints(value.uiHints),
    channelConfigs: asChannelConfigs(value.channelConfigs),
    enabledByDefault: typeof value.enabledByDefault === "boolean" ? value.enabledByDefault : undefined,
    origin,
    source,
  });
}

/**
 * Reads the manifest in a plugin's root directory.
 * @throws ManifestError when the file is missing, is not JSON, or lacks a required field
 */
export function readPluginManifest(root: string, origin?: PluginOrigin): PluginManifest {
  const path = join(root, manifestFileName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ManifestError("not-found", `plugin manifest not found: ${path}`, path, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ManifestError("unreadable", `failed to parse plugin manifest: ${reason}`, path, { cause: error });
  }
  return parsePluginManifest(value, root, origin);
}

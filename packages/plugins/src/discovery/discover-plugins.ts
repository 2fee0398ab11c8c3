import { join, resolve } from "node:path";
import { ManifestError, type PluginManifest, readPluginManifest } from "@openclaw/config";
import { expandTilde } from "@openclaw/config/paths";
import { needsNewerHost, type PackageMetadata, referenceLevel } from "./package-metadata.ts";
import { type PluginCandidate, scanLoadPath, scanPluginDirectory } from "./plugin-candidates.ts";
import type { PluginDiagnostic } from "./plugin-diagnostic.ts";

/** Where plugins are looked for. */
export interface PluginPlaces {
  /** What `~` stands for. */
  home: string;
  /** `plugins.load.paths`, in order. */
  loadPaths: readonly string[];
  /** Workspace of the default agent. */
  workspaceDir?: string | undefined;
  /** `<stateDir>/extensions`. */
  extensionsDir: string;
  /** Directory of the plugins that come with the program. */
  bundledDir?: string | undefined;
}

/** A plugin that was found. Its code has not been run. */
export interface DiscoveredPlugin {
  manifest: PluginManifest;
  /** The file that is imported to load it. */
  entry: string;
  metadata?: PackageMetadata;
  /** A plugin of that origin has the same id and comes first. */
  overriddenBy?: PluginManifest["origin"];
}

/** Every plugin of one installation, in order of precedence. */
export interface Discovery {
  plugins: DiscoveredPlugin[];
  diagnostics: PluginDiagnostic[];
}

/** Finds plugins by reading directories, packages and manifests. Never runs a plugin's code and never throws for one. */
export function discoverPlugins(places: PluginPlaces): Discovery {
  const scans = [
    ...places.loadPaths.map((path) => scanLoadPath(resolve(expandTilde(path, places.home)))),
    ...(places.workspaceDir
      ? [scanPluginDirectory(join(places.workspaceDir, ".openclaw", "extensions"), "workspace")]
      : []),
    scanPluginDirectory(places.extensionsDir, "global"),
    ...(places.bundledDir ? [scanPluginDirectory(places.bundledDir, "bundled")] : []),
  ];
  const discovery: Discovery = { plugins: [], diagnostics: scans.flatMap(({ diagnostics }) => diagnostics) };
  const first = new Map<string, DiscoveredPlugin>();
  const seenFiles = new Set<string>();
  for (const candidate of scans.flatMap(({ candidates }) => candidates)) {
    if (seenFiles.has(candidate.entry)) continue;
    seenFiles.add(candidate.entry);
    const plugin = readCandidate(candidate, discovery.diagnostics);
    const { id } = plugin.manifest;
    const owner = first.get(id);
    if (owner) {
      plugin.overriddenBy = owner.manifest.origin;
      const message = `duplicate plugin id detected; later plugin may be overridden (${plugin.entry})`;
      discovery.diagnostics.push({ level: "warn", message, pluginId: id, source: plugin.entry });
    } else first.set(id, plugin);
    discovery.plugins.push(plugin);
  }
  return discovery;
}

function readCandidate(candidate: PluginCandidate, diagnostics: PluginDiagnostic[]): DiscoveredPlugin {
  const { idHint, entry, root, origin, metadata } = candidate;
  const base = { entry, ...(metadata && { metadata }) };
  let manifest: PluginManifest;
  try {
    manifest = readPluginManifest(root, origin);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const { message } = error;
    diagnostics.push({ level: "error", message, pluginId: idHint, source: root });
    return { ...base, manifest: { id: idHint, source: root, origin, problem: message } };
  }
  if (metadata && idHint !== manifest.id && !idHint.startsWith(`${manifest.id}/`)) {
    const message = `plugin id mismatch (manifest uses "${manifest.id}", entry hints "${idHint}")`;
    diagnostics.push({ level: "warn", message, pluginId: manifest.id, source: entry });
  }
  if (metadata?.minHostVersion && needsNewerHost(metadata.minHostVersion)) {
    const message = `plugin asks for host ${metadata.minHostVersion}; this one runs plugins of ${referenceLevel}`;
    diagnostics.push({ level: "warn", message, pluginId: manifest.id, source: entry });
  }
  return { ...base, manifest: withPackageFacts(manifest, metadata) };
}

/** Name, version and description of the package stand in where the manifest has none; a card's aliases name its channel. */
function withPackageFacts(manifest: PluginManifest, metadata: PackageMetadata | undefined): PluginManifest {
  if (!metadata) return manifest;
  const { id, aliases } = metadata.channel ?? {};
  const names = Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === "string") : [];
  return {
    ...manifest,
    ...(manifest.version === undefined && metadata.version !== undefined && { version: metadata.version }),
    ...(manifest.description === undefined &&
      metadata.description !== undefined && { description: metadata.description }),
    ...(typeof id === "string" &&
      names.length > 0 && { channelAliases: Object.fromEntries(names.map((alias) => [alias, id])) }),
  };
}

import { existsSync } from "node:fs";
import type { PluginManifest } from "../manifests.ts";
import { isBuiltInChannel, isPluginChannel } from "./channel-catalogue.ts";
import { createFragments, type Fragments } from "./fragments.ts";
import { type ConfigPlaces, imaginaryPlaces } from "./home-path.ts";
import type { ConfigIssue } from "./issue.ts";
import { checkAgainstSchema } from "./json-schema-check.ts";
import { legacyIssues } from "./legacy.ts";
import { checkPluginChannel, type OpenClawConfig, parseSections } from "./parse.ts";
import { checkAgentDirectories } from "./rules/agent-directories.ts";
import { checkAvatars } from "./rules/avatars.ts";
import { checkBroadcastMembers } from "./rules/broadcast-members.ts";
import { allChannelIds, checkChannelSections, checkHeartbeatTargets } from "./rules/channel-references.ts";
import { findOddities } from "./rules/oddities.ts";
import { checkPlugins } from "./rules/plugin-settings.ts";

/** What validation may know about the machine. Everything is optional: without it fewer things can be checked. */
export interface ValidateOptions {
  /**
   * The plugins that were found. Absent means that nobody looked, so references to plugins are not checked; an empty
   * list means that there are none.
   */
  manifests?: readonly PluginManifest[] | undefined;
  /** The instance's directories, for rules about paths. Absent: the default layout in an imaginary home. */
  paths?: ConfigPlaces | undefined;
  /** Whether a path exists; the file system is asked when absent. */
  pathExists?: ((path: string) => boolean) | undefined;
  /** The running version, for the note about files written by a newer one. */
  version?: string | undefined;
}

/** A configuration, or what is wrong with it. Warnings never keep a configuration from being used. */
export type ValidateResult =
  | { ok: true; config: OpenClawConfig; warnings: ConfigIssue[] }
  | { ok: false; issues: ConfigIssue[]; warnings: ConfigIssue[] };

/** Problems in sections that only a plugin understands: told, but no reason to stop. */
function pluginChannelWarnings(
  config: OpenClawConfig,
  manifests: readonly PluginManifest[],
  fragments: Fragments,
): ConfigIssue[] {
  const warnings: ConfigIssue[] = [];
  for (const [id, section] of Object.entries(config.channels ?? {})) {
    if (id === "defaults" || isBuiltInChannel(id)) continue;
    const declared = manifests.find((manifest) => manifest.channelConfigs?.[id]?.schema)?.channelConfigs?.[id]?.schema;
    if (declared) {
      for (const problem of checkAgainstSchema(declared, section)) {
        const path = problem.path === "" ? `channels.${id}` : `channels.${id}.${problem.path}`;
        warnings.push({ path, message: problem.message });
      }
    } else if (isPluginChannel(id)) warnings.push(...checkPluginChannel(id, section, fragments));
  }
  return warnings;
}

/**
 * Checks a configuration after includes and variables have been resolved. The stages build on each other, so each one
 * runs only when the earlier ones found nothing: keys of former releases, the shape, agent directories, avatars, and
 * what plugins provide. Never throws, whatever the value is.
 *
 * The result holds what the file says and no more; `applyDefaults` adds the defaults.
 */
export function validateConfig(value: unknown, options: ValidateOptions = {}): ValidateResult {
  const refuse = (issues: ConfigIssue[], warnings: ConfigIssue[] = []): ValidateResult => ({
    ok: false,
    issues,
    warnings,
  });
  const legacy = legacyIssues(value);
  if (legacy.length > 0) return refuse(legacy);

  const manifests = options.manifests ?? [];
  const places = options.paths ?? imaginaryPlaces;
  const fragments = createFragments();
  const channelIds = allChannelIds(manifests);
  const { config, issues } = parseSections(value, { fragments, channelIds: [...channelIds] });
  if (issues.length === 0) issues.push(...checkBroadcastMembers(config));
  if (issues.length > 0) return refuse(issues);

  for (const check of [checkAgentDirectories, checkAvatars]) {
    const found = check(config, places);
    if (found.length > 0) return refuse(found);
  }

  const plugins = options.manifests
    ? checkPlugins(config, manifests, places.home, options.pathExists ?? existsSync)
    : { issues: [], warnings: [] };
  const warnings = [
    ...findOddities(config, options.version),
    ...plugins.warnings,
    ...pluginChannelWarnings(config, manifests, fragments),
  ];
  const found = [
    ...plugins.issues,
    ...checkChannelSections(config, channelIds),
    ...checkHeartbeatTargets(config, channelIds, manifests),
  ];
  return found.length > 0 ? refuse(found, warnings) : { ok: true, config, warnings };
}

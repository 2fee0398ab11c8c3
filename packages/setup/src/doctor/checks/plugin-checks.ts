import { type OpenClawConfig, type PluginManifest, pluginStates } from "@openclaw/config";
import { recordOf } from "../../audit/channel-facts.ts";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";
import { storedProfiles } from "./stored-profiles.ts";

/** Plugins that were set up and do not run, because nobody switched them on. */
const autoEnable: DoctorCheck = {
  id: "plugin-auto-enable",
  run(world) {
    const { config, manifests } = world;
    const states = pluginStates(manifests, config);
    const providers = signedInProviders(world);
    const seen = new Set<string>();
    return manifests.flatMap((manifest): DoctorFinding[] => {
      const state = states.get(manifest.id);
      if (seen.has(manifest.id) || !state || state.enabled) return [];
      seen.add(manifest.id);
      if (!isLeftOut(manifest, config, providers)) return [];
      return [
        {
          title: "Plugins",
          lines: [`${manifest.name ?? manifest.id} configured, not enabled yet.`],
          repair: {
            question: `Enable the plugin ${manifest.id}?`,
            kind: "ordinary",
            preset: true,
            config: (value) => enabled(value, manifest.id),
          },
        },
      ];
    });
  },
};

/** Set up, and neither switched off nor forbidden by anybody. */
function isLeftOut(manifest: PluginManifest, config: OpenClawConfig, providers: ReadonlySet<string>): boolean {
  const { id } = manifest;
  const { plugins = {} } = config;
  const entry = plugins.entries?.[id];
  if (plugins.enabled === false || plugins.deny?.includes(id) || entry?.enabled === false) return false;
  const hasChannel = manifest.channels?.some((channel) => config.channels?.[channel] !== undefined) ?? false;
  const hasSignIn = manifest.providers?.some((provider) => providers.has(provider)) ?? false;
  if (plugins.allow?.length && !plugins.allow.includes(id)) return hasChannel || hasSignIn || entry?.enabled === true;
  return hasSignIn && entry === undefined;
}

/** Providers somebody signed in at: stored profiles, and those the configuration names. */
function signedInProviders(world: DoctorWorld): Set<string> {
  const configured = Object.values(world.config.auth?.profiles ?? {}).map(({ provider }) => provider);
  return new Set([...configured, ...[...storedProfiles(world).values()].map(({ provider }) => provider)]);
}

/** Changes the plugin's entry and, where there is one, the list of plugins that may run; nothing else. */
function enabled(value: unknown, id: string): unknown {
  const root = recordOf(value);
  const plugins = recordOf(root.plugins);
  const entries = recordOf(plugins.entries);
  const allow: unknown = plugins.allow;
  return {
    ...root,
    plugins: {
      ...plugins,
      ...(Array.isArray(allow) && allow.length > 0 && !allow.includes(id) && { allow: [...allow, id] }),
      entries: { ...entries, [id]: { ...recordOf(entries[id]), enabled: true } },
    },
  };
}

export const pluginChecks = { autoEnable };

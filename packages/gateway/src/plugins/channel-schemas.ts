import type { PluginManifest, UiHints } from "@openclaw/config";
import type { PluginHost } from "@openclaw/plugins";

type ChannelContract = NonNullable<PluginManifest["channelConfigs"]>[string];

/** A channel may declare its settings in code instead of in the manifest; the manifest comes first. */
export function withChannelSchemas(manifest: PluginManifest, host: PluginHost | undefined): PluginManifest {
  const own = host?.registry.channels.filter(({ pluginId }) => pluginId === manifest.id) ?? [];
  const declared = own.flatMap(({ id, channel }) => {
    const contract = "configSchema" in channel ? readContract(channel.configSchema) : undefined;
    return contract ? [[id, contract] as const] : [];
  });
  if (declared.length === 0) return manifest;
  const channels = [...new Set([...(manifest.channels ?? []), ...declared.map(([id]) => id)])];
  return { ...manifest, channels, channelConfigs: { ...Object.fromEntries(declared), ...manifest.channelConfigs } };
}

function readContract(value: unknown): ChannelContract | undefined {
  if (typeof value !== "object" || value === null || !("schema" in value)) return undefined;
  const { schema } = value;
  if (typeof schema !== "object" || schema === null) return undefined;
  const uiHints = "uiHints" in value && typeof value.uiHints === "object" ? (value.uiHints as UiHints | null) : null;
  return { schema, ...(uiHints ? { uiHints } : {}) };
}

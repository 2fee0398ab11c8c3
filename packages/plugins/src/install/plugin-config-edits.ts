import { ConfigError, type ConfigStore, type OpenClawConfig, type PluginManifest } from "@openclaw/config";
import { PluginInstallError } from "./install-error.ts";

type Installs = NonNullable<NonNullable<OpenClawConfig["plugins"]>["installs"]>;
/** How a plugin came here, as `plugins.installs.<id>` says. */
export type InstallRecord = Installs[string];

/** The part of the configuration that makes an installed plugin run. */
export function enablingPatch(
  config: OpenClawConfig,
  manifest: PluginManifest,
  options: { enabled: boolean; record?: InstallRecord; loadPath?: string },
): Record<string, unknown> {
  const { plugins = {} } = config;
  const { id } = manifest;
  const paths = plugins.load?.paths ?? [];
  const needsAllow = (plugins.allow?.length ?? 0) > 0 && !plugins.allow?.includes(id);
  const { record, loadPath, enabled } = options;
  return {
    entries: { [id]: { enabled } },
    ...(record && { installs: { [id]: record } }),
    ...(isMemory(manifest) && enabled && { slots: { memory: id } }),
    ...(needsAllow && { allow: [...(plugins.allow ?? []), id] }),
    ...(loadPath !== undefined && !paths.includes(loadPath) && { load: { paths: [...paths, loadPath] } }),
  };
}

/** The part of the configuration that is left when a plugin goes. */
export function removingPatch(
  config: OpenClawConfig,
  id: string,
  options: { keepEntry: boolean; loadPath?: string | undefined },
): Record<string, unknown> {
  const { plugins = {} } = config;
  const without = (list: readonly string[] | undefined, item: string | undefined) =>
    list?.includes(item ?? "") ? list.filter((other) => other !== item) : undefined;
  const allow = without(plugins.allow, id);
  const deny = without(plugins.deny, id);
  const paths = without(plugins.load?.paths, options.loadPath);
  const keeps = options.keepEntry && plugins.entries?.[id] !== undefined;
  return {
    // An entry of a plugin that is nowhere is an error, unless a record says that it once was here.
    ...(keeps
      ? { installs: { [id]: plugins.installs?.[id] ?? { source: "path" } } }
      : plugins.installs?.[id] && { installs: { [id]: null } }),
    ...(plugins.entries?.[id] && !keeps && { entries: { [id]: null } }),
    ...(allow && { allow }),
    ...(deny && { deny }),
    ...(paths && { load: { paths } }),
    ...(plugins.slots?.memory === id && { slots: { memory: null } }),
  };
}

/** Writes keys below `plugins`; everything else in the file stays as it is. */
export async function writePluginsPatch(store: ConfigStore, plugins: Record<string, unknown>): Promise<void> {
  if (Object.keys(plugins).length === 0) return;
  try {
    await store.patch({ patch: { plugins } });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const issues = error.details?.issues;
    const first = Array.isArray(issues) ? (issues[0] as { path?: string; message?: string } | undefined) : undefined;
    const reason = first ? `${first.path || "<root>"}: ${first.message}` : error.message;
    throw new PluginInstallError("invalid-config", `Config validation failed: ${reason}`, { cause: error });
  }
}

export function isMemory({ kind }: PluginManifest): boolean {
  return typeof kind === "string" ? kind === "memory" : (kind?.includes("memory") ?? false);
}

import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { missingKeys } from "../load/plugin-config.ts";
import { PluginInstallError } from "./install-error.ts";
import { type InstallContext, preparePackage, recordOf, tellFindings } from "./install-plugin.ts";
import { enablingPatch } from "./plugin-config-edits.ts";
import { readPluginSpec } from "./plugin-spec.ts";
import { readPackage, type StagedPackage, stagePackage } from "./staged-package.ts";

/** A plugin that was fetched with all it needs, and is not installed. */
export interface StagedPlugin {
  id: string;
  /** Where it can be loaded from now. */
  dir: string;
  /**
   * Moves it to its place. The patch makes it run, once it is written; `undo` takes the plugin away again.
   * @throws PluginInstallError when there is one of its id by now
   */
  place(config: OpenClawConfig): Promise<{ patch: Record<string, unknown>; undo(): Promise<void> }>;
  /** Removes what was fetched and not placed. */
  discard(): Promise<void>;
}

/**
 * Fetches a plugin into a temporary folder. A folder of somebody who develops it is left where it is, and linked.
 * @throws PluginInstallError
 */
export async function stagePlugin(
  given: string,
  { link, tempDir }: { link: boolean; tempDir: string },
  context: Omit<InstallContext, "store">,
): Promise<StagedPlugin> {
  const spec = readPluginSpec(given, context);
  if (link) {
    if (spec.kind === "npm" || spec.kind === "archive") {
      throw new PluginInstallError("link-needs-path", "`--link` requires a local path.");
    }
    const dir = spec.kind === "file" ? dirname(spec.path) : spec.path;
    const staged = readPackage(dir, false);
    tellFindings(staged, context);
    return {
      id: staged.manifest.id,
      dir,
      async place(config) {
        context.source.forget();
        const record = { ...recordOf(spec, spec.path, staged, context), source: "path" as const };
        return {
          patch: enabling(config, staged, { record, loadPath: spec.path }),
          undo: async () => context.source.forget(),
        };
      },
      discard: async () => {},
    };
  }
  const staging = await mkdtemp(join(tempDir, "openclaw-plugin-"));
  const discard = () => rm(staging, { recursive: true, force: true });
  try {
    const staged = await stagePackage(spec, staging, context);
    tellFindings(staged, context);
    const { id } = staged.manifest;
    const target = join(context.extensionsDir, id);
    refuseExisting(target);
    await preparePackage(staged, context);
    return {
      id,
      dir: staged.dir,
      discard,
      async place(config) {
        refuseExisting(target);
        await moveFolder(staged.dir, target);
        await discard();
        context.source.forget();
        return {
          patch: enabling(config, staged, { record: recordOf(spec, target, staged, context) }),
          async undo() {
            await rm(target, { recursive: true, force: true });
            context.source.forget();
          },
        };
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

function refuseExisting(target: string): void {
  if (!existsSync(target)) return;
  throw new PluginInstallError("exists", `plugin already exists: ${target} (delete it first)`);
}

/** What makes it run; off while settings it requires are missing, so that the configuration stays valid. */
function enabling(
  config: OpenClawConfig,
  { manifest }: StagedPackage,
  more: Omit<Parameters<typeof enablingPatch>[2], "enabled">,
): Record<string, unknown> {
  const missing = missingKeys(manifest.configSchema ?? {}, config.plugins?.entries?.[manifest.id]?.config);
  return enablingPatch(config, manifest, { enabled: missing.length === 0, ...more });
}

/** In one step also where the two are on different disks. */
async function moveFolder(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await rename(from, to);
    return;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EXDEV") throw error;
  }
  // Discovery passes over names that begin with a dot.
  const beside = `${dirname(to)}/.install-${process.pid}-${Date.now()}`;
  try {
    await cp(from, beside, { recursive: true, verbatimSymlinks: true });
    await rename(beside, to);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

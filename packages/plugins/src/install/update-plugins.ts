import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { readPackageMetadata } from "../discovery/package-metadata.ts";
import { PluginInstallError } from "./install-error.ts";
import { type InstallContext, placePackage, recordOf, tellFindings, withStaging } from "./install-plugin.ts";
import { type InstallRecord, writePluginsPatch } from "./plugin-config-edits.ts";
import { readPluginSpec } from "./plugin-spec.ts";
import { stagePackage } from "./staged-package.ts";

/**
 * Brings plugins that came from npm to the newest version their spec allows. One that fails has its old version back.
 * @returns whether something failed
 */
export async function updatePlugins(
  options: { id?: string | undefined; all: boolean; dryRun: boolean },
  context: InstallContext,
): Promise<{ failed: boolean }> {
  const installs = context.store.snapshot().config.plugins?.installs ?? {};
  const { print } = context;
  if (options.id === undefined && !options.all) {
    print("Provide a plugin id or use --all.");
    return { failed: true };
  }
  const ids = options.id === undefined ? Object.keys(installs) : [options.id];
  if (options.id === undefined && !Object.values(installs).some(({ source }) => source === "npm")) {
    print("No npm-installed plugins to update.");
    return { failed: false };
  }
  let failed = false;
  for (const id of ids) {
    const record = installs[id];
    if (!record) {
      print(`No install record for "${id}".`);
      failed = true;
    } else if (record.source !== "npm") print(`Skipping "${id}" (source: ${record.source}).`);
    else if (!record.spec) print(`Skipping "${id}" (missing npm spec).`);
    else if (!(await updateOne(id, { ...record, spec: record.spec }, options.dryRun, context))) failed = true;
  }
  return { failed };
}

async function updateOne(
  id: string,
  record: InstallRecord & { spec: string },
  dryRun: boolean,
  context: InstallContext,
): Promise<boolean> {
  const dir = record.installPath ?? join(context.extensionsDir, id);
  const installed = readPackageMetadata(dir)?.version ?? record.version ?? "unknown";
  let available: string;
  try {
    available = await context.npm.version(record.spec);
  } catch (error) {
    context.print(`Failed to check ${id}: ${messageOf(error)}`);
    return false;
  }
  if (available === installed) {
    context.print(`${id} is up to date (${installed}).`);
    return true;
  }
  if (dryRun) {
    context.print(`Would update ${id}: ${installed} -> ${available}.`);
    return true;
  }
  try {
    const version = await replace(id, dir, record, context);
    context.print(
      version === installed ? `${id} already at ${version}.` : `Updated ${id}: ${installed} -> ${version}.`,
    );
    return true;
  } catch (error) {
    context.print(`Failed to update ${id}: ${messageOf(error)}`);
    return false;
  }
}

/** Puts a new version in place of the old one, which stands aside until everything has succeeded. */
async function replace(
  id: string,
  dir: string,
  record: InstallRecord & { spec: string },
  context: InstallContext,
): Promise<string> {
  const spec = readPluginSpec(record.spec, context);
  return withStaging(context.extensionsDir, async (staging) => {
    const staged = await stagePackage(spec, staging, context);
    if (staged.manifest.id !== id) {
      throw new PluginInstallError("id-mismatch", `plugin id mismatch: expected ${id}, got ${staged.manifest.id}`);
    }
    tellFindings(staged, context);
    const backup = `${dir}.backup-${context.now()}`;
    if (existsSync(dir)) await rename(dir, backup);
    try {
      await placePackage(staged, dir, context);
      const next = recordOf(spec, dir, staged, context);
      await writePluginsPatch(context.store, { installs: { [id]: next } });
      await rm(backup, { recursive: true, force: true });
      return next.version ?? "unknown";
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      if (existsSync(backup)) await rename(backup, dir);
      context.source.forget();
      throw error;
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

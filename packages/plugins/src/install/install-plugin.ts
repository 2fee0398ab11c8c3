import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConfigStore } from "@openclaw/config";
import type { PluginSource } from "../discovery/plugin-source.ts";
import { missingKeys } from "../load/plugin-config.ts";
import { scanCode } from "./code-scanner.ts";
import { PluginInstallError } from "./install-error.ts";
import type { Npm } from "./npm.ts";
import { enablingPatch, type InstallRecord, isMemory, writePluginsPatch } from "./plugin-config-edits.ts";
import { type PluginSpec, readPluginSpec } from "./plugin-spec.ts";
import { readPackage, type StagedPackage, stagePackage } from "./staged-package.ts";

/** What an installation works with. */
export interface InstallContext {
  store: ConfigStore;
  source: PluginSource;
  /** `<stateDir>/extensions`. */
  extensionsDir: string;
  home: string;
  cwd: string;
  npm: Npm;
  now: () => number;
  print(line: string): void;
  warn(line: string): void;
}

export interface InstalledPlugin {
  id: string;
  version?: string | undefined;
  /** What its settings lack; it is switched off until they are there. */
  missing: string[];
}

/**
 * Installs a plugin from a path, an archive or npm. Nothing of it is run, and the configuration stays valid: when it
 * cannot, everything is as it was before.
 * @throws PluginInstallError
 */
export async function installPlugin(
  given: string,
  options: { link?: boolean },
  context: InstallContext,
): Promise<InstalledPlugin> {
  const spec = readPluginSpec(given, context);
  if (options.link) return linkPlugin(spec, context);
  return withStaging(context.extensionsDir, async (staging) => {
    const staged = await stagePackage(spec, staging, context);
    tellFindings(staged, context);
    const dir = join(context.extensionsDir, staged.manifest.id);
    if (existsSync(dir)) {
      throw new PluginInstallError("exists", `plugin already exists: ${dir} (delete it first)`);
    }
    await placePackage(staged, dir, context);
    try {
      return await register(staged, recordOf(spec, dir, staged, context), undefined, context);
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      context.source.forget();
      throw error;
    }
  });
}

async function linkPlugin(spec: PluginSpec, context: InstallContext): Promise<InstalledPlugin> {
  if (spec.kind === "npm" || spec.kind === "archive") {
    throw new PluginInstallError("link-needs-path", "`--link` requires a local path.");
  }
  const dir = spec.kind === "file" ? join(spec.path, "..") : spec.path;
  const staged = readPackage(dir, false);
  tellFindings(staged, context);
  const record: InstallRecord = {
    source: "path",
    sourcePath: spec.path,
    installPath: spec.path,
    ...versionOf(staged),
    installedAt: new Date(context.now()).toISOString(),
  };
  const installed = await register(staged, record, spec.path, context);
  context.print(`Linked plugin path: ${spec.path}`);
  return installed;
}

/** Runs work with a directory that is gone afterwards, on the same file system as the plugins. */
export async function withStaging<T>(extensionsDir: string, work: (staging: string) => Promise<T>): Promise<T> {
  // Discovery passes over names that begin with a dot.
  const staging = join(extensionsDir, `.install-${randomBytes(6).toString("hex")}`);
  await mkdir(staging, { recursive: true, mode: 0o700 });
  try {
    return await work(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Makes a staged plugin whole where it is: its permissions, and what it depends on. */
export async function preparePackage(
  staged: StagedPackage,
  context: Pick<InstallContext, "npm" | "print">,
): Promise<void> {
  await restrict(staged.dir);
  if (Object.keys(staged.metadata?.dependencies ?? {}).length === 0) return;
  await dropDevelopmentDependencies(staged.dir);
  context.print("Installing plugin dependencies…");
  await context.npm.installDependencies(staged.dir);
}

/** Moves a staged plugin to its place in one step and installs what it depends on. */
export async function placePackage(staged: StagedPackage, dir: string, context: InstallContext): Promise<void> {
  await restrict(staged.dir);
  const needs = Object.keys(staged.metadata?.dependencies ?? {}).length > 0;
  if (needs) await dropDevelopmentDependencies(staged.dir);
  await rename(staged.dir, dir);
  context.source.forget();
  if (!needs) return;
  context.print("Installing plugin dependencies…");
  try {
    await context.npm.installDependencies(dir);
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    context.source.forget();
    throw error;
  }
}

/** Written by people for their own checkout, they name versions that no registry knows, and npm reads them all the same. */
async function dropDevelopmentDependencies(dir: string): Promise<void> {
  const file = join(dir, "package.json");
  const { devDependencies, ...rest } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  if (devDependencies !== undefined) await writeFile(file, `${JSON.stringify(rest, null, 2)}\n`);
}

/** Directories for their owner alone; of files only what may be run keeps that. */
async function restrict(dir: string): Promise<void> {
  await chmod(dir, 0o700);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await restrict(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o700 : 0o600);
  }
}

export function recordOf(
  spec: PluginSpec,
  dir: string,
  staged: StagedPackage,
  context: Pick<InstallContext, "now">,
): InstallRecord {
  return {
    source: spec.kind === "npm" ? "npm" : spec.kind === "archive" ? "archive" : "path",
    ...(spec.kind === "npm" ? { spec: spec.spec } : { sourcePath: spec.path }),
    installPath: dir,
    ...versionOf(staged),
    installedAt: new Date(context.now()).toISOString(),
  };
}

function versionOf({ metadata, manifest }: StagedPackage): { version?: string } {
  const version = metadata?.version ?? manifest.version;
  return version === undefined ? {} : { version };
}

/** Notes a plugin in the configuration; switched off while settings it requires are missing. */
async function register(
  staged: StagedPackage,
  record: InstallRecord,
  loadPath: string | undefined,
  context: InstallContext,
): Promise<InstalledPlugin> {
  const { manifest } = staged;
  const { id } = manifest;
  const config = (await context.store.reload()).config;
  const missing = missingKeys(manifest.configSchema ?? {}, config.plugins?.entries?.[id]?.config);
  const enabled = missing.length === 0;
  const replaced = config.plugins?.slots?.memory;
  context.source.forget();
  // Its files are in place and its settings are wanted: first of all it is off, so that the configuration is valid.
  if (!enabled) await context.store.set(["plugins", "entries", id, "enabled"], false);
  const patch = enablingPatch(config, manifest, { enabled, record, ...(loadPath !== undefined && { loadPath }) });
  try {
    await writePluginsPatch(context.store, patch);
  } catch (error) {
    // An entry of a plugin that is taken away again must not stay behind.
    if (!enabled && !config.plugins?.entries?.[id]) await context.store.unset(["plugins", "entries", id]);
    throw error;
  }
  if (isMemory(manifest) && enabled && replaced !== id) {
    context.warn(`The memory slot now belongs to "${id}" instead of "${replaced ?? "memory-core"}".`);
  }
  context.print(`Installed plugin: ${id}${enabled ? "" : ` (disabled: missing config ${missing.join(", ")})`}`);
  context.print("Restart the gateway to load plugins.");
  return { id, missing, ...versionOf(staged) };
}

export function tellFindings(staged: StagedPackage, { warn }: Pick<InstallContext, "warn">): void {
  const findings = scanCode(staged.dir, staged.entries);
  const critical = findings.filter(({ severity }) => severity === "critical");
  const { id } = staged.manifest;
  if (critical.length > 0) {
    const what = critical.map(({ message, file, line }) => `${message} (${file}:${line})`).join("; ");
    warn(`WARNING: Plugin "${id}" contains dangerous code patterns: ${what}`);
  } else if (findings.length > 0) {
    warn(
      `Plugin "${id}" has ${findings.length} suspicious code pattern(s). Run "openclaw security audit --deep" for details.`,
    );
  }
}

import { cp, mkdir, realpath, rm } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { ManifestError, manifestFileName, type PluginManifest, readPluginManifest } from "@openclaw/config";
import { type PackageMetadata, readPackageMetadata } from "../discovery/package-metadata.ts";
import { isInside } from "../discovery/plugin-candidates.ts";
import { extractArchive } from "./extract-archive.ts";
import { PluginInstallError } from "./install-error.ts";
import type { Npm } from "./npm.ts";
import type { PluginSpec } from "./plugin-spec.ts";

/** A plugin that was fetched and read, and stands nowhere yet. */
export interface StagedPackage {
  dir: string;
  manifest: PluginManifest;
  metadata: PackageMetadata | undefined;
  /** Its entry files. */
  entries: string[];
}

/**
 * Brings a plugin into a directory of its own and reads it.
 * @throws PluginInstallError when it is no plugin that can be installed
 */
export async function stagePackage(
  spec: PluginSpec,
  staging: string,
  context: { npm: Npm; print(line: string): void },
): Promise<StagedPackage> {
  switch (spec.kind) {
    case "npm": {
      context.print(`Downloading ${spec.spec}…`);
      const file = await context.npm.pack(spec.spec, join(staging, "download"));
      return readPackage(await extract(file, staging, context), true);
    }
    case "archive":
      return readPackage(await extract(spec.path, staging, context), true);
    case "directory": {
      const dir = join(staging, "package");
      await copyFolder(spec.path, dir);
      return readPackage(dir, false);
    }
    case "file":
      return stageFile(spec.path, join(staging, "package"));
  }
}

function extract(file: string, staging: string, { print }: { print(line: string): void }): Promise<string> {
  print(`Extracting ${basename(file)}…`);
  return extractArchive(file, join(staging, "content"));
}

/** Reads a plugin where it is. `isPublished`: it must be a package, and name its entries. */
export function readPackage(dir: string, isPublished: boolean): StagedPackage {
  const metadata = readPackageMetadata(dir);
  if (isPublished && !metadata) throw new PluginInstallError("no-package", "extracted package missing package.json");
  if (isPublished || metadata) {
    if (isPublished && !metadata?.extensions) {
      throw new PluginInstallError("no-entries", "package.json missing openclaw.extensions");
    }
    if (metadata?.extensions?.length === 0) {
      throw new PluginInstallError("no-entries", "package.json openclaw.extensions is empty");
    }
  }
  const manifest = readManifest(dir);
  const entries = (metadata?.extensions ?? []).map((entry) => join(dir, entry));
  for (const entry of entries) {
    if (isInside(dir, entry)) continue;
    const message = `extension entry escapes plugin directory: ${relative(dir, entry)}`;
    throw new PluginInstallError("no-entries", message);
  }
  return { dir, manifest, metadata, entries };
}

function readManifest(dir: string): PluginManifest {
  let manifest: PluginManifest;
  try {
    manifest = readPluginManifest(dir);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new PluginInstallError("bad-manifest", error.message, { cause: error });
  }
  checkId(manifest.id);
  return manifest;
}

function checkId(id: string): void {
  const refuse = (why: string): never => {
    throw new PluginInstallError("bad-id", `invalid plugin name: ${why}`);
  };
  if (id === "") refuse("missing");
  if (id === "." || id === "..") refuse("reserved path segment");
  if (/[\\/]/.test(id)) refuse("path separators not allowed");
  if (id.includes("..") || id.startsWith(".")) refuse("path traversal detected");
}

/** A file that is a plugin by itself becomes the index of a folder, beside its manifest. */
async function stageFile(file: string, dir: string): Promise<StagedPackage> {
  const manifest = readManifest(dirname(file));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const entry = join(dir, `index${extname(file)}`);
  await cp(file, entry);
  await cp(join(dirname(file), manifestFileName), join(dir, manifestFileName));
  return { dir, manifest: { ...manifest, source: dir }, metadata: undefined, entries: [entry] };
}

/** Copies a folder without what is installed or made there. Links must not lead out of it. */
async function copyFolder(from: string, to: string): Promise<void> {
  const root = await realpath(from);
  await cp(root, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => {
      const name = basename(source);
      if (source !== root && (name === "node_modules" || name === ".git")) return false;
      if (source !== root && !isInside(root, source)) {
        await rm(to, { recursive: true, force: true });
        throw new PluginInstallError(
          "unsafe-archive",
          `the link ${relative(root, source)} leads out of the plugin's folder`,
        );
      }
      return true;
    },
  });
}

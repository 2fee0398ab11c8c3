import { mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { GuardedFetch } from "@openclaw/net";
import { fileNameOf } from "./install-options.ts";
import type { SkillInstallerOptions } from "./install-skill.ts";
import type { InstallSpec } from "./install-spec.ts";

/** What fetches and unpacks. */
export interface DownloadTools {
  guardedFetch: GuardedFetch;
  /** Unpacks `.zip`, `.tar` and `.tar.gz` below a folder; refuses entries that would lie elsewhere. */
  extract(file: string, target: string): Promise<unknown>;
}

/** Largest file, bytes. */
const maxBytes = 200 * 1024 * 1024;

type Archive = "tar.gz" | "tar.bz2" | "zip";

/**
 * Fetches a program into a folder below `<stateDir>/tools` and unpacks it; returns what to say.
 * @throws Error when the folder would lie elsewhere, and when fetching or unpacking fails; nothing is left behind then
 */
export async function downloadProgram(
  key: string,
  spec: InstallSpec,
  options: DownloadTools & Pick<SkillInstallerOptions, "stateDir" | "run" | "env"> & { timeoutMs: number },
): Promise<string> {
  const { url, stripComponents = 0 } = spec;
  if (url === undefined) throw new Error("missing download url");
  const archive = archiveOf(spec.archive ?? fileNameOf(url));
  const unpacks = spec.extract ?? archive !== undefined;
  if (unpacks && archive === undefined) throw new Error("extract requested but archive type could not be detected");
  const tools = join(options.stateDir, "tools");
  const target = await ownFolder(tools, spec.targetDir ?? join(tools, key.replaceAll(/[^\w.-]/g, "_")));
  const staging = await mkdtemp(join(tools, ".download-"));
  try {
    const name = fileNameOf(url);
    const file = join(staging, unpacks ? `archive.${archive}` : name);
    await fetchFile(url, file, options);
    if (!unpacks) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      await rename(file, join(target, name));
      return `Downloaded to ${join(target, name)}`;
    }
    const content = join(staging, "content");
    await options.extract(archive === "tar.bz2" ? await unpackedTar(file, options) : file, content);
    await mkdir(target, { recursive: true, mode: 0o700 });
    await moveInto(content, target, stripComponents);
    return `Downloaded and extracted to ${target}`;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** A folder below `tools`, also once links are followed. */
async function ownFolder(tools: string, wanted: string): Promise<string> {
  await mkdir(tools, { recursive: true, mode: 0o700 });
  const full = resolve(tools, wanted);
  const real = await nearestReal(full);
  const isInside = (dir: string, root: string) => dir === root || dir.startsWith(root + sep);
  if (full === resolve(tools) || !isInside(full, resolve(tools)) || !isInside(real, await realpath(tools))) {
    throw new Error(`refused: targetDir must lie inside ${tools}`);
  }
  return full;
}

/** Where a path leads; what does not exist of it is kept as it is written. */
async function nearestReal(path: string): Promise<string> {
  for (let existing = path; ; existing = resolve(existing, "..")) {
    try {
      return join(await realpath(existing), relative(existing, path));
    } catch (error) {
      if (existing === resolve(existing, "..")) throw error;
    }
  }
}

async function fetchFile(
  url: string,
  file: string,
  { guardedFetch, timeoutMs }: Pick<DownloadTools, "guardedFetch"> & { timeoutMs: number },
): Promise<void> {
  const response = await guardedFetch(url, { timeoutMs });
  if (response.status !== 200) {
    response.close();
    throw new Error(`download failed: ${response.status} ${response.statusText}`.trim());
  }
  const { bytes, truncated } = await response.read(maxBytes);
  if (truncated) throw new Error(`download failed: larger than ${maxBytes / 1024 / 1024} MB`);
  await writeFile(file, bytes, { mode: 0o700 });
}

/** Node cannot read bzip2; the system's program can. */
async function unpackedTar(
  file: string,
  { run, env, stateDir, timeoutMs }: Pick<SkillInstallerOptions, "run" | "env" | "stateDir"> & { timeoutMs: number },
): Promise<string> {
  const { code, stderr } = await run(["bzip2", "-d", file], { cwd: stateDir, env, timeoutMs });
  if (code !== 0) throw new Error(`bzip2 failed: ${stderr.trim().slice(0, 200)}`);
  return file.slice(0, -".bz2".length);
}

/** Moves what lies `levels` folders deep; what lies higher is left out. */
async function moveInto(from: string, target: string, levels: number): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const path = join(from, entry.name);
    if (levels > 0) {
      if (entry.isDirectory()) await moveInto(path, target, levels - 1);
      continue;
    }
    const place = join(target, entry.name);
    await rm(place, { recursive: true, force: true });
    await rename(path, place);
  }
}

function archiveOf(name: string): Archive | undefined {
  if (/(?:^|\.)(?:tar\.gz|tgz)$/i.test(name)) return "tar.gz";
  if (/(?:^|\.)(?:tar\.bz2|tbz2?)$/i.test(name)) return "tar.bz2";
  return /(?:^|\.)zip$/i.test(name) ? "zip" : undefined;
}

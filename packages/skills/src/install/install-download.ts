import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileName } from "./install-options.ts";
import type { InstallResult } from "./install-skill.ts";
import type { InstallSpec } from "./install-spec.ts";

/** What downloads need. */
export interface DownloadWorld {
  stateDir: string;
  /** Fetches a file whose address a skill named. @throws Error for an address that is refused, and any answer but 200 */
  download(url: string, options: { timeoutMs: number }): Promise<Uint8Array>;
  /** Unpacks an archive into a folder. @throws Error for one that would write elsewhere */
  extract(file: string, folder: string): Promise<unknown>;
}

type DownloadSpec = Extract<InstallSpec, { kind: "download" }>;

const archives = ["tar.gz", "tgz", "tar.bz2", "zip"] as const;

/** Fetches a file into the folder of tools, unpacked where it is an archive. What fails leaves nothing behind. */
export async function installDownload(
  spec: DownloadSpec,
  skillKey: string,
  world: DownloadWorld,
  timeoutMs: number,
): Promise<InstallResult> {
  const no = (message: string): InstallResult => ({ ok: false, message, stdout: "", stderr: "", code: null });
  if (spec.url === "") return no("missing download url");
  const tools = path.join(world.stateDir, "tools");
  const target = path.resolve(tools, spec.targetDir ?? skillKey);
  if (!target.startsWith(tools + path.sep)) {
    return no(`refused targetDir ${JSON.stringify(spec.targetDir ?? skillKey)}: it lies outside of ${tools}`);
  }
  const name = fileName(spec.url);
  const archive = spec.archive ?? archives.find((ending) => name.toLowerCase().endsWith(`.${ending}`));
  const unpacks = spec.extract ?? archive !== undefined;
  if (unpacks && archive === undefined) return no("extract requested but archive type could not be detected");
  if (unpacks && archive === "tar.bz2") return no("Install failed: archives in tar.bz2 cannot be unpacked here");
  await mkdir(tools, { recursive: true, mode: 0o700 });
  const staging = await mkdtemp(path.join(tools, ".download-"));
  try {
    const bytes = await world.download(spec.url, { timeoutMs });
    if (!unpacks) {
      const file = path.join(staging, name);
      await writeFile(file, bytes, { mode: 0o755 });
      await mkdir(target, { recursive: true, mode: 0o700 });
      await rename(file, path.join(target, name));
      return done(`Downloaded to ${path.join(target, name)}`);
    }
    const file = path.join(staging, `archive.${archive}`);
    const content = path.join(staging, "content");
    await writeFile(file, bytes);
    await world.extract(file, content);
    await mkdir(target, { recursive: true, mode: 0o700 });
    for (const folder of await withoutTop([content], spec.stripComponents)) {
      await cp(folder, target, { recursive: true, verbatimSymlinks: true });
    }
    return done(`Downloaded and extracted to ${target}`);
  } catch (error) {
    return no(`Install failed: ${(error instanceof Error ? error.message : String(error)).slice(0, 200)}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The folders that lie so many levels down; what stands above is left out, as `tar --strip-components` does. */
async function withoutTop(folders: readonly string[], levels: number): Promise<readonly string[]> {
  if (levels === 0) return folders;
  const below = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() ? [path.join(folder, entry.name)] : []));
    }),
  );
  return withoutTop(below.flat(), levels - 1);
}

function done(message: string): InstallResult {
  return { ok: true, message, stdout: "", stderr: "", code: 0 };
}

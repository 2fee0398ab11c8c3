import { createWriteStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, posix, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { PluginInstallError } from "./install-error.ts";

/** Most entries of an archive. */
const maxEntries = 10_000;
/** Largest size of an archive's content, in bytes. */
const maxBytes = 500 * 1024 * 1024;

interface Entry {
  path: string;
  /** Where a link leads. */
  link?: string | undefined;
  /** Bytes. */
  size: number;
}

/**
 * Unpacks an archive below `target`. Everything is checked before anything is written.
 * @returns the directory of its content: the only folder at the top, or `target` itself
 * @throws PluginInstallError for an archive that is too large, or whose entries would lie elsewhere
 */
export async function extractArchive(file: string, target: string): Promise<string> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  try {
    if (/\.zip$/i.test(file)) await extractZip(file, target);
    else if (/\.(?:tgz|tar\.gz|tar)$/i.test(file)) await extractTar(file, target);
    else throw new PluginInstallError("unsupported-archive", `unsupported archive: ${file}`);
  } catch (error) {
    if (error instanceof PluginInstallError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PluginInstallError("unreadable-archive", `archive cannot be read: ${file}: ${reason}`, { cause: error });
  }
  const names = await readdir(target, { withFileTypes: true });
  const [only] = names;
  return names.length === 1 && only?.isDirectory() ? join(target, only.name) : target;
}

function createCheck(file: string, target: string): (entry: Entry) => void {
  let entries = 0;
  let bytes = 0;
  const refuse = (why: string): never => {
    throw new PluginInstallError("unsafe-archive", `archive refused: ${file}: ${why}`);
  };
  const isOutside = (path: string) => {
    const full = resolve(target, path);
    return full !== target && !full.startsWith(target + sep);
  };
  return ({ path, link, size }) => {
    entries += 1;
    bytes += size;
    if (entries > maxEntries) refuse(`more than ${maxEntries} entries`);
    if (bytes > maxBytes) refuse(`more than ${maxBytes / 1024 / 1024} MB unpacked`);
    if (isAbsolute(path) || /^[A-Za-z]:/.test(path) || path.split(/[\\/]/).includes("..") || isOutside(path)) {
      refuse(`the entry ${path} lies outside of it`);
    }
    if (link !== undefined && (isAbsolute(link) || isOutside(posix.join(posix.dirname(path), link)))) {
      refuse(`the link ${path} leads outside of it`);
    }
  };
}

async function extractTar(file: string, target: string): Promise<void> {
  const { list, extract } = await import("tar");
  const check = createCheck(file, target);
  let problem: unknown;
  await list({
    file,
    strict: true,
    onReadEntry(entry) {
      try {
        const isHard = entry.type === "Link";
        const link = isHard || entry.type === "SymbolicLink" ? (entry.linkpath ?? "") : undefined;
        // A hard link is named from the top of the archive, a symbolic one from where it stands.
        check({ path: entry.path, link: isHard ? undefined : link, size: entry.size ?? 0 });
        if (isHard) check({ path: link ?? "", size: 0 });
      } catch (error) {
        problem ??= error;
      }
    },
  });
  if (problem) throw problem;
  await extract({ file, cwd: target, strict: true, preserveOwner: false });
}

async function extractZip(file: string, target: string): Promise<void> {
  const { openPromise } = await import("yauzl");
  const check = createCheck(file, target);
  const entries: { path: string }[] = [];
  const read = async (write: boolean) => {
    const zip = await openPromise(file);
    for await (const entry of zip.eachEntry()) {
      const path = normalize(entry.fileName);
      // The upper half of the attributes is the mode of Unix; such links are not worth the trouble.
      if (((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000) {
        throw new PluginInstallError("unsafe-archive", `archive refused: ${file}: it holds the link ${path}`);
      }
      if (!write) {
        check({ path: entry.fileName, size: entry.uncompressedSize });
        entries.push({ path });
        continue;
      }
      const full = join(target, path);
      if (entry.fileName.endsWith("/")) {
        await mkdir(full, { recursive: true });
        continue;
      }
      await mkdir(dirname(full), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(full));
    }
  };
  await read(false);
  await read(true);
}

import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { temporaryName } from "./atomic-file.ts";
import { errnoOf, StorageError, storageErrorFrom } from "./storage-error.ts";

/** A file that stands for ownership, as it is on the disk. */
export interface ExclusiveContent {
  text: string;
  /** When it was written, ms since the epoch. */
  modifiedAt: number;
}

/** What {@link claimExclusive} came to: the file is ours, or it belongs to the owner who wrote `held`. */
export type Claim = { claimed: true } | { claimed: false; held: ExclusiveContent };

// How often others may change the file while we look at it before we give up. Each time somebody else made progress.
const maxRounds = 1000;

/**
 * Creates a file that only one process can have, or takes it over when `isStale` says that its owner is gone. However
 * many processes try at the same time, exactly one gets it.
 *
 * Creation: the content is written under another name and linked to `path`, so the file is never seen half written.
 * Takeover: whoever replaces a stale file must first create the one file named after that file's content
 * (`<path>.claim-<hash>`), then see that the stale file is still there, and only then renames its own over it. When the
 * process with the claim dies, its claim is taken over by the same rule.
 * @param text must differ from every other owner's, for example by a random part.
 * @throws StorageError
 */
export function claimExclusive(path: string, text: string, isStale: (held: ExclusiveContent) => boolean): Claim {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    for (let round = 0; round < maxRounds; round += 1) {
      if (link(temporary, path)) {
        removeClaims(path);
        return { claimed: true };
      }
      const held = read(path);
      if (held === undefined) continue; // Released between the two steps.
      if (!isStale(held)) return { claimed: false, held };

      const claim = takeClaim(temporary, path, held, isStale);
      if (claim.result === "busy") return { claimed: false, held: claim.held };
      if (claim.result === "changed") continue;
      // Nobody else can replace this file now. It may have been replaced before we had the claim.
      if (!isSame(read(path), held)) {
        rmSync(claim.path, { force: true });
        continue;
      }
      renameSync(temporary, path);
      removeClaims(path);
      return { claimed: true };
    }
  } catch (error) {
    throw storageErrorFrom(error, "take the lock", path);
  } finally {
    rmSync(temporary, { force: true });
  }
  throw new StorageError("io", {
    what: "Cannot take the lock, it keeps changing",
    path,
    remedy: "Stop the processes that fight for it.",
  });
}

/** Removes the file if it still has the content that its owner gave it. */
export function releaseExclusive(path: string, text: string): void {
  try {
    if (read(path)?.text === text) rmSync(path, { force: true });
  } catch (error) {
    throw storageErrorFrom(error, "release the lock", path);
  }
}

/** The file as it is, undefined when there is none. */
export function readExclusive(path: string): ExclusiveContent | undefined {
  try {
    return read(path);
  } catch (error) {
    throw storageErrorFrom(error, "read the lock", path);
  }
}

type ClaimStep = { result: "taken"; path: string } | { result: "busy"; held: ExclusiveContent } | { result: "changed" };

function takeClaim(
  temporary: string,
  path: string,
  stale: ExclusiveContent,
  isStale: (held: ExclusiveContent) => boolean,
): ClaimStep {
  let toReplace = stale;
  const seen = new Set<string>();
  for (;;) {
    const claim = claimPath(path, toReplace);
    if (seen.has(claim)) return { result: "changed" };
    seen.add(claim);
    if (link(temporary, claim)) return { result: "taken", path: claim };
    const holder = read(claim);
    if (holder === undefined) return { result: "changed" };
    if (!isStale(holder)) return { result: "busy", held: holder };
    toReplace = holder;
  }
}

function claimPath(path: string, content: ExclusiveContent): string {
  const hash = createHash("sha256").update(`${content.modifiedAt}\n${content.text}`).digest("hex").slice(0, 16);
  return `${path}.claim-${hash}`;
}

/** What is left of takeovers has no meaning once the file is ours: whoever still looks at it finds it replaced. */
function removeClaims(path: string): void {
  const directory = dirname(path);
  const prefix = `${basename(path)}.claim-`;
  for (const name of readdirSync(directory)) {
    if (name.startsWith(prefix)) rmSync(join(directory, name), { force: true });
  }
}

/** @returns false when the name is taken. */
function link(existing: string, path: string): boolean {
  try {
    linkSync(existing, path);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") return false;
    if (errno !== "EPERM" && errno !== "ENOTSUP" && errno !== "EOPNOTSUPP" && errno !== "ENOSYS") throw error;
  }
  // A file system without hard links (exFAT, some network mounts): still exclusive, but seen empty for a moment, which
  // is why an unreadable lock only counts as stale after a while.
  try {
    writeFileSync(path, readFileSync(existing), { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

function read(path: string): ExclusiveContent | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return { modifiedAt: fstatSync(fd).mtimeMs, text: readFileSync(fd, "utf8") };
  } finally {
    closeSync(fd);
  }
}

function isSame(a: ExclusiveContent | undefined, b: ExclusiveContent): boolean {
  return a !== undefined && a.text === b.text && a.modifiedAt === b.modifiedAt;
}

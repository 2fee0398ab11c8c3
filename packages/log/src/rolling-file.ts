import { lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rollingName = /^openclaw(?:-(.+))?-(\d{4}-\d{2}-\d{2})\.log$/;
const keptMs = 24 * 60 * 60 * 1000;

/**
 * Where daily log files are: `/tmp/openclaw`, on Windows `openclaw` in the system's temporary directory. When that path
 * is a link or belongs to somebody else (a second user of the machine), it is `openclaw-<user id>` beside it.
 */
export function defaultLogDir(platform: NodeJS.Platform = process.platform): string {
  const uid = process.getuid?.();
  if (platform === "win32" || uid === undefined) return join(tmpdir(), "openclaw");
  const shared = "/tmp/openclaw";
  const found = lstatSync(shared, { throwIfNoEntry: false });
  if (!found || (found.isDirectory() && found.uid === uid)) return shared;
  return `${shared}-${uid}`;
}

/** The path of the daily file for the local date of `at` (ms since the epoch): `openclaw[-<profile>]-YYYY-MM-DD.log`. */
export function rollingLogFile(dir: string, profile: string | undefined, at: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
  return join(dir, `openclaw${profile === undefined || profile === "" ? "" : `-${profile}`}-${day}.log`);
}

/** The most recently written daily file of the same profile as `file` in its directory, or undefined. */
export function newestRollingFile(dir: string, profile: string | undefined): string | undefined {
  let newest: { path: string; mtimeMs: number } | undefined;
  for (const { path, profile: owner, mtimeMs } of rollingFiles(dir)) {
    if (owner === (profile || undefined) && (!newest || mtimeMs > newest.mtimeMs)) newest = { path, mtimeMs };
  }
  return newest?.path;
}

/** The profile in a daily file's name; `rolling` is false for any other name. */
export function rollingProfile(name: string): { rolling: boolean; profile: string | undefined } {
  const match = rollingName.exec(name);
  return { rolling: match !== null, profile: match?.[1] };
}

/**
 * Deletes daily files, of every profile, that were last written more than 24 hours before `now`. Returns one sentence for
 * each that could not be deleted; the others are deleted all the same.
 */
export function deleteOldLogFiles(dir: string, now: number): string[] {
  const failures: string[] = [];
  for (const { path, mtimeMs } of rollingFiles(dir)) {
    if (now - mtimeMs <= keptMs) continue;
    try {
      rmSync(path, { force: true });
    } catch (error) {
      failures.push(
        `cannot delete the old log file ${path}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return failures;
}

function rollingFiles(dir: string): { path: string; profile: string | undefined; mtimeMs: number }[] {
  const files: { path: string; profile: string | undefined; mtimeMs: number }[] = [];
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return files;
  for (const name of readdirSync(dir)) {
    const { rolling, profile } = rollingProfile(name);
    if (!rolling) continue;
    const path = join(dir, name);
    // Another process may have deleted it meanwhile; a link is not a log of ours.
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) files.push({ path, profile, mtimeMs: stats.mtimeMs });
  }
  return files;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

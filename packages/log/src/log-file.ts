import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { deleteOldLogFiles, rollingLogFile } from "./rolling-file.ts";

export interface LogFileOptions {
  /** A path that stays the same; undefined for daily files in `dir`. */
  fixedPath: string | undefined;
  dir: string;
  profile: string | undefined;
  /** Hears of the first failure to write and of the first to clean up. */
  onTrouble(message: string): void;
  /** The line that says, once writing works again, how many lines could not be written. */
  lostLine(count: number, now: number): string;
}

/** The file a log writes to. All times are ms since the epoch. */
export interface LogFile {
  path(now: number): string;
  /** Appends one line (with its line break). Never throws. */
  write(line: string, now: number): void;
  /** Deletes daily files that are more than 24 hours old. Never throws. */
  removeOld(now: number): void;
  close(): void;
}

/** While the file cannot be written, this is how often it is tried again. */
const retryMs = 5_000;
/** How long a file that was renamed or deleted by somebody else keeps being written. */
const identityCheckMs = 1_000;

// Windows has no O_NOFOLLOW; there the temporary directory belongs to one user.
const noFollow = constants.O_NOFOLLOW ?? 0;

/**
 * Opens nothing yet: the file and its directory (0600, 0700) come into being with the first line. Every line is one
 * `write` call in append mode, so several processes may share the file and a killed process loses nothing it logged.
 */
export function createLogFile(options: LogFileOptions): LogFile {
  let open: { fd: number; path: string; device: number; inode: number; checkedAt: number } | undefined;
  let failure: { at: number; lost: number } | undefined;
  const reported = new Set<"write" | "clean-up">();

  const pathAt = (now: number) => options.fixedPath ?? rollingLogFile(options.dir, options.profile, now);

  function report(kind: "write" | "clean-up", message: string): void {
    if (reported.has(kind)) return;
    reported.add(kind);
    options.onTrouble(message);
  }

  function close(): void {
    if (!open) return;
    const { fd, path } = open;
    open = undefined;
    try {
      closeSync(fd);
    } catch (error) {
      report("write", `cannot close the log file ${path}: ${reason(error)}.`);
    }
  }

  function current(now: number): number {
    const wanted = pathAt(now);
    if (open?.path === wanted) {
      if (Math.abs(now - open.checkedAt) < identityCheckMs) return open.fd;
      const found = statSync(wanted, { throwIfNoEntry: false });
      if (found && found.dev === open.device && found.ino === open.inode) {
        open.checkedAt = now;
        return open.fd;
      }
    }
    const rolled = open !== undefined && open.path !== wanted;
    close();
    mkdirSync(dirname(wanted), { recursive: true, mode: 0o700 });
    if (rolled) removeOld(now);
    const fixed = options.fixedPath !== undefined;
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (fixed ? 0 : noFollow);
    const fd = openSync(wanted, flags, 0o600);
    const stats = fstatSync(fd);
    open = { fd, path: wanted, device: stats.dev, inode: stats.ino, checkedAt: now };
    if (!fixed && process.getuid && stats.uid !== process.getuid()) {
      close();
      throw new Error("the file belongs to another user");
    }
    if (stats.isFile() && stats.size > 0) endTornLine(fd, stats.size);
    return fd;
  }

  function removeOld(now: number): void {
    try {
      const [first] = deleteOldLogFiles(options.dir, now);
      if (first !== undefined) report("clean-up", `${first}.`);
    } catch (error) {
      report("clean-up", `cannot look for old log files in ${options.dir}: ${reason(error)}.`);
    }
  }

  return {
    path: pathAt,
    write(line, now) {
      if (failure && Math.abs(now - failure.at) < retryMs) {
        failure.lost++;
        return;
      }
      try {
        const fd = current(now);
        if (failure) writeAll(fd, options.lostLine(failure.lost, now));
        failure = undefined;
        writeAll(fd, line);
      } catch (error) {
        failure = { at: now, lost: (failure?.lost ?? 0) + 1 };
        report(
          "write",
          `cannot write the log file ${pathAt(now)}: ${reason(error)}. Trying again every ${retryMs / 1000} s; ` +
            "make it writable or set logging.file to another path.",
        );
        close();
      }
    },
    removeOld,
    close,
  };
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** A machine that lost power may leave half a line; the next one must not continue it. */
function endTornLine(fd: number, size: number): void {
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  if (last[0] !== 0x0a) writeAll(fd, "\n");
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

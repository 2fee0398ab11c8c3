import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { errnoOf } from "./storage-error.ts";

/**
 * Which process of which boot of which machine: a process id alone is given to another process sooner or later, in a
 * container at once.
 */
export interface ProcessIdentity {
  pid: number;
  /** Linux: clock ticks since boot (`/proc/<pid>/stat`, field 22). Elsewhere: ms since the epoch, whole seconds. */
  startTime?: number;
  /** Linux: `/proc/sys/kernel/random/boot_id`. */
  bootId?: string;
  /** Host name, for messages only. */
  host: string;
}

/** What can be found out about the processes of this machine; replaced in tests. */
export interface ProcessTable {
  /** Whether a process runs. One that has ended but was not yet reaped does not. */
  isAlive(pid: number): boolean;
  /** See {@link ProcessIdentity.startTime}; undefined when it cannot be found out. */
  startTime(pid: number): number | undefined;
  /** The command line with its arguments separated by spaces; undefined when it cannot be found out. */
  commandLine(pid: number): string | undefined;
  bootId(): string | undefined;
}

/** The processes of this machine. */
export const systemProcesses: ProcessTable = {
  isAlive: (pid) => isProcessAlive(pid) && procStat(pid)?.state !== "Z",
  startTime: (pid) => (process.platform === "linux" ? procStat(pid)?.startTime : parseStartTime(ps(pid, "lstart="))),
  commandLine: (pid) =>
    process.platform === "linux" ? readProc(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim() : ps(pid, "command="),
  bootId: () => readProc("/proc/sys/kernel/random/boot_id")?.trim(),
};

/** The identity of this process. */
export function ownIdentity(processes: ProcessTable = systemProcesses): ProcessIdentity {
  const identity: ProcessIdentity = { pid: process.pid, host: hostname() };
  const startTime = processes.startTime(process.pid);
  if (startTime !== undefined) identity.startTime = startTime;
  const bootId = processes.bootId();
  if (bootId !== undefined) identity.bootId = bootId;
  return identity;
}

/**
 * Whether the process that wrote an identity is gone: the machine was started anew, the process has ended, or its id
 * belongs to another process now.
 */
export function isGone(
  identity: Pick<ProcessIdentity, "pid" | "startTime" | "bootId">,
  processes: ProcessTable = systemProcesses,
): boolean {
  const bootId = processes.bootId();
  if (identity.bootId !== undefined && bootId !== undefined && identity.bootId !== bootId) return true;
  if (!processes.isAlive(identity.pid)) return true;
  if (identity.startTime === undefined) return false;
  const startTime = processes.startTime(identity.pid);
  return startTime !== undefined && startTime !== identity.startTime;
}

/** Whether a process of that id exists, also when it belongs to another user. */
export function isProcessAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

function procStat(pid: number): { state: string; startTime: number | undefined } | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // proc(5): the command in field 2 is in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTime = Number(fields[19]);
  return { state: fields[0] ?? "", startTime: Number.isFinite(startTime) ? startTime : undefined };
}

function readProc(path: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const errno = errnoOf(error);
    // The process ended (ESRCH while reading), or /proc is hidden from us (hidepid, a sandbox): not known.
    if (errno === "ENOENT" || errno === "ESRCH" || errno === "EACCES" || errno === "EPERM") return undefined;
    throw error;
  }
}

function ps(pid: number, column: string): string | undefined {
  if (process.platform === "win32") return undefined;
  try {
    // Loaded here: Linux never needs it.
    const { execFileSync } = process.getBuiltinModule("node:child_process");
    const output = execFileSync("ps", ["-o", column, "-p", String(pid)], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5000,
    });
    return output.trim() || undefined;
  } catch {
    // No such process, or no ps: not known.
    return undefined;
  }
}

function parseStartTime(lstart: string | undefined): number | undefined {
  if (lstart === undefined) return undefined;
  const time = Date.parse(`${lstart} UTC`);
  return Number.isNaN(time) ? undefined : time;
}

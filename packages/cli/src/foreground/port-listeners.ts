import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** A process that listens on a port. */
export interface PortListener {
  pid: number;
  /** Its command line, or its name. */
  command: string;
}

/** What is asked about other processes; replaced in tests. */
export interface ProcessAccess {
  listeners(port: number): PortListener[];
  /** False when the process is gone. @throws when it may not be ended */
  signal(pid: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean;
  sleep(ms: number): Promise<void>;
  now(): number;
}

/** The processes of this machine. */
export const systemProcesses: ProcessAccess = {
  listeners: (port) => (process.platform === "linux" ? linuxListeners(port) : lsofListeners(port)),
  signal(pid, signal) {
    try {
      process.kill(pid, signal);
      return true;
    } catch (error) {
      if (isCode(error, "ESRCH")) return false;
      throw error;
    }
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now: () => performance.now(),
};

/**
 * Reads `/proc/net/tcp` and `tcp6` (proc(5): local address `ip:port` in hex in column 2, state 0A = listening in column
 * 4, inode in column 10) and finds whose file descriptor the socket is.
 */
export function linuxListeners(port: number, proc = "/proc"): PortListener[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set<string>();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of readLines(path.join(proc, "net", table)).slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === "0A" && fields[1]?.endsWith(`:${wanted}`) && fields[9] !== undefined) inodes.add(fields[9]);
    }
  }
  if (inodes.size === 0) return [];
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name) && holdsSocket(path.join(proc, name, "fd"), inodes))
    .map((name) => ({ pid: Number(name), command: commandLine(path.join(proc, name)) }));
}

function holdsSocket(directory: string, inodes: ReadonlySet<string>): boolean {
  return list(directory).some((fd) => {
    const link = readLink(path.join(directory, fd));
    const inode = /^socket:\[(\d+)\]$/.exec(link ?? "")?.[1];
    return inode !== undefined && inodes.has(inode);
  });
}

function commandLine(directory: string): string {
  const [text = ""] = readLines(path.join(directory, "cmdline"));
  return text.replaceAll("\0", " ").trim() || readLines(path.join(directory, "comm"))[0]?.trim() || "unknown";
}

function readLines(file: string): string[] {
  return unlessGone(() => readFileSync(file, "utf8").split("\n")) ?? [];
}

function list(directory: string): string[] {
  return unlessGone(() => readdirSync(directory)) ?? [];
}

function readLink(file: string): string | undefined {
  return unlessGone(() => readlinkSync(file));
}

/** Processes end while they are looked at, and those of other users cannot be looked at. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** `lsof -F pc` prints a line `p<pid>` and a line `c<command>` for each process. */
function lsofListeners(port: number): PortListener[] {
  let output: string;
  try {
    output = execFileSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-F", "pc"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5000,
    });
  } catch (error) {
    // lsof exits with 1 when it finds nothing.
    if (typeof error === "object" && error !== null && "status" in error && error.status === 1) return [];
    throw new Error("lsof could not be run; it is needed to find out what listens on the port", { cause: error });
  }
  return parseLsof(output);
}

export function parseLsof(output: string): PortListener[] {
  const found: PortListener[] = [];
  for (const line of output.split("\n")) {
    if (line.startsWith("p")) found.push({ pid: Number(line.slice(1)), command: "unknown" });
    const last = found.at(-1);
    if (line.startsWith("c") && last) last.command = line.slice(1);
  }
  return found.filter(({ pid }) => Number.isInteger(pid) && pid > 0);
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

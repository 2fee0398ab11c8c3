import { isIP } from "node:net";
import { isAbsolute, normalize } from "node:path";
import { bwrapKeys } from "./bwrap-keys.ts";
import type { DockerSettings, Ulimit } from "./sandbox-config.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Resource limits that Docker and `prlimit` know by the same names. */
const ulimitNames = new Set([
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
]);

export interface BwrapMount {
  kind: "bind" | "ro-bind" | "tmpfs";
  /** Absent for tmpfs. */
  source?: string;
  target: string;
  /** tmpfs only: bytes, and permissions in octal. */
  size?: number;
  mode?: string;
}

/** `docker.*` as bubblewrap understands it. */
export interface BwrapSettings {
  mounts: BwrapMount[];
  shareNetwork: boolean;
  user?: { uid: number; gid: number };
  pids?: number;
  memoryBytes?: number;
  cpus?: number;
  /** Name → value for `prlimit`. */
  ulimits: Record<string, string>;
  seccompProfile?: string;
  dns?: readonly string[];
  /** Lines of the hosts file. */
  hosts: readonly { ip: string; name: string }[];
}

/** Text about a key that bubblewrap cannot do; `why` says what exactly. */
export function unsupportedKey(key: keyof DockerSettings, why?: string): SandboxError {
  return new SandboxError(
    "unsupported",
    `sandbox backend bwrap does not support docker.${key}${why === undefined ? "" : `: ${why}`}`,
  );
}

/** Translates the settings. Throws for the first key that cannot be kept as it is meant; nothing is left out quietly. */
export function readBwrapSettings(docker: DockerSettings): BwrapSettings {
  const problem = bwrapProblems(docker)[0];
  if (problem !== undefined) throw problem;
  return translate(docker);
}

/** Everything that is wrong with the settings, for those who report it before a turn fails. */
export function bwrapProblems(docker: DockerSettings): SandboxError[] {
  const problems: SandboxError[] = bwrapKeys
    .filter(({ key, treatment }) => treatment === "refused" && docker.configured.has(key))
    .map(({ key }) => unsupportedKey(key));
  if (!docker.readOnlyRoot) problems.push(unsupportedKey("readOnlyRoot", "false would have to write to this machine"));
  if (docker.network !== "none" && docker.network !== "host") {
    problems.push(unsupportedKey("network", `"${docker.network}" (use none or host)`));
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(docker.containerPrefix)) {
    problems.push(unsupportedKey("containerPrefix", `"${docker.containerPrefix}" cannot begin the name of a folder`));
  }
  const readers = [readUser, readMounts, readMemory, readUlimits, readDns, readHosts];
  for (const read of readers) {
    try {
      read(docker);
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      problems.push(error);
    }
  }
  return problems;
}

function translate(docker: DockerSettings): BwrapSettings {
  const user = readUser(docker);
  const memoryBytes = readMemory(docker);
  return {
    mounts: readMounts(docker),
    shareNetwork: docker.network === "host",
    ...(user === undefined ? {} : { user }),
    ...(docker.pidsLimit === undefined ? {} : { pids: docker.pidsLimit }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(docker.cpus === undefined ? {} : { cpus: docker.cpus }),
    ulimits: readUlimits(docker),
    ...(docker.seccompProfile ? { seccompProfile: docker.seccompProfile } : {}),
    ...(docker.dns === undefined ? {} : { dns: readDns(docker) }),
    hosts: readHosts(docker),
  };
}

function readUser({ user }: DockerSettings): BwrapSettings["user"] {
  if (!user) return undefined;
  const match = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(user.trim());
  if (match === null) throw unsupportedKey("user", `"${user}" (use numbers, uid:gid)`);
  const uid = Number(match[1]);
  return { uid, gid: match[2] === undefined ? uid : Number(match[2]) };
}

function readMounts(docker: DockerSettings): BwrapMount[] {
  const mounts = [...docker.tmpfs.map(readTmpfs), ...docker.binds.map(readBind)];
  const targets = new Set([normalize(docker.workdir)]);
  for (const { target } of mounts) {
    if (targets.has(target)) throw unsupportedKey("binds", `${target} is mounted twice`);
    targets.add(target);
  }
  if (!isAbsolute(docker.workdir) || normalize(docker.workdir) === "/") {
    throw unsupportedKey("workdir", `"${docker.workdir}" is not an absolute path below /`);
  }
  return mounts;
}

function readTmpfs(entry: string): BwrapMount {
  const [path = "", options = ""] = entry.split(":", 2);
  if (!isAbsolute(path)) throw unsupportedKey("tmpfs", `"${entry}" is not an absolute path`);
  const mount: BwrapMount = { kind: "tmpfs", target: trimmed(path) };
  for (const option of options.split(",").filter((part) => part !== "")) {
    const [name, value = ""] = option.split("=", 2);
    if (name === "size") mount.size = sizeBytes(value, "tmpfs");
    else if (name === "mode" && /^[0-7]{3,4}$/.test(value)) mount.mode = value;
    // These hold for every tmpfs of bubblewrap.
    else if (name !== "rw" && name !== "nosuid" && name !== "nodev")
      throw unsupportedKey("tmpfs", `option "${option}"`);
  }
  return mount;
}

function readBind(bind: string): BwrapMount {
  const [source = "", target = "", mode = "rw", ...more] = bind.split(":");
  const known = mode === "ro" || mode === "rw";
  if (!isAbsolute(source) || !isAbsolute(target) || trimmed(target) === "/" || !known || more.length > 0) {
    throw unsupportedKey("binds", `"${bind}" (use /path/on/this/machine:/path/in/the/sandbox[:ro|:rw])`);
  }
  return { kind: mode === "ro" ? "ro-bind" : "bind", source, target: trimmed(target) };
}

function trimmed(path: string): string {
  const normal = normalize(path);
  return normal === "/" ? normal : normal.replace(/\/+$/, "");
}

function readMemory({ memory }: DockerSettings): number | undefined {
  return memory === undefined || memory === "" ? undefined : sizeBytes(memory, "memory");
}

/** A size as Docker writes it: bytes, or a number with `b`, `k`, `m` or `g`. */
function sizeBytes(size: string | number, key: keyof DockerSettings): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(String(size).trim());
  const factor = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match?.[2]?.toLowerCase() ?? "b"];
  const bytes = Math.floor(Number(match?.[1] ?? Number.NaN) * (factor ?? Number.NaN));
  if (!(bytes > 0)) throw unsupportedKey(key, `"${size}" is not a size such as 512m`);
  return bytes;
}

function readUlimits(docker: DockerSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(docker.ulimits ?? {}).map(([name, value]) => {
      if (!ulimitNames.has(name)) throw unsupportedKey("ulimits", `there is no limit named "${name}"`);
      return [name, limitValue(name, value)];
    }),
  );
}

function limitValue(name: string, value: Ulimit): string {
  const text =
    typeof value === "object" ? `${value.soft ?? value.hard ?? ""}:${value.hard ?? value.soft ?? ""}` : String(value);
  // Docker writes -1 for no limit.
  const limit = text.replaceAll("-1", "unlimited");
  if (!/^(\d+|unlimited)(:(\d+|unlimited))?$/.test(limit)) {
    throw unsupportedKey("ulimits", `${name}=${text} is no limit`);
  }
  return limit;
}

function readDns({ dns = [] }: DockerSettings): readonly string[] {
  for (const server of dns) if (isIP(server) === 0) throw unsupportedKey("dns", `"${server}" is no address`);
  return dns;
}

function readHosts({ extraHosts = [] }: DockerSettings): { ip: string; name: string }[] {
  return extraHosts.map((entry) => {
    const [, name, ip] = /^([^:=\s]+)[:=]\[?([^\]\s]+)\]?$/.exec(entry) ?? [];
    if (name === undefined || ip === undefined || isIP(ip) === 0) {
      throw unsupportedKey("extraHosts", `"${entry}" (use name:address)`);
    }
    return { ip, name };
  });
}

import { access, constants, mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BwrapSettings } from "./bwrap-settings.ts";

const controllers = ["pids", "memory", "cpu"] as const;
/** Length of a scheduling period, in microseconds. */
const periodUs = 100_000;

/**
 * The control group (version 2) below which this process may make its own, with process, memory and CPU limits enabled
 * for them: the one it runs in, or that one's parent, which is how systemd hands a part of the tree over
 * (`Delegate=` with `DelegateSubgroup=`). Undefined when there is none.
 */
export async function delegatedCgroup(
  paths: { mount: string; self: string } = { mount: "/sys/fs/cgroup", self: "/proc/self/cgroup" },
): Promise<string | undefined> {
  const own = (await readText(paths.self))?.split("\n").find((line) => line.startsWith("0::/"));
  if (own === undefined) return undefined;
  const dir = join(paths.mount, own.slice("0::/".length).trim());
  const candidates = [dir, ...(dir === paths.mount ? [] : [join(dir, "..")])];
  for (const candidate of candidates) if (await isDelegated(candidate)) return candidate;
  return undefined;
}

async function isDelegated(dir: string): Promise<boolean> {
  const enabled = (await readText(join(dir, "cgroup.subtree_control")))?.split(/\s+/) ?? [];
  if (!controllers.every((controller) => enabled.includes(controller))) return false;
  return (await isWritable(dir)) && isWritable(join(dir, "cgroup.procs"));
}

/** Makes the group of one sandbox, or changes its limits, and returns its path. */
export async function prepareCgroup(
  parent: string,
  name: string,
  limits: Pick<BwrapSettings, "pids" | "memoryBytes" | "cpus">,
): Promise<string> {
  const dir = join(parent, name);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "pids.max"), String(limits.pids ?? "max"));
  await writeFile(join(dir, "memory.max"), String(limits.memoryBytes ?? "max"));
  const quota = limits.cpus === undefined ? "max" : Math.max(1000, Math.round(limits.cpus * periodUs));
  await writeFile(join(dir, "cpu.max"), `${quota} ${periodUs}`);
  return dir;
}

/** Removes the group of a sandbox. It stays while something still runs in it. */
export async function removeCgroup(parent: string, name: string): Promise<void> {
  try {
    await rmdir(join(parent, name));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "EBUSY") throw error;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // No control groups, or none that we may see: there is nothing to delegate.
    return undefined;
  }
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

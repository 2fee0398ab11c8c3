import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { access, constants, lstat, readFile, readlink, rm, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Clock } from "@openclaw/storage";
import { ensurePrivateDir, errnoOf, writeFileAtomic } from "@openclaw/storage";
import { bwrapArguments, hiddenProcFiles, type SystemFolder } from "./bwrap-arguments.ts";
import { launchProgram, prlimitArguments, seccompFd, splitEnvironment } from "./bwrap-launch.ts";
import { type BwrapSettings, readBwrapSettings, unsupportedKey } from "./bwrap-settings.ts";
import { delegatedCgroup, prepareCgroup, removeCgroup } from "./cgroup.ts";
import { commandEnvironment, standardPath } from "./docker-arguments.ts";
import { etcFiles } from "./etc-files.ts";
import type { RunProgram } from "./run-program.ts";
import type { LaunchInSandbox, SandboxBackend, SandboxPlace } from "./sandbox-backend.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { SandboxRegistry } from "./sandbox-registry.ts";

const probeMs = 10_000;
const setupMs = 30 * 60_000;
const systemFolderNames = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/** What the registry shows in place of an image. */
const noImage = "bwrap";

export interface BwrapBackendOptions {
  run: RunProgram;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** User this process runs as. */
  uid: number;
  gid: number;
  /** Folder that holds a folder of state for each sandbox. */
  stateDir: string;
  registry: SandboxRegistry;
  clock: Clock;
  /** Where control groups are found; the system's when absent. */
  cgroups?: { mount: string; self: string };
}

interface Programs {
  bwrap: string;
  prlimit: string | undefined;
  systemFolders: readonly SystemFolder[];
  hiddenProc: readonly string[];
}

/** Sandboxes without containers: each command runs in namespaces of its own, over the programs of this machine. */
export function createBwrapBackend(options: BwrapBackendOptions): SandboxBackend {
  const { registry, clock } = options;
  let programs: Promise<Programs> | undefined;

  return {
    async ensure(place) {
      if (options.platform !== "linux") {
        throw new SandboxError("unavailable", "sandbox backend bwrap needs Linux. Use the backend docker here.");
      }
      const settings = readBwrapSettings(place.settings.docker);
      programs ??= findPrograms(options);
      const found = await programs.catch((error: unknown) => {
        // It may be installed by the next turn.
        programs = undefined;
        throw error;
      });
      await checkSeccomp(settings.seccompProfile);
      const cgroup = await limitsOf(place.name, settings, found.prlimit);
      const dir = join(options.stateDir, place.name);
      const launch = launcher(place, settings, found, cgroup, await writeEtc(join(dir, "etc"), place, settings));
      await setUpOnce(place, dir, launch);
      await register(place);
      return launch;
    },
    // Between two commands there is nothing that could run.
    isRunning: async () => false,
    async remove(entry) {
      await rm(join(options.stateDir, entry.containerName), { recursive: true, force: true });
      const parent = await delegatedCgroup(options.cgroups);
      if (parent !== undefined) await removeCgroup(parent, entry.containerName);
    },
  };

  function launcher(
    place: SandboxPlace,
    settings: BwrapSettings,
    found: Programs,
    cgroup: string | undefined,
    etc: Readonly<Record<string, string>>,
  ): LaunchInSandbox {
    const { docker } = place.settings;
    const prlimit = found.prlimit && prlimitArguments(found.prlimit, settings, cgroup !== undefined);
    return (request) => {
      const { PATH: path = standardPath, ...configured } = commandEnvironment(docker, {}, request.pathPrepend ?? []);
      const env = splitEnvironment(configured, { PATH: path, ...request.env });
      const args = bwrapArguments({
        docker,
        settings,
        workspaceDir: place.workspaceDir,
        agentWorkspaceDir: place.agentWorkspaceDir,
        access: place.settings.workspaceAccess,
        systemFolders: found.systemFolders,
        hiddenProc: found.hiddenProc,
        etcFiles: etc,
        innerEnv: env.inner,
        cwd: request.cwd,
        command: request.command,
        ...(prlimit ? { prlimit } : {}),
        ...(settings.seccompProfile === undefined ? {} : { seccompFd }),
      });
      const program = launchProgram(found.bwrap, args, { cgroup, seccompProfile: settings.seccompProfile });
      return { ...program, cwd: "/", env: { PATH: standardPath, ...env.outer } };
    };
  }

  /** The control group for the limits, if one can be had; else refuses what `prlimit` cannot do. */
  async function limitsOf(
    name: string,
    settings: BwrapSettings,
    prlimit: string | undefined,
  ): Promise<string | undefined> {
    const { pids, memoryBytes, cpus } = settings;
    const wanted = pids !== undefined || memoryBytes !== undefined || cpus !== undefined;
    const parent = wanted ? await delegatedCgroup(options.cgroups) : undefined;
    if (parent === undefined && cpus !== undefined) {
      throw unsupportedKey("cpus", "no control group is delegated to the Gateway");
    }
    const root = options.uid === 0;
    if (parent === undefined && pids !== undefined && root) {
      throw unsupportedKey("pidsLimit", "the Gateway runs as root, and no control group is delegated to it");
    }
    if (settings.ulimits.nproc !== undefined && root) {
      throw unsupportedKey("ulimits", "nproc does not bind root, as which the Gateway runs");
    }
    const viaPrlimit = Object.keys(settings.ulimits).length > 0 || (wanted && parent === undefined);
    if (viaPrlimit && prlimit === undefined) {
      throw new SandboxError(
        "unavailable",
        "sandbox backend bwrap needs prlimit (package util-linux) for these limits.",
      );
    }
    return parent === undefined ? undefined : prepareCgroup(parent, name, settings);
  }

  async function writeEtc(dir: string, place: SandboxPlace, settings: BwrapSettings): Promise<Record<string, string>> {
    await ensurePrivateDir(dir);
    const user = settings.user ?? { uid: options.uid, gid: options.gid };
    const files = await etcFiles({ settings, user, workdir: place.settings.docker.workdir });
    const paths: Record<string, string> = {};
    for (const [name, content] of Object.entries(files)) {
      paths[name] = join(dir, name);
      const before = await readIfThere(paths[name]);
      // A file that is mounted into a running command is exchanged only when it has to be.
      if (before !== content) await writeFileAtomic(paths[name], content, { fsync: false });
    }
    return paths;
  }

  async function setUpOnce(place: SandboxPlace, dir: string, launch: LaunchInSandbox): Promise<void> {
    const command = place.settings.docker.setupCommand;
    if (!command?.trim()) return;
    const { ino, birthtimeMs } = await stat(place.workspaceDir);
    const stamp = createHash("sha1").update(`${place.configHash}\n${ino}\n${birthtimeMs}`).digest("hex");
    const marker = join(dir, "setup");
    if ((await readIfThere(marker)) === stamp) return;
    const { docker } = place.settings;
    const program = launch({ command, cwd: docker.workdir, env: {}, pty: false });
    const end = await options.run(program.file, program.args, {
      cwd: program.cwd,
      env: program.env,
      timeoutMs: setupMs,
    });
    if (end.code !== 0) {
      throw new SandboxError(
        "setup-failed",
        `The sandbox's setupCommand ended with code ${end.code}: ${(end.stderr || end.stdout).trim().slice(-600)}`,
      );
    }
    await writeFileAtomic(marker, stamp, { fsync: false });
  }

  async function register(place: SandboxPlace): Promise<void> {
    const now = clock.now();
    const known = await registry.get(place.name);
    if (known?.configHash === place.configHash) return registry.touch(place.name, now);
    await registry.put({
      containerName: place.name,
      sessionKey: place.scopeKey,
      createdAtMs: now,
      lastUsedAtMs: now,
      image: noImage,
      configHash: place.configHash,
      backend: "bwrap",
    });
  }
}

async function findPrograms(options: BwrapBackendOptions): Promise<Programs> {
  const path = [...(options.env.PATH ?? "").split(delimiter), ...standardPath.split(":")];
  const bwrap = await findProgram("bwrap", path);
  if (bwrap === undefined) {
    throw new SandboxError(
      "unavailable",
      "sandbox backend bwrap needs bubblewrap, which is not installed (apt-get install bubblewrap). " +
        "Install it, or set agents.defaults.sandbox.backend to docker.",
    );
  }
  const probe = ["--unshare-all", "--unshare-user", "--die-with-parent", "--ro-bind", "/", "/", "true"];
  const end = await options.run(bwrap, probe, { env: { PATH: standardPath }, timeoutMs: probeMs });
  if (end.code !== 0) {
    throw new SandboxError(
      "unavailable",
      `sandbox backend bwrap cannot make its namespaces on this machine: ${end.stderr.trim().slice(0, 300)}. ` +
        "Allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone, " +
        "kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces), or use the backend docker.",
    );
  }
  // The sandbox sees the system's own folders only.
  const prlimit = await findProgram("prlimit", ["/usr/bin", "/bin"]);
  const folders = await Promise.all(systemFolderNames.map(systemFolder));
  const systemFolders = folders.filter((folder) => folder !== undefined);
  return { bwrap, prlimit, systemFolders, hiddenProc: hiddenProcFiles.filter((name) => existsSync(`/proc/${name}`)) };
}

async function findProgram(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

async function systemFolder(path: string): Promise<SystemFolder | undefined> {
  try {
    const status = await lstat(path);
    return status.isSymbolicLink() ? { path, link: await readlink(path) } : { path };
  } catch {
    // This system has none of that name.
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function checkSeccomp(profile: string | undefined): Promise<void> {
  if (profile === undefined) return;
  const filter = await readFile(profile);
  if (/^\s*[[{]/.test(filter.toString("latin1", 0, 64))) {
    throw unsupportedKey("seccompProfile", `${profile} is a Docker profile in JSON; a compiled filter is needed`);
  }
  if (filter.length === 0 || filter.length % 8 !== 0) {
    throw unsupportedKey("seccompProfile", `${profile} is not a compiled filter`);
  }
}

import type { BwrapMount, BwrapSettings } from "./bwrap-settings.ts";
import { agentMount } from "./docker-arguments.ts";
import type { DockerSettings, WorkspaceAccess } from "./sandbox-config.ts";

/**
 * Files of `/etc` that programs need and that say nothing about the people and services of this machine. `passwd`,
 * `group`, `hosts` and `resolv.conf` are written for each sandbox.
 */
export const sharedEtcFiles = [
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "alternatives",
  "ssl/certs",
  "ssl/openssl.cnf",
  "ca-certificates",
  "pki/tls/certs",
  "pki/ca-trust/extracted",
  "crypto-policies",
  "localtime",
  "mime.types",
  "protocols",
  "services",
  "terminfo",
  "fonts",
  "magic",
] as const;

/**
 * Files of `/proc` that tell about the kernel and the whole machine. To root inside, which is root outside as well when
 * the Gateway runs as root, their permissions are no obstacle; Docker hides the same.
 */
export const hiddenProcFiles = [
  "kcore",
  "keys",
  "kmsg",
  "kpagecgroup",
  "kpagecount",
  "kpageflags",
  "latency_stats",
  "sched_debug",
  "slabinfo",
  "timer_list",
  "timer_stats",
  "vmallocinfo",
] as const;

/** How one top folder of this machine appears inside: as a folder, or as the link it is. */
export interface SystemFolder {
  path: string;
  /** Target of the link, relative to `/`. */
  link?: string;
}

export interface BwrapRequest {
  docker: DockerSettings;
  settings: BwrapSettings;
  workspaceDir: string;
  agentWorkspaceDir: string;
  access: WorkspaceAccess;
  systemFolders: readonly SystemFolder[];
  /** Those of `hiddenProcFiles` that this kernel has. */
  hiddenProc: readonly string[];
  /** Files written for the sandbox: name below `/etc` → path on this machine. */
  etcFiles: Readonly<Record<string, string>>;
  /** Variables that must not be in the environment of bubblewrap itself. */
  innerEnv: Readonly<Record<string, string>>;
  cwd: string;
  command: string;
  /** How the program that sets limits is called, when there are limits for it. */
  prlimit?: readonly string[];
  /** Number of the open file that holds the compiled filter. */
  seccompFd?: number;
}

/** Arguments of `bwrap` for one command. */
export function bwrapArguments(request: BwrapRequest): string[] {
  const { settings } = request;
  return [
    "--unshare-all",
    // Without it, root would go on without a user namespace where none can be made.
    "--unshare-user",
    ...(settings.shareNetwork ? ["--share-net"] : []),
    "--die-with-parent",
    "--new-session",
    ...(settings.user === undefined ? [] : ["--uid", String(settings.user.uid), "--gid", String(settings.user.gid)]),
    ...["--cap-drop", "ALL"],
    ...["--hostname", "sandbox"],
    ...request.systemFolders.flatMap(({ path, link }) =>
      link === undefined ? ["--ro-bind", path, path] : ["--symlink", link, path],
    ),
    ...sharedEtcFiles.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...Object.entries(request.etcFiles).flatMap(([name, path]) => ["--ro-bind", path, `/etc/${name}`]),
    ...["--proc", "/proc"],
    ...request.hiddenProc.flatMap((name) => ["--ro-bind", "/dev/null", `/proc/${name}`]),
    // Else root could change settings of the kernel below /proc/sys, and through them leave the sandbox.
    ...["--remount-ro", "/proc"],
    ...["--dev", "/dev"],
    ...parentsFirst([...workspaceMounts(request), ...settings.mounts]).flatMap(mountArguments),
    ...["--remount-ro", "/"],
    ...["--chdir", request.cwd],
    ...Object.entries(request.innerEnv).flatMap(([name, value]) => ["--setenv", name, value]),
    ...(request.seccompFd === undefined ? [] : ["--seccomp", String(request.seccompFd)]),
    "--",
    ...(request.prlimit ?? []),
    "sh",
    "-lc",
    request.command,
  ];
}

function workspaceMounts({ workspaceDir, agentWorkspaceDir, access, docker }: BwrapRequest): BwrapMount[] {
  const separate = workspaceDir !== agentWorkspaceDir;
  const workspace: BwrapMount = { kind: "bind", source: workspaceDir, target: docker.workdir };
  if (!separate || access === "none") return [workspace];
  return [workspace, { kind: access === "ro" ? "ro-bind" : "bind", source: agentWorkspaceDir, target: agentMount }];
}

/** A mount hides what was mounted below it, so outer ones come first. */
function parentsFirst(mounts: readonly BwrapMount[]): BwrapMount[] {
  const depth = (mount: BwrapMount) => mount.target.split("/").filter((part) => part !== "").length;
  return [...mounts].sort((a, b) => depth(a) - depth(b));
}

function mountArguments(mount: BwrapMount): string[] {
  if (mount.kind !== "tmpfs") return [`--${mount.kind}`, mount.source ?? "", mount.target];
  return [
    ...(mount.size === undefined ? [] : ["--size", String(mount.size)]),
    ...(mount.mode === undefined ? [] : ["--perms", mount.mode]),
    "--tmpfs",
    mount.target,
  ];
}

import type { BwrapSettings } from "./bwrap-settings.ts";

/**
 * Variables that change how a program is loaded or a shell starts. They may be set inside the sandbox, but bubblewrap and
 * the shell in front of it run outside and must not see them.
 */
const loaderVariables = /^(LD_|DYLD_|GLIBC_|GCONV_|MALLOC_|LOCPATH$|NLSPATH$|BASH_|ENV$|IFS$|SHELLOPTS$|PS4$|PATH$)/i;

export interface SplitEnvironment {
  /** Environment of the process on this machine; inherited into the sandbox. */
  outer: Record<string, string>;
  /** Set by bubblewrap, and thus visible among its arguments. */
  inner: Record<string, string>;
}

/**
 * Says which variables go which way. What the owner configured may be secret and is kept out of the list of arguments;
 * what a model asked for is not trusted outside and stands among them, like the command it belongs to.
 */
export function splitEnvironment(
  configured: Readonly<Record<string, string>>,
  requested: Readonly<Record<string, string>>,
): SplitEnvironment {
  const outer: Record<string, string> = {};
  const inner: Record<string, string> = {};
  for (const [name, value] of Object.entries(configured)) {
    if (Object.hasOwn(requested, name)) continue;
    if (loaderVariables.test(name)) inner[name] = value;
    else outer[name] = value;
  }
  return { outer, inner: { ...inner, ...requested } };
}

/** Limits that `prlimit` sets: those of the settings, and what no control group takes over. */
export function prlimitArguments(prlimit: string, settings: BwrapSettings, hasCgroup: boolean): string[] {
  const limits: Record<string, string> = { ...settings.ulimits };
  if (!hasCgroup && settings.memoryBytes !== undefined) limits.as = String(settings.memoryBytes);
  if (!hasCgroup && settings.pids !== undefined) limits.nproc = String(settings.pids);
  const args = Object.entries(limits).map(([name, value]) => `--${name}=${value}`);
  return args.length === 0 ? [] : [prlimit, ...args, "--"];
}

/** Number under which the shell in front opens the compiled filter. */
export const seccompFd = 3;

/**
 * The program to start: bubblewrap itself, or a shell that first enters the control group and opens the filter, and then
 * becomes bubblewrap. Paths are arguments of the shell, never part of its text.
 */
export function launchProgram(
  bwrap: string,
  args: readonly string[],
  around: { cgroup?: string | undefined; seccompProfile?: string | undefined },
): { file: string; args: string[] } {
  const { cgroup, seccompProfile } = around;
  if (cgroup === undefined && seccompProfile === undefined) return { file: bwrap, args: [...args] };
  const steps = [
    `if [ -n "$1" ]; then echo $$ > "$1/cgroup.procs" || exit 125; fi`,
    ...(seccompProfile === undefined ? [] : [`exec ${seccompFd}<"$2" || exit 125`]),
    `shift 2; exec "$@"`,
  ];
  return { file: "/bin/sh", args: ["-c", steps.join("; "), "sh", cgroup ?? "", seccompProfile ?? "", bwrap, ...args] };
}

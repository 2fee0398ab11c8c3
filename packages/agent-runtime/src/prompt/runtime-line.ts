import { existsSync } from "node:fs";
import { arch, hostname, release, type } from "node:os";
import { basename, dirname, join } from "node:path";

/** Facts about the machine that do not change while the process runs. */
export interface HostInfo {
  host: string;
  /** Type, release and architecture. */
  os: string;
  node: string;
  shell?: string;
}

export function readHostInfo(env: NodeJS.ProcessEnv): HostInfo {
  const shell = env.SHELL?.trim();
  return {
    host: hostname(),
    os: `${type()} ${release()} (${arch()})`,
    node: process.version,
    ...(shell ? { shell: basename(shell) } : {}),
  };
}

export interface RuntimeLineParts {
  agentId: string;
  host: HostInfo;
  repoRoot?: string | undefined;
  model: string;
  defaultModel: string;
  channel?: string | undefined;
  capabilities?: readonly string[] | undefined;
  thinking: string;
}

/** One line about where the agent runs: `Runtime: agent=main | host=… | thinking=off`. */
export function runtimeLine(parts: RuntimeLineParts): string {
  const { host, capabilities, channel } = parts;
  const fields: (string | undefined)[] = [
    `agent=${parts.agentId}`,
    `host=${host.host}`,
    parts.repoRoot === undefined ? undefined : `repo=${parts.repoRoot}`,
    `os=${host.os}`,
    `node=${host.node}`,
    `model=${parts.model}`,
    `default_model=${parts.defaultModel}`,
    host.shell === undefined ? undefined : `shell=${host.shell}`,
    channel === undefined ? undefined : `channel=${channel}`,
    channel === undefined ? undefined : `capabilities=${capabilities?.join(",") || "none"}`,
    `thinking=${parts.thinking}`,
  ];
  return `Runtime: ${fields.filter((field) => field !== undefined).join(" | ")}`;
}

/** The repository the agent works in: the configured one if it exists, else the nearest around the workspace or `cwd`. */
export function findRepoRoot(configured: string | undefined, workspaceDir: string, cwd: string): string | undefined {
  if (configured !== undefined && existsSync(configured)) return configured;
  return nearestRepository(workspaceDir) ?? nearestRepository(cwd);
}

function nearestRepository(dir: string): string | undefined {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}

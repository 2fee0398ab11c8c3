import { join } from "node:path";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { expandHome, homeDir, stateDir } from "../workspace/workspace-dir.ts";

export type SandboxMode = "off" | "non-main" | "all";
export type SandboxBackendName = "docker" | "bwrap";
export type SandboxScope = "session" | "agent" | "shared";
export type WorkspaceAccess = "none" | "ro" | "rw";
export type Ulimit = string | number | { soft?: number; hard?: number };

/** `docker.*` of a sandbox section. Both backends read it; `bwrapKeys` says what bubblewrap makes of each key. */
export interface DockerConfig {
  image?: string;
  containerPrefix?: string;
  workdir?: string;
  readOnlyRoot?: boolean;
  tmpfs?: readonly string[];
  network?: string;
  user?: string;
  capDrop?: readonly string[];
  env?: Readonly<Record<string, string>>;
  setupCommand?: string;
  pidsLimit?: number;
  memory?: string | number;
  memorySwap?: string | number;
  cpus?: number;
  ulimits?: Readonly<Record<string, Ulimit>>;
  seccompProfile?: string;
  apparmorProfile?: string;
  dns?: readonly string[];
  extraHosts?: readonly string[];
  binds?: readonly string[];
}

export interface SandboxBrowserConfig {
  enabled?: boolean;
  image?: string;
  containerPrefix?: string;
  cdpPort?: number;
  vncPort?: number;
  noVncPort?: number;
  headless?: boolean;
  enableNoVnc?: boolean;
  allowHostControl?: boolean;
  allowedControlUrls?: readonly string[];
  allowedControlHosts?: readonly string[];
  allowedControlPorts?: readonly number[];
  autoStart?: boolean;
  autoStartTimeoutMs?: number;
}

/** `agents.defaults.sandbox` and `agents.list[].sandbox`. */
export interface SandboxConfig {
  mode?: SandboxMode;
  backend?: SandboxBackendName;
  scope?: SandboxScope;
  /** Older form of `scope`: true is `session`, false is `shared`. */
  perSession?: boolean;
  workspaceAccess?: WorkspaceAccess;
  workspaceRoot?: string;
  sessionToolsVisibility?: "spawned" | "all";
  docker?: DockerConfig;
  browser?: SandboxBrowserConfig;
  prune?: { idleHours?: number; maxAgeDays?: number };
}

type WithDefault = "image" | "containerPrefix" | "workdir" | "readOnlyRoot" | "tmpfs" | "network" | "capDrop" | "env";

/** Settings with their defaults; `configured` names the keys that somebody wrote down. */
export type DockerSettings = DockerConfig &
  Required<Pick<DockerConfig, WithDefault>> & { binds: readonly string[]; configured: ReadonlySet<keyof DockerConfig> };

type BrowserWithDefault = Exclude<
  keyof SandboxBrowserConfig,
  "allowedControlUrls" | "allowedControlHosts" | "allowedControlPorts"
>;
export type SandboxBrowserSettings = SandboxBrowserConfig & Required<Pick<SandboxBrowserConfig, BrowserWithDefault>>;

/** The sandbox of one agent with every key decided. */
export interface SandboxSettings {
  agentId: string;
  mode: SandboxMode;
  backend: SandboxBackendName;
  scope: SandboxScope;
  workspaceAccess: WorkspaceAccess;
  workspaceRoot: string;
  sessionToolsVisibility: "spawned" | "all";
  docker: DockerSettings;
  browser: SandboxBrowserSettings;
  prune: { idleHours: number; maxAgeDays: number };
}

export const defaultSandboxImage = "openclaw-sandbox:bookworm-slim";

/** Merges an agent's sandbox section over the defaults, key by key. A shared sandbox has no agent of its own settings. */
export function resolveSandboxSettings(
  config: RuntimeConfig,
  agentId: string,
  env: NodeJS.ProcessEnv,
): SandboxSettings {
  const shared = config.agents?.defaults?.sandbox ?? {};
  const own = config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase())?.sandbox;
  const merged = { ...shared, ...defined(own) };
  const scope = merged.scope ?? legacyScope(merged.perSession) ?? "agent";
  const agentPart = scope === "shared" ? undefined : own;
  const root = merged.workspaceRoot?.trim();
  return {
    agentId: agentId.toLowerCase(),
    mode: merged.mode ?? "off",
    backend: merged.backend ?? "docker",
    scope,
    workspaceAccess: merged.workspaceAccess ?? "none",
    workspaceRoot: root ? expandHome(root, homeDir(env)) : join(stateDir(env), "sandboxes"),
    sessionToolsVisibility: merged.sessionToolsVisibility ?? "spawned",
    docker: dockerSettings(shared.docker, agentPart?.docker),
    browser: browserSettings(shared.browser, agentPart?.browser),
    prune: { idleHours: 24, maxAgeDays: 7, ...defined(shared.prune), ...defined(agentPart?.prune) },
  };
}

/** Which sessions of an agent are sandboxed. */
export function sandboxMode(config: RuntimeConfig, agentId: string): SandboxMode {
  const own = config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase())?.sandbox;
  return own?.mode ?? config.agents?.defaults?.sandbox?.mode ?? "off";
}

function legacyScope(perSession: boolean | undefined): SandboxScope | undefined {
  if (perSession === undefined) return undefined;
  return perSession ? "session" : "shared";
}

function dockerSettings(shared: DockerConfig = {}, own: DockerConfig = {}): DockerSettings {
  const merged: DockerConfig = { ...defined(shared), ...defined(own) };
  const env = own.env === undefined ? shared.env : { ...(shared.env ?? defaultEnv), ...own.env };
  const ulimits = own.ulimits === undefined ? shared.ulimits : { ...shared.ulimits, ...own.ulimits };
  return {
    ...merged,
    image: merged.image ?? defaultSandboxImage,
    containerPrefix: merged.containerPrefix ?? "openclaw-sbx-",
    workdir: merged.workdir ?? "/workspace",
    readOnlyRoot: merged.readOnlyRoot ?? true,
    tmpfs: merged.tmpfs ?? ["/tmp", "/var/tmp", "/run"],
    network: merged.network ?? "none",
    capDrop: merged.capDrop ?? ["ALL"],
    env: env ?? defaultEnv,
    ...(ulimits === undefined ? {} : { ulimits }),
    binds: [...(shared.binds ?? []), ...(own.binds ?? [])],
    configured: new Set(dockerKeys.filter((key) => merged[key] !== undefined)),
  };
}

const defaultEnv = { LANG: "C.UTF-8" };

/** Every key of `docker`, in the order of the manual. */
export const dockerKeys = [
  "image",
  "containerPrefix",
  "workdir",
  "readOnlyRoot",
  "tmpfs",
  "network",
  "user",
  "capDrop",
  "env",
  "setupCommand",
  "pidsLimit",
  "memory",
  "memorySwap",
  "cpus",
  "ulimits",
  "seccompProfile",
  "apparmorProfile",
  "dns",
  "extraHosts",
  "binds",
] as const satisfies readonly (keyof DockerConfig)[];

function browserSettings(shared: SandboxBrowserConfig = {}, own: SandboxBrowserConfig = {}): SandboxBrowserSettings {
  return {
    enabled: false,
    image: "openclaw-sandbox-browser:bookworm-slim",
    containerPrefix: "openclaw-sbx-browser-",
    cdpPort: 9222,
    vncPort: 5900,
    noVncPort: 6080,
    headless: false,
    enableNoVnc: true,
    allowHostControl: false,
    autoStart: true,
    autoStartTimeoutMs: 12_000,
    ...defined(shared),
    ...defined(own),
  };
}

/** Without keys whose value is undefined, so that they do not hide what they are spread over. */
function defined<T extends object>(value: T | undefined): Partial<T> {
  const kept: Partial<T> = { ...value };
  for (const key of Object.keys(kept) as (keyof T)[]) if (kept[key] === undefined) delete kept[key];
  return kept;
}

import type { DockerSettings, SandboxBrowserSettings, Ulimit, WorkspaceAccess } from "./sandbox-config.ts";

export const agentMount = "/agent";
/** PATH of commands in a sandbox; the Gateway's own says nothing about what is in there. */
export const standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ContainerRequest {
  name: string;
  scopeKey: string;
  createdAtMs: number;
  configHash: string;
  docker: DockerSettings;
  workspaceDir: string;
  agentWorkspaceDir: string;
  access: WorkspaceAccess;
}

/** Arguments of `docker create` for a sandbox. Their order is fixed: people compare them with what they expect. */
export function createArguments(request: ContainerRequest): string[] {
  return [
    ...hardening(request),
    ...request.docker.binds.flatMap((bind) => ["-v", bind]),
    "--workdir",
    request.docker.workdir,
    ...workspaceMounts(request),
    request.docker.image,
    "sleep",
    "infinity",
  ];
}

export interface BrowserContainerRequest extends ContainerRequest {
  browser: SandboxBrowserSettings;
}

/** Arguments of `docker create` for the browser beside a sandbox. Its ports are published on this machine only. */
export function browserCreateArguments(request: BrowserContainerRequest): string[] {
  const { browser } = request;
  const publish = (port: number) => ["-p", `127.0.0.1::${port}`];
  const flag = (value: boolean) => (value ? "1" : "0");
  // A browser without a network is of no use; what runs beside it in the sandbox still has none.
  const network = request.docker.network === "none" ? "bridge" : request.docker.network;
  return [
    ...hardening({ ...request, docker: { ...request.docker, network } }, ["--label", "openclaw.sandboxBrowser=1"]),
    ...request.docker.binds.flatMap((bind) => ["-v", bind]),
    ...workspaceMounts(request),
    ...publish(browser.cdpPort),
    ...(showsNoVnc(browser) ? publish(browser.noVncPort) : []),
    "-e",
    `OPENCLAW_BROWSER_HEADLESS=${flag(browser.headless)}`,
    "-e",
    `OPENCLAW_BROWSER_ENABLE_NOVNC=${flag(browser.enableNoVnc)}`,
    "-e",
    `OPENCLAW_BROWSER_CDP_PORT=${browser.cdpPort}`,
    "-e",
    `OPENCLAW_BROWSER_VNC_PORT=${browser.vncPort}`,
    "-e",
    `OPENCLAW_BROWSER_NOVNC_PORT=${browser.noVncPort}`,
    browser.image,
  ];
}

/** A headless browser has no screen to show. */
export function showsNoVnc(browser: SandboxBrowserSettings): boolean {
  return browser.enableNoVnc && !browser.headless;
}

function hardening(request: ContainerRequest, labels: readonly string[] = []): string[] {
  const { docker } = request;
  const each = (flag: string, values: readonly string[] = []) => values.flatMap((value) => [flag, value]);
  const option = (flag: string, value: string | number | undefined) =>
    value === undefined || value === "" ? [] : [flag, String(value)];
  return [
    "create",
    ...["--name", request.name],
    ...["--label", "openclaw.sandbox=1"],
    ...["--label", `openclaw.sessionKey=${request.scopeKey}`],
    ...["--label", `openclaw.createdAtMs=${request.createdAtMs}`],
    ...["--label", `openclaw.configHash=${request.configHash}`],
    ...labels,
    ...(docker.readOnlyRoot ? ["--read-only"] : []),
    ...each("--tmpfs", docker.tmpfs),
    ...option("--network", docker.network),
    ...option("--user", docker.user),
    ...each("--cap-drop", docker.capDrop),
    ...["--security-opt", "no-new-privileges"],
    ...option("--security-opt", docker.seccompProfile && `seccomp=${docker.seccompProfile}`),
    ...option("--security-opt", docker.apparmorProfile && `apparmor=${docker.apparmorProfile}`),
    ...each("--dns", docker.dns),
    ...each("--add-host", docker.extraHosts),
    ...option("--pids-limit", docker.pidsLimit),
    ...option("--memory", docker.memory),
    ...option("--memory-swap", docker.memorySwap),
    ...option("--cpus", docker.cpus),
    ...Object.entries(docker.ulimits ?? {}).flatMap(([name, value]) => ["--ulimit", `${name}=${ulimitText(value)}`]),
  ];
}

function workspaceMounts(request: ContainerRequest): string[] {
  const { workspaceDir, agentWorkspaceDir, access, docker } = request;
  const separate = workspaceDir !== agentWorkspaceDir;
  const readOnly = access === "ro" ? ":ro" : "";
  return [
    "-v",
    `${workspaceDir}:${docker.workdir}${separate ? "" : readOnly}`,
    ...(separate && access !== "none" ? ["-v", `${agentWorkspaceDir}:${agentMount}${readOnly}`] : []),
  ];
}

/** `soft:hard`, or the one value that counts for both. */
export function ulimitText(value: Ulimit): string {
  if (typeof value !== "object") return String(value);
  const { soft, hard } = value;
  if (soft === undefined || hard === undefined) return String(soft ?? hard ?? 0);
  return `${soft}:${hard}`;
}

export interface ExecRequest {
  name: string;
  command: string;
  /** Inside the container. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  pty: boolean;
}

/** Arguments of `docker exec` for one command. */
export function execArguments(request: ExecRequest): string[] {
  const { PATH: path } = request.env;
  const env = Object.entries({
    ...request.env,
    // A login shell sets PATH anew, so ours is put in front inside.
    ...(path ? { OPENCLAW_PREPEND_PATH: path } : {}),
  });
  const prepend = path ? `export PATH="$OPENCLAW_PREPEND_PATH:$PATH"; unset OPENCLAW_PREPEND_PATH; ` : "";
  return [
    "exec",
    "-i",
    ...(request.pty ? ["-t"] : []),
    ...["-w", request.cwd],
    ...env.flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    request.name,
    "sh",
    "-lc",
    prepend + request.command,
  ];
}

/** Variables of every command: a plain PATH and the sandbox's own home, then the configured ones, then the call's. */
export function commandEnvironment(
  docker: DockerSettings,
  requested: Readonly<Record<string, string>>,
  pathPrepend: readonly string[],
): Record<string, string> {
  const path = [...new Set([...pathPrepend, ...standardPath.split(":")])].join(":");
  return { PATH: path, HOME: docker.workdir, ...docker.env, ...requested };
}

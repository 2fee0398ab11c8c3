import os from "node:os";
import path from "node:path";
import { ConfigError } from "./config-error.ts";
import { readVariable } from "./environment.ts";
import { isProfileName } from "./profile.ts";

/** Where everything of one instance lives. All paths are absolute. */
export interface Paths {
  /** The home directory `~` stands for. */
  home: string;
  /** Absent for the default instance. */
  profile?: string;
  stateDir: string;
  configPath: string;
  /** Where an older release may have left the configuration; read, in this order, only while `configPath` is missing. */
  legacyConfigPaths: string[];
  /** State directories of older releases, for the doctor. */
  legacyStateDirs: string[];
  /** The `.env` file that applies wherever the program is started. */
  envFile: string;
  credentialsDir: string;
  /** Directory of the legacy `oauth.json`. */
  oauthDir: string;
  agentsDir: string;
  /** Set when a variable moves the default agent's directory. */
  defaultAgentDir?: string;
  /** Workspace of the default agent when the configuration names none. */
  workspaceDefault: string;
  skillsDir: string;
  extensionsDir: string;
  cronStorePath: string;
  journalDir: string;
  outboxDir: string;
  restartSentinelPath: string;
  /** Directory of the rolling log files. */
  logDir: string;
  /** Directory of the lock that keeps two Gateways off one configuration. */
  lockDir: string;
}

export interface ResolvePathsOptions {
  /** Wins over `OPENCLAW_PROFILE`. */
  profile?: string;
  /** Same as profile `dev`. */
  dev?: boolean;
  /** What the operating system calls home, used when neither `OPENCLAW_HOME` nor `HOME` is set; default `os.homedir()`. */
  homedir?: string;
  cwd?: string;
}

const legacyProducts = ["clawdbot", "moltbot", "moldbot"];

/** Expands a leading `~` (alone or before a separator) with a home directory. */
export function expandTilde(text: string, home: string): string {
  if (text === "~") return home;
  return /^~[/\\]/.test(text) ? path.join(home, text.slice(2)) : text;
}

function homeDirectory(env: NodeJS.ProcessEnv, options: ResolvePathsOptions, cwd: string): string {
  const system = options.homedir ?? os.homedir();
  const chosen = readVariable(env, "OPENCLAW_HOME");
  const home = chosen
    ? expandTilde(chosen, system)
    : (readVariable(env, "HOME") ?? readVariable(env, "USERPROFILE") ?? system) || cwd;
  return path.resolve(cwd, home);
}

/**
 * Works out every location from the environment. Reads no file.
 * @throws ConfigError `invalid-profile` when the profile name is not usable in a directory name
 */
export function resolvePaths(env: NodeJS.ProcessEnv, options: ResolvePathsOptions = {}): Paths {
  const cwd = options.cwd ?? process.cwd();
  const home = homeDirectory(env, options, cwd);
  const fromEnv = (name: string): string | undefined => {
    const value = readVariable(env, name);
    return value === undefined ? undefined : path.resolve(cwd, expandTilde(value, home));
  };

  const named = options.profile ?? (options.dev ? "dev" : readVariable(env, "OPENCLAW_PROFILE"));
  if (named !== undefined && !isProfileName(named)) {
    throw new ConfigError("invalid-profile", '[openclaw] Invalid --profile (use letters, numbers, "_", "-" only)');
  }
  const profile = named === undefined || named.toLowerCase() === "default" ? undefined : named;
  const suffix = profile === undefined ? "" : `-${profile}`;

  const chosenState = fromEnv("OPENCLAW_STATE_DIR");
  const chosenConfig = fromEnv("OPENCLAW_CONFIG_PATH");
  const stateDir = chosenState ?? path.join(home, `.openclaw${suffix}`);
  // A directory that was chosen isolates the instance: nothing outside of it is consulted.
  const isolated = chosenState !== undefined || chosenConfig !== undefined || profile !== undefined;
  const legacyStateDirs = legacyProducts.map((product) => path.join(home, `.${product}`));
  const legacyFiles = legacyProducts.map((product) => `${product}.json`);
  const defaultAgentDir = fromEnv("OPENCLAW_AGENT_DIR");
  const temporary = os.tmpdir();

  return {
    home,
    ...(profile !== undefined && { profile }),
    stateDir,
    configPath: chosenConfig ?? path.join(stateDir, "openclaw.json"),
    legacyConfigPaths: isolated
      ? []
      : [stateDir, ...legacyStateDirs].flatMap((dir) => legacyFiles.map((file) => path.join(dir, file))),
    legacyStateDirs,
    envFile: path.join(stateDir, ".env"),
    credentialsDir: path.join(stateDir, "credentials"),
    oauthDir: fromEnv("OPENCLAW_OAUTH_DIR") ?? path.join(stateDir, "credentials"),
    agentsDir: path.join(stateDir, "agents"),
    ...(defaultAgentDir !== undefined && { defaultAgentDir }),
    workspaceDefault: path.join(home, ".openclaw", `workspace${suffix}`),
    skillsDir: path.join(stateDir, "skills"),
    extensionsDir: path.join(stateDir, "extensions"),
    cronStorePath: path.join(stateDir, "cron", "jobs.json"),
    journalDir: path.join(stateDir, "journal"),
    outboxDir: path.join(stateDir, "outbox"),
    restartSentinelPath: path.join(stateDir, "restart-sentinel.json"),
    logDir: process.platform === "win32" ? path.join(temporary, "openclaw") : "/tmp/openclaw",
    lockDir: path.join(temporary, `openclaw-${process.getuid?.() ?? "user"}`),
  };
}

/** Directory of an agent's credentials and model list when `agents.list[].agentDir` names none. */
export function agentDir(paths: Paths, agentId: string): string {
  return path.join(paths.agentsDir, agentId, "agent");
}

/** Directory of an agent's session store and transcripts. */
export function sessionsDir(paths: Paths, agentId: string): string {
  return path.join(paths.agentsDir, agentId, "sessions");
}

/** Workspace of an agent that is not the default one when the configuration names none. */
export function agentWorkspace(paths: Paths, agentId: string): string {
  return path.join(paths.stateDir, `workspace-${agentId}`);
}

/** The ports an instance uses besides the Gateway's own. Keep instances 120 ports apart. */
export function derivedPorts(gatewayPort: number): {
  browserControl: number;
  legacyCdp: number;
  canvas: number;
  cdpFirst: number;
  cdpLast: number;
} {
  return {
    browserControl: gatewayPort + 2,
    legacyCdp: gatewayPort + 3,
    canvas: gatewayPort + 4,
    cdpFirst: gatewayPort + 11,
    cdpLast: gatewayPort + 110,
  };
}

import type { SandboxSettings } from "./sandbox-config.ts";
import type { SandboxEntry } from "./sandbox-registry.ts";

/** One sandbox: what shares it, where it works, and a fingerprint of its settings. */
export interface SandboxPlace {
  settings: SandboxSettings;
  scopeKey: string;
  name: string;
  /** On this machine; what is mounted at `docker.workdir`. */
  workspaceDir: string;
  agentWorkspaceDir: string;
  configHash: string;
}

export interface LaunchRequest {
  command: string;
  /** Inside the sandbox. */
  cwd: string;
  /** What the call asked for; nothing of the Gateway's environment belongs here. */
  env: Readonly<Record<string, string>>;
  pty: boolean;
  pathPrepend?: readonly string[];
}

/** A program to start on this machine, which runs the command inside the sandbox. */
export interface SandboxLaunch {
  file: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

export type LaunchInSandbox = (request: LaunchRequest) => SandboxLaunch;

export interface SandboxBackend {
  /** Makes a sandbox ready for commands. Throws `SandboxError`; it never falls back to anything else. */
  ensure(place: SandboxPlace): Promise<LaunchInSandbox>;
  isRunning(entry: SandboxEntry): Promise<boolean>;
  /** Removes the container, or the state kept for the sandbox. Its workspace stays. */
  remove(entry: SandboxEntry): Promise<void>;
}

import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { ToolPolicyConfig } from "../policy/tool-policy.ts";
import { ToolFailure } from "../tools/tool-failure.ts";
import type { ToolFiles } from "../tools/tool-files.ts";
import { agentMount } from "./docker-arguments.ts";
import type { LaunchInSandbox, LaunchRequest, SandboxLaunch, SandboxPlace } from "./sandbox-backend.ts";
import type { SandboxBackendName, SandboxMode, SandboxSettings, WorkspaceAccess } from "./sandbox-config.ts";
import { SandboxError } from "./sandbox-error.ts";
import { createSandboxFiles } from "./sandbox-files.ts";
import { resolveSandboxPath, type SandboxFilesOptions } from "./sandbox-path.ts";
import { blockedToolText, runPolicy, type SandboxToolPolicy } from "./sandbox-policy.ts";
import { stageMedia } from "./stage-media.ts";

/** The sandbox of one run, as tools and the prompt see it. */
export interface Sandbox {
  /** Name of its container, or of its state folder. */
  readonly name: string;
  readonly backend: SandboxBackendName;
  readonly mode: SandboxMode;
  readonly access: WorkspaceAccess;
  readonly settings: SandboxSettings;
  /** The workspace of the run, on this machine. */
  readonly workspaceDir: string;
  /** The same as commands in the sandbox see it. */
  readonly containerWorkdir: string;
  /** Where the agent's own workspace is mounted as well; absent when it is not. */
  readonly agentMount?: string;
  /** How the file tools reach files. */
  readonly files: ToolFiles;
  /** Level of the tool policy that only sandboxed runs have. */
  readonly toolPolicy: ToolPolicyConfig;
  /** Why a tool is missing, when it is this sandbox that takes it away. */
  blockedTool(name: string): string | undefined;
  /** The program that runs a command inside. Throws `SandboxError` when the sandbox was not made ready. */
  launch(request: LaunchRequest): SandboxLaunch;
  /** Folder for a command, inside the sandbox. With a warning when the wanted one cannot be had. */
  workdir(wanted: string | undefined): { cwd: string; warning?: string };
  /** A path of this machine for a path of the model. Throws the text for the model when it is outside. */
  resolvePath(given: string): string;
  /** Copies attached files of the media store into the workspace and names them there in the text. */
  stageMedia(text: string, onProblem: (text: string) => void): Promise<string>;
}

export function createSandbox(options: {
  place: SandboxPlace;
  policy: SandboxToolPolicy;
  sessionKey: string;
  homeDir: string;
  platform: NodeJS.Platform;
  /** Folder of the media store. */
  mediaDir: string;
  launch?: LaunchInSandbox;
}): Sandbox {
  const { place, policy } = options;
  const { settings, workspaceDir, agentWorkspaceDir } = place;
  const { workspaceAccess: access, mode, docker } = settings;
  const hasAgentMount = access !== "none" && workspaceDir !== agentWorkspaceDir;
  const paths: SandboxFilesOptions = {
    roots: [
      { dir: workspaceDir, mount: docker.workdir, writable: true },
      ...(hasAgentMount ? [{ dir: agentWorkspaceDir, mount: agentMount, writable: false }] : []),
    ],
    homeDir: options.homeDir,
    platform: options.platform,
  };

  return {
    name: place.name,
    backend: settings.backend,
    mode,
    access,
    settings,
    workspaceDir,
    containerWorkdir: docker.workdir,
    ...(hasAgentMount ? { agentMount } : {}),
    files: createSandboxFiles(paths),
    toolPolicy: runPolicy(policy, access),
    blockedTool: (tool) => blockedToolText({ tool, policy, mode, access, sessionKey: options.sessionKey }),
    launch(request) {
      if (options.launch === undefined) throw new SandboxError("unavailable", "The sandbox of this run is not ready.");
      return options.launch(request);
    },
    workdir: (wanted) => workdir(wanted, paths),
    resolvePath(given) {
      const { root, parts } = resolveSandboxPath(given, paths);
      return join(root.dir, ...parts);
    },
    stageMedia: (text, onProblem) =>
      stageMedia({ text, mediaDir: options.mediaDir, workspaceDir, platform: options.platform, onProblem }),
  };
}

function workdir(wanted: string | undefined, paths: SandboxFilesOptions): { cwd: string; warning?: string } {
  const [workspace] = paths.roots;
  if (wanted === undefined) return { cwd: workspace.mount };
  try {
    const { root, parts } = resolveSandboxPath(wanted, paths);
    if (root === workspace && isFolder(root.dir, parts)) return { cwd: [root.mount, ...parts].join("/") };
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
  }
  return {
    cwd: workspace.mount,
    warning: `Warning: workdir "${wanted}" is unavailable; using "${workspace.mount}".`,
  };
}

/** Looks no further than the first link: what it points to is for the sandbox to find out. */
function isFolder(root: string, parts: readonly string[]): boolean {
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isSymbolicLink() === true) return true;
    if (status?.isDirectory() !== true) return false;
  }
  return true;
}

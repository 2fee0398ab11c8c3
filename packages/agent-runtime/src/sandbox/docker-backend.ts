import { commandEnvironment, createArguments, execArguments } from "./docker-arguments.ts";
import { type ContainerOptions, ensureContainer } from "./docker-container.ts";
import type { SandboxBackend, SandboxPlace } from "./sandbox-backend.ts";
import { SandboxError } from "./sandbox-error.ts";

const setupMs = 30 * 60_000;

/** Sandboxes as containers that stay; each command is a `docker exec`. */
export function createDockerBackend(options: ContainerOptions): SandboxBackend {
  const { docker } = options;

  return {
    async ensure(place) {
      const { name, scopeKey, configHash, settings } = place;
      const { setupCommand } = settings.docker;
      for (const path of [place.workspaceDir, place.agentWorkspaceDir]) {
        if (!withoutDrive(path).includes(":")) continue;
        throw new SandboxError(
          "bad-setting",
          `Docker cannot mount ${path}: its name contains a colon. Use another folder.`,
        );
      }
      const request = {
        name,
        scopeKey,
        configHash,
        docker: settings.docker,
        workspaceDir: place.workspaceDir,
        agentWorkspaceDir: place.agentWorkspaceDir,
        access: settings.workspaceAccess,
      };
      await ensureContainer(
        {
          name,
          scopeKey,
          configHash,
          image: settings.docker.image,
          create: (createdAtMs) => createArguments({ ...request, createdAtMs }),
          ...(setupCommand?.trim() ? { setUp: () => setUp(name, setupCommand) } : {}),
          selector: recreateSelector(place),
        },
        options,
      );
      return (command) => ({
        file: "docker",
        args: execArguments({
          name,
          command: command.command,
          cwd: command.cwd,
          env: commandEnvironment(settings.docker, command.env, command.pathPrepend ?? []),
          pty: command.pty,
        }),
        cwd: place.workspaceDir,
        env: docker.env,
      });
    },
    isRunning: async (entry) => (await docker.state(entry.containerName)) === "running",
    remove: (entry) => docker.remove(entry.containerName),
  };

  async function setUp(name: string, command: string): Promise<void> {
    const end = await docker.run(["exec", "-i", name, "sh", "-lc", command], setupMs);
    if (end.code === 0) return;
    throw new SandboxError(
      "setup-failed",
      `The sandbox's setupCommand ended with code ${end.code}: ${(end.stderr || end.stdout).trim().slice(-600)}`,
    );
  }
}

function withoutDrive(path: string): string {
  return path.replace(/^[A-Za-z]:(?=[\\/])/, "");
}

export function recreateSelector({ settings, scopeKey }: SandboxPlace): string {
  if (settings.scope === "shared") return "--all";
  return settings.scope === "agent" ? `--agent ${settings.agentId}` : `--session ${scopeKey}`;
}

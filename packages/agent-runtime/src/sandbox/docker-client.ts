import { isMissingProgram, type ProgramEnd, type RunProgram } from "./run-program.ts";
import { SandboxError } from "./sandbox-error.ts";

const quickMs = 60_000;

/** What the docker program itself needs of the Gateway's environment. */
const clientVariables =
  /^(PATH|HOME|USER|LANG|DOCKER_.*|XDG_RUNTIME_DIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|HTTPS?_PROXY|NO_PROXY|SYSTEMROOT)$/i;

export type DockerClient = ReturnType<typeof createDockerClient>;

/** The docker program, with an environment that holds nothing of the Gateway's secrets. */
export function createDockerClient(options: { run: RunProgram; env: NodeJS.ProcessEnv }) {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.env)) {
    if (value !== undefined && clientVariables.test(name)) env[name] = value;
  }
  /** Milliseconds; a minute when absent. */
  const run = async (args: readonly string[], timeoutMs = quickMs): Promise<ProgramEnd> => {
    try {
      return await options.run("docker", args, { env, timeoutMs });
    } catch (error) {
      if (!isMissingProgram(error)) throw error;
      throw new SandboxError(
        "unavailable",
        "Failed to inspect sandbox image: docker is not installed. Install Docker, or set " +
          "agents.defaults.sandbox.backend to bwrap (Linux), or agents.defaults.sandbox.mode to off.",
      );
    }
  };
  return {
    env,
    run,
    /** Runs docker and throws when it fails; `what` completes "Failed to …". */
    async demand(args: readonly string[], what: string, timeoutMs?: number): Promise<ProgramEnd> {
      const end = await run(args, timeoutMs);
      if (end.code === 0) return end;
      throw new SandboxError("unavailable", `Failed to ${what}: ${(end.stderr || end.stdout).trim().slice(-600)}`);
    },
    async state(name: string): Promise<"running" | "stopped" | undefined> {
      const end = await run(["inspect", "-f", "{{.State.Running}}", name]);
      if (end.code !== 0) return undefined;
      return end.stdout.trim() === "true" ? "running" : "stopped";
    },
    async label(name: string, label: string): Promise<string> {
      const end = await run(["inspect", "-f", `{{ index .Config.Labels "${label}" }}`, name]);
      return end.code === 0 ? end.stdout.trim() : "";
    },
    async remove(name: string): Promise<void> {
      const end = await run(["rm", "-f", name]);
      if (end.code === 0 || /no such container/i.test(end.stderr)) return;
      throw new SandboxError("unavailable", `docker rm -f ${name}: ${end.stderr.trim()}`);
    },
  };
}

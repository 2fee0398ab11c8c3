import type { CommandLauncher } from "../tools/command-launcher.ts";
import type { Sandbox } from "./sandbox.ts";

/** Runs the commands of a run in its sandbox. Their environment is what the call asked for, nothing else. */
export function sandboxLauncher(
  sandbox: Pick<Sandbox, "launch">,
  pathPrepend: () => readonly string[] | undefined,
): CommandLauncher {
  return {
    launch({ command, cwd, env, pty }) {
      const requested: Record<string, string> = {};
      for (const [name, value] of Object.entries(env)) if (value !== undefined) requested[name] = value;
      return sandbox.launch({ command, cwd, env: requested, pty, pathPrepend: pathPrepend() ?? [] });
    },
  };
}

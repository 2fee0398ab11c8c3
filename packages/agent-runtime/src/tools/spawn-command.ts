import { type ChildProcess, spawn } from "node:child_process";
import type { Launch } from "./command-launcher.ts";
import { type CommandListeners, groupAlive, type RunningCommand } from "./running-command.ts";

export interface SpawnOptions {
  launch: Launch;
  platform: NodeJS.Platform;
  /** Without input the program reads the end of a file at once. */
  input: boolean;
  listeners: CommandListeners;
  onWarning(text: string): void;
}

/**
 * Starts a program with pipes, in its own process group, so that stopping it stops everything it started.
 * @throws when it cannot be started
 */
export async function spawnCommand(options: SpawnOptions): Promise<RunningCommand> {
  if (options.platform === "win32") return spawned(options, false);
  try {
    return await spawned(options, true);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.onWarning(`Warning: spawn failed (${reason}); retrying with no-detach.`);
    return spawned(options, false);
  }
}

function spawned({ launch, platform, input, listeners }: SpawnOptions, detached: boolean): Promise<RunningCommand> {
  return new Promise((resolve, reject) => {
    const child = spawn(launch.file, launch.args, {
      cwd: launch.cwd,
      env: launch.env,
      detached,
      stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    // Stays for the life of the child: a signal that cannot be sent is reported here as well.
    child.on("error", reject);
    // A program that closes its input while we write is no error of ours; it shows in `takesInput`.
    child.stdin?.on("error", () => child.stdin?.destroy());
    child.stdout?.on("data", (bytes: Buffer) => listeners.onOutput("stdout", bytes));
    child.stderr?.on("data", (bytes: Buffer) => listeners.onOutput("stderr", bytes));
    child.on("exit", (code, signal) => listeners.onExit({ code, signal }));
    child.on("close", () => listeners.onClose());
    child.once("spawn", () => resolve(running(child, platform, detached)));
  });
}

function running(child: ChildProcess, platform: NodeJS.Platform, detached: boolean): RunningCommand {
  const { pid, stdin } = child;
  return {
    pid,
    get takesInput() {
      return stdin?.writable === true;
    },
    write: (bytes) => void stdin?.write(bytes),
    endInput: () => void stdin?.end(),
    signal: (name) => signalTree(child, name, platform),
    groupAlive: () => detached && groupAlive(pid, platform),
    release() {
      stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  };
}

function signalTree(child: ChildProcess, signal: "SIGTERM" | "SIGKILL", platform: NodeJS.Platform): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (platform === "win32") {
    const args = ["/pid", String(pid), "/T", ...(signal === "SIGKILL" ? ["/F"] : [])];
    spawn("taskkill", args, { stdio: "ignore", windowsHide: true }).on("error", () => child.kill(signal));
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended or is not ours to signal (detaching failed, or the command changed its user): try it alone.
    child.kill(signal);
  }
}

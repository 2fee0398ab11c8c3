/** How a program ended. Both are null when that could not be learned. */
export interface CommandExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that was started, with pipes or with a terminal. */
export interface RunningCommand {
  readonly pid: number | undefined;
  /** True while input can be written. */
  readonly takesInput: boolean;
  write(bytes: Buffer): void;
  /** Ends the input: closes the pipe, or types the end-of-file character into the terminal. */
  endInput(): void;
  /** Sends a signal to the program and everything it started. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** True while something the program started is still there. */
  groupAlive(): boolean;
  /** Stops listening to its output. */
  release(): void;
}

export interface CommandListeners {
  onOutput(stream: "stdout" | "stderr", bytes: Buffer | string): void;
  /** The program itself ended; what it started may still write. */
  onExit(exit: CommandExit): void;
  /** Nothing more will be written. */
  onClose(): void;
}

/** Whether a process group has members that are not only waiting to be collected. */
export function groupAlive(pid: number | undefined, platform: NodeJS.Platform): boolean {
  if (pid === undefined || platform === "win32") return false;
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

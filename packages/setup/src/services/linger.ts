import { type RunProgram, saidBy } from "./run-program.ts";

export interface LingerOptions {
  user: string;
  run: RunProgram;
  /** Asks the person at the terminal; absent where nobody can answer. */
  confirm?: ((question: string) => Promise<boolean>) | undefined;
  print: (line: string) => void;
}

/** Whether services of a user go on when nobody is logged in; undefined when the system does not say. */
export async function hasLinger(user: string, run: RunProgram): Promise<boolean | undefined> {
  const { code, stdout } = await run(["loginctl", "show-user", user, "-p", "Linger"]);
  const value = code === 0 ? /^Linger=(yes|no)/m.exec(stdout)?.[1] : undefined;
  return value === undefined ? undefined : value === "yes";
}

/** Lets the services of a user go on after logout, where that is off and somebody agrees. Never throws. */
export async function ensureLinger({ user, run, confirm, print }: LingerOptions): Promise<boolean> {
  if ((await hasLinger(user, run)) !== false) return true;
  if (confirm && !(await confirm(`Enable systemd lingering for ${user}?`))) return false;
  const own = await run(["loginctl", "enable-linger", user]);
  const asRoot = () =>
    run(["sudo", ...(confirm ? [] : ["-n"]), "loginctl", "enable-linger", user], { terminal: confirm !== undefined });
  const end = own.code === 0 ? own : await asRoot();
  if (end.code === 0) {
    print(`Enabled systemd lingering for ${user}.`);
    return true;
  }
  if (!confirm) {
    print(`Systemd lingering is disabled for ${user}. Run: sudo loginctl enable-linger ${user}`);
    return false;
  }
  print(`Failed to enable lingering: ${saidBy(end)}`);
  print(`Run manually: sudo loginctl enable-linger ${user}`);
  return false;
}

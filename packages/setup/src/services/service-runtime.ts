import { existsSync } from "node:fs";
import path from "node:path";
import type { RunProgram } from "./run-program.ts";
import { ServiceError } from "./service-manager.ts";

export type RuntimeName = "node" | "bun";

/** The oldest Node the program runs on. */
const oldest = [22, 18] as const;

export interface RuntimeWorld {
  env: NodeJS.ProcessEnv;
  home: string;
  platform: NodeJS.Platform;
  /** The Node that runs this. */
  execPath: string;
  run: RunProgram;
  exists?: (file: string) => boolean;
}

/** Where a system's own Node is. */
function systemNodes(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === "win32") return [path.win32.join(env.ProgramFiles ?? "C:\\Program Files", "nodejs", "node.exe")];
  const brew = platform === "darwin" ? "/opt/homebrew/bin/node" : "/home/linuxbrew/.linuxbrew/bin/node";
  return ["/usr/local/bin/node", "/usr/bin/node", brew];
}

/** A Node that does not go away when a version manager switches; undefined when there is none that is new enough. */
export async function findSystemNode(world: RuntimeWorld): Promise<string | undefined> {
  const exists = world.exists ?? existsSync;
  for (const file of systemNodes(world.platform, world.env)) {
    if (!exists(file)) continue;
    const { code, stdout } = await world.run([file, "--version"], { timeoutMs: 5000 });
    if (code === 0 && isRecent(stdout.trim())) return file;
  }
  return undefined;
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Whether a program belongs to a version manager, whose folders come and go. */
export function isVersionManaged(file: string): boolean {
  return /[\\/](?:\.nvm|nvm|\.fnm|fnm|fnm_multishells|\.volta|\.asdf|\.nodenv|\.nodebrew|mise|\.n|n[\\/]versions)[\\/]/i.test(
    file,
  );
}

/** The program that runs a service, and what its user should know about it. */
export async function chooseRuntime(
  name: RuntimeName,
  world: RuntimeWorld,
): Promise<{ program: string; warnings: string[] }> {
  if (name === "bun") {
    const program = findBun(world);
    if (program === undefined) {
      throw new ServiceError("refused", "bun was not found; install it, or use --runtime node");
    }
    return { program, warnings: ["Bun is known to break WhatsApp and Telegram; node is recommended."] };
  }
  const system = await findSystemNode(world);
  if (system !== undefined) return { program: system, warnings: [] };
  if (!isVersionManaged(world.execPath)) return { program: world.execPath, warnings: [] };
  const warning = `The service uses ${world.execPath}, which belongs to a version manager and may disappear with the next upgrade. Install Node ${oldest.join(".")} or newer for the whole system, then run: openclaw gateway install --force`;
  return { program: world.execPath, warnings: [warning] };
}

function findBun({ env, home, exists = existsSync, platform }: RuntimeWorld): string | undefined {
  const name = platform === "win32" ? "bun.exe" : "bun";
  const folders = [
    ...(env.BUN_INSTALL ? [path.join(env.BUN_INSTALL, "bin")] : []),
    path.join(home, ".bun", "bin"),
    ...(env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== ""),
  ];
  return folders.map((folder) => path.join(folder, name)).find((file) => exists(file));
}

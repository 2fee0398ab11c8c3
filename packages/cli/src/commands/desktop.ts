import type { CommandContext } from "../run/command-context.ts";

type Desktop = Pick<CommandContext, "env" | "spawn">;

/** How long the clipboard's program may take, ms. */
const limitMs = 3000;
/** After this time without a failure a browser counts as started, ms. */
const startMs = 1000;

/** Whether a window can be shown: not over SSH, and on Linux only with a display. */
function hasDesktop(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT) return false;
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}

/** Puts a text on the clipboard; false when there is none. */
export async function copyToClipboard(
  text: string,
  desktop: Desktop,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  for (const [command, args] of clipboardPrograms(desktop.env, platform)) {
    if (await runProgram(desktop, command, args, text)) return true;
  }
  return false;
}

function clipboardPrograms(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): [command: string, args: string[]][] {
  if (platform === "darwin") return [["pbcopy", []]];
  if (platform === "win32" || env.WSL_DISTRO_NAME) return [["clip.exe", []]];
  return [
    ...(env.WAYLAND_DISPLAY ? ([["wl-copy", []]] as [string, string[]][]) : []),
    ...(env.DISPLAY
      ? ([
          ["xclip", ["-selection", "clipboard"]],
          ["xsel", ["--clipboard", "--input"]],
        ] as [string, string[]][])
      : []),
  ];
}

/** Opens an address in the user's browser; false when there is none to open. */
export async function openBrowser(
  url: string,
  desktop: Desktop,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (!hasDesktop(desktop.env, platform)) return false;
  if (platform === "darwin") return startProgram(desktop, "open", [url]);
  if (platform === "win32") return startProgram(desktop, "rundll32", ["url.dll,FileProtocolHandler", url]);
  return startProgram(desktop, desktop.env.WSL_DISTRO_NAME ? "wslview" : "xdg-open", [url]);
}

/**
 * Starts a program that outlives us. It may become the browser itself, so it is not waited for: one that has not failed
 * within a second is taken as started.
 */
function startProgram({ env, spawn }: Desktop, command: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: "ignore", detached: true });
    const timer = setTimeout(() => resolve(true), startMs);
    const settle = (started: boolean) => {
      clearTimeout(timer);
      resolve(started);
    };
    child.on("error", () => settle(false));
    child.on("exit", (code) => settle(code === 0));
    child.unref();
  });
}

/** Runs a helper program; true when it ended well. A program that is missing is a no, not an error. */
function runProgram({ env, spawn }: Desktop, command: string, args: string[], input?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["pipe", "ignore", "ignore"], timeout: limitMs });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
    // A program that reads nothing closes the pipe early.
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });
}

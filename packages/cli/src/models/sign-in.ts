import { setTimeout as wait } from "node:timers/promises";
import type { AuthContext, AuthMethod, AuthPrompter, AuthResult } from "@openclaw/models";
import { listenForCallback } from "@openclaw/models/auth";
import type { CommandContext } from "../run/command-context.ts";
import type { LocalModels } from "./open-models.ts";

/** Runs a sign-in on this terminal. */
export async function signIn(
  method: AuthMethod,
  local: LocalModels,
  context: CommandContext,
  prompter: AuthPrompter,
): Promise<AuthResult> {
  const stopped = new AbortController();
  try {
    const auth: AuthContext = {
      prompter,
      fetch: context.fetch,
      env: context.env,
      now: context.now,
      wait: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
      isRemote: isRemoteHost(context.env),
      openUrl: (url) => openBrowser(url, context),
      signal: stopped.signal,
      listen: listenForCallback,
      agentDir: local.agentDir,
      config: local.config,
    };
    const result = await method.run(auth);
    for (const note of result.notes ?? []) prompter.note(note);
    return result;
  } finally {
    stopped.abort();
  }
}

/** A machine whose user sits at another one: SSH, containers, code spaces, WSL, Linux without a display. */
export function isRemoteHost(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  const set = (...names: string[]) => names.some((name) => env[name]?.trim());
  if (set("SSH_CLIENT", "SSH_TTY", "SSH_CONNECTION")) return true;
  if (set("REMOTE_CONTAINERS", "CODESPACES", "DEVCONTAINER", "container")) return true;
  if (platform !== "linux") return false;
  return set("WSL_DISTRO_NAME", "WSL_INTEROP") || !set("DISPLAY", "WAYLAND_DISPLAY");
}

/** False when there is nothing that opens addresses here. */
export function openBrowser(url: string, context: Pick<CommandContext, "spawn">): Promise<boolean> {
  const [program, args]: [string, string[]] =
    process.platform === "darwin"
      ? ["open", [url]]
      : process.platform === "win32"
        ? ["rundll32", ["url.dll,FileProtocolHandler", url]]
        : ["xdg-open", [url]];
  return new Promise((resolve) => {
    const child = context.spawn(program, args, { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { type ProgramEnd, type RunProgram, saidBy } from "./run-program.ts";
import { ServiceError, type ServiceManager } from "./service-manager.ts";
import { readWindowsScript, windowsScript } from "./windows-script.ts";

/** A scheduled task that starts at logon. */
export function schtasksManager(options: {
  name: string;
  /** The script. */
  file: string;
  user: string | undefined;
  run: RunProgram;
}): ServiceManager {
  const { name, file, user, run } = options;
  const schtasks = (...args: string[]) => run(["schtasks", ...args]);
  const check = (end: ProgramEnd, what: string) => {
    if (end.code === 127) throw new ServiceError("unavailable", "schtasks was not found");
    if (end.code !== 0) throw new ServiceError("refused", `schtasks ${what} failed: ${saidBy(end)}`);
  };
  const must = async (what: string, ...args: string[]) => check(await schtasks(what, ...args), what);

  return {
    label: "Scheduled Task",
    loadedText: "registered",
    notLoadedText: "missing",
    name,
    file,
    unavailable: async () => ((await schtasks("/Query")).code === 127 ? "schtasks was not found" : undefined),
    isLoaded: async () => (await schtasks("/Query", "/TN", name)).code === 0,
    read: async () => (existsSync(file) ? readWindowsScript(readFileSync(file, "utf8"), file) : undefined),
    async runtime() {
      const end = await schtasks("/Query", "/TN", name, "/V", "/FO", "LIST");
      if (end.code !== 0) return { status: "stopped", detail: saidBy(end), missingUnit: true };
      const value = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "im").exec(end.stdout)?.[1]?.trim();
      const state = value("Status");
      const exit = Number(value("Last Result"));
      return {
        status: state?.toLowerCase() === "running" ? "running" : state === undefined ? "unknown" : "stopped",
        ...(state && { state }),
        ...(Number.isInteger(exit) && { lastExitStatus: exit }),
        ...(existsSync(file) ? {} : { missingUnit: true }),
      };
    },
    async install(definition) {
      await ensurePrivateDir(path.dirname(file));
      // It carries the Gateway's token.
      await writeFileAtomic(file, windowsScript(definition), { mode: 0o600 });
      const create = ["/Create", "/F", "/SC", "ONLOGON", "/RL", "LIMITED", "/TN", name, "/TR", `"${file}"`];
      // Without a stored password the task runs as its user; some systems allow only the plain form.
      const asUser = user === undefined ? undefined : await schtasks(...create, "/RU", user, "/NP", "/IT");
      if (asUser?.code !== 0) check(await schtasks(...create), "/Create");
      await must("/Run", "/TN", name);
    },
    async uninstall() {
      await schtasks("/End", "/TN", name);
      if ((await schtasks("/Query", "/TN", name)).code === 0) await must("/Delete", "/F", "/TN", name);
      rmSync(file, { force: true });
    },
    start: () => must("/Run", "/TN", name),
    stop: () => must("/End", "/TN", name),
    async restart() {
      await schtasks("/End", "/TN", name); // one that is not running cannot be ended
      await must("/Run", "/TN", name);
    },
    startHints: () => [`schtasks /Run /TN "${name}"`],
  };
}

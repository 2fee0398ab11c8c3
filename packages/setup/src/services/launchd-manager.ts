import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ensurePrivateDir, moveToTrash, writeFileAtomic } from "@openclaw/storage";
import { launchdPlist, readLaunchdPlist } from "./launchd-plist.ts";
import { type RunProgram, saidBy } from "./run-program.ts";
import type { ServiceRuntime } from "./service-definition.ts";
import { ServiceError, type ServiceManager } from "./service-manager.ts";
import { plistFile, type ServiceKind } from "./service-names.ts";

export interface LaunchdManagerOptions {
  kind: ServiceKind;
  label: string;
  /** Labels of the same service in other releases. */
  formerLabels: readonly string[];
  home: string;
  stateDir: string;
  uid: number;
  now: () => number;
  run: RunProgram;
}

/** A launch agent of the user who is logged in. One under a former label is read and removed, and never written. */
export function launchdManager(options: LaunchdManagerOptions): ServiceManager {
  const { label, formerLabels, home, stateDir, kind, run } = options;
  const domain = `gui/${options.uid}`;
  const file = plistFile(home, label);
  const launchctl = (...args: string[]) => run(["launchctl", ...args]);
  const must = async (...args: string[]) => {
    const end = await launchctl(...args);
    if (end.code === 127) throw new ServiceError("unavailable", "launchctl was not found");
    if (end.code !== 0) {
      throw new ServiceError("refused", `launchctl ${args[0]} failed: ${saidBy(end)}`, [
        "Launch agents need a login session with a screen. Log in there, or run: openclaw gateway run",
      ]);
    }
  };
  /** The label under which the service is installed now. */
  const current = () => [label, ...formerLabels].find((name) => existsSync(plistFile(home, name))) ?? label;
  const isLoaded = async (name: string) => (await launchctl("print", `${domain}/${name}`)).code === 0;

  async function remove(name: string, keepInTrash: boolean): Promise<void> {
    const plist = plistFile(home, name);
    await launchctl("bootout", `${domain}/${name}`);
    await launchctl("unload", plist);
    if (!existsSync(plist)) return;
    if (keepInTrash) await moveToTrash(plist, { home, platform: "darwin", env: {}, now: options.now, create: true });
    else rmSync(plist, { force: true });
  }

  return {
    label: "LaunchAgent",
    loadedText: "loaded",
    notLoadedText: "not loaded",
    get name() {
      return current();
    },
    get file() {
      return plistFile(home, current());
    },
    unavailable: async () => ((await launchctl("help")).code === 127 ? "launchctl was not found" : undefined),
    isLoaded: () => isLoaded(current()),
    read: async () => {
      const plist = plistFile(home, current());
      return existsSync(plist) ? readLaunchdPlist(readFileSync(plist, "utf8"), plist) : undefined;
    },
    async runtime() {
      const end = await launchctl("print", `${domain}/${current()}`);
      const missing = existsSync(plistFile(home, current())) ? {} : { missingUnit: true };
      if (end.code !== 0) return { status: "stopped", detail: saidBy(end), ...missing };
      return { ...readPrint(end.stdout), ...missing };
    },
    async install(definition) {
      for (const former of formerLabels) await remove(former, true);
      await launchctl("bootout", `${domain}/${label}`);
      await launchctl("unload", file);
      await mkdir(path.dirname(file), { recursive: true });
      const logs = path.join(stateDir, "logs");
      await ensurePrivateDir(logs);
      const text = launchdPlist(definition, {
        label,
        stdoutPath: path.join(logs, `${kind}.log`),
        stderrPath: path.join(logs, `${kind}.err.log`),
      });
      // It carries the Gateway's token.
      await writeFileAtomic(file, text, { mode: 0o600 });
      await must("enable", `${domain}/${label}`);
      await must("bootstrap", domain, file);
      await must("kickstart", "-k", `${domain}/${label}`);
    },
    async uninstall() {
      for (const name of [label, ...formerLabels]) await remove(name, true);
    },
    async start() {
      // Stopping takes an agent out of its domain; starting puts it back.
      if (!(await isLoaded(current()))) await must("bootstrap", domain, plistFile(home, current()));
      await must("kickstart", `${domain}/${current()}`);
    },
    stop: () => must("bootout", `${domain}/${current()}`),
    async restart() {
      if (!(await isLoaded(current()))) await must("bootstrap", domain, plistFile(home, current()));
      await must("kickstart", "-k", `${domain}/${current()}`);
    },
    startHints: () => [`launchctl bootstrap ${domain} ${plistFile(home, current())}`],
  };
}

/** Reads `launchctl print`. */
function readPrint(output: string): ServiceRuntime {
  const value = (key: string) => new RegExp(`^\\s*${key} = (.*)$`, "m").exec(output)?.[1]?.trim();
  const state = value("state");
  const pid = Number(value("pid"));
  const exit = Number.parseInt(value("last exit code") ?? "", 10);
  const reason = value("last exit reason");
  return {
    status: state === "running" || pid > 0 ? "running" : state === undefined ? "unknown" : "stopped",
    ...(state && { state }),
    ...(pid > 0 && { pid }),
    ...(Number.isInteger(exit) && { lastExitStatus: exit }),
    ...(reason && { lastExitReason: reason }),
  };
}

import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic } from "@openclaw/storage";
import { type ProgramEnd, type RunProgram, saidBy } from "./run-program.ts";
import type { ServiceRuntime } from "./service-definition.ts";
import { ServiceError, type ServiceManager } from "./service-manager.ts";
import { readSystemdUnit, systemdUnit } from "./systemd-unit.ts";

/** What to do where systemd does not manage services of users. */
export const withoutSystemd = [
  "Run it in the foreground: openclaw gateway run",
  "In a container, let its supervisor keep it running.",
  "In WSL2, enable systemd: set [boot] systemd=true in /etc/wsl.conf, then run wsl --shutdown.",
];

/** A systemd user unit. */
export function systemdManager(options: { name: string; file: string; run: RunProgram }): ServiceManager {
  const { name, file, run } = options;
  const unit = `${name}.service`;
  const systemctl = (...args: string[]) => run(["systemctl", "--user", ...args]);
  const must = async (...args: string[]) => {
    const end = await systemctl(...args);
    if (end.code === 0) return;
    throw isUnavailable(end)
      ? new ServiceError("unavailable", `systemd user services are unavailable: ${saidBy(end)}`, withoutSystemd)
      : new ServiceError("refused", `systemctl ${args[0]} failed: ${saidBy(end)}`);
  };
  const unavailable = async () => {
    const end = await systemctl("status");
    return isUnavailable(end) ? saidBy(end) : undefined;
  };

  return {
    label: "systemd",
    loadedText: "enabled",
    notLoadedText: "disabled",
    name,
    file,
    unavailable,
    isLoaded: async () => {
      const end = await systemctl("is-enabled", unit);
      if (isUnavailable(end))
        throw new ServiceError("unavailable", `systemctl is-enabled failed: ${saidBy(end)}`, withoutSystemd);
      return end.code === 0;
    },
    read: async () => (existsSync(file) ? readSystemdUnit(readFileSync(file, "utf8"), file) : undefined),
    async runtime() {
      const properties = "ActiveState,SubState,MainPID,ExecMainStatus,ExecMainCode";
      const end = await systemctl("show", unit, "--no-page", "--property", properties);
      if (end.code !== 0) return { status: "unknown", detail: saidBy(end), missingUnit: !existsSync(file) };
      return { ...readShow(end.stdout), ...(existsSync(file) ? {} : { missingUnit: true }) };
    },
    async install(definition) {
      const problem = await unavailable();
      if (problem !== undefined) {
        throw new ServiceError("unavailable", `systemd user services are unavailable: ${problem}`, withoutSystemd);
      }
      await mkdir(path.dirname(file), { recursive: true });
      // It carries the Gateway's token.
      await writeFileAtomic(file, systemdUnit(definition), { mode: 0o600 });
      await must("daemon-reload");
      await must("enable", unit);
      await must("restart", unit);
    },
    async uninstall() {
      await systemctl("disable", "--now", unit);
      rmSync(file, { force: true });
      await must("daemon-reload");
    },
    start: () => must("start", unit),
    stop: () => must("stop", unit),
    restart: () => must("restart", unit),
    startHints: () => [`systemctl --user start ${unit}`],
  };
}

function isUnavailable({ code, stdout, stderr }: ProgramEnd): boolean {
  if (code === 127) return true;
  return /failed to connect to (?:the )?(?:user )?(?:scope )?bus|has not been booted with systemd|no medium found|\$dbus_session_bus_address|xdg_runtime_dir/i.test(
    `${stderr}\n${stdout}`,
  );
}

/** Reads `systemctl show`. */
function readShow(output: string): ServiceRuntime {
  const values = new Map(
    output.split("\n").map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
  const state = values.get("ActiveState")?.trim();
  const subState = values.get("SubState")?.trim();
  const pid = Number(values.get("MainPID"));
  const exit = Number(values.get("ExecMainStatus"));
  const reason = values.get("ExecMainCode")?.trim();
  return {
    status: state === "active" ? "running" : state === undefined || state === "" ? "unknown" : "stopped",
    ...(state && { state }),
    ...(subState && { subState }),
    ...(pid > 0 && { pid }),
    ...(state !== "active" && Number.isInteger(exit) && { lastExitStatus: exit }),
    ...(state !== "active" && reason && reason !== "0" && { lastExitReason: reason }),
  };
}

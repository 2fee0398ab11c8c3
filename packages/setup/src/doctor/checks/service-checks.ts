import { existsSync } from "node:fs";
import path from "node:path";
import { isNixMode, readVariable } from "@openclaw/config/paths";
import { moveToTrash } from "@openclaw/storage";
import { auditService } from "../../services/audit-service.ts";
import { findExtraServices, removalHints } from "../../services/extra-services.ts";
import { defineService, installService } from "../../services/install-service.ts";
import { ensureLinger, hasLinger } from "../../services/linger.ts";
import { openService } from "../../services/open-service.ts";
import { findSystemNode } from "../../services/service-runtime.ts";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";

const extraServices: DoctorCheck = {
  id: "extra-services",
  async run({ service, options, paths }) {
    const extras = await findExtraServices(service, options.deep);
    return extras.map((extra): DoctorFinding => {
      const what = extra.legacy ? "a service of a former release" : "another service that looks like a Gateway";
      const lines = [
        `${extra.label} (${extra.scope}) is ${what}.`,
        ...removalHints(extra, service.uid).map((hint) => `  ${hint}`),
      ];
      if (extra.platform !== "darwin" || extra.scope !== "user" || extra.file === undefined) {
        return { title: "Other services", lines };
      }
      const file = extra.file;
      return {
        title: "Other services",
        lines,
        repair: {
          question: `Stop ${extra.label} and move it to the Trash?`,
          kind: "ordinary",
          preset: extra.legacy,
          async apply() {
            await service.run(["launchctl", "bootout", `gui/${service.uid}/${extra.label}`]);
            await moveToTrash(file, { home: paths.home, platform: "darwin", env: {}, now: service.now, create: true });
            return [`Moved ${file} to the Trash.`];
          },
        },
      };
    });
  },
};

const serviceConfig: DoctorCheck = {
  id: "service-config",
  async run(world) {
    const { service: machine, env, paths, entry, version } = world;
    const manager = openService("gateway", machine);
    const installed = await manager.read();
    if (!installed) return [];
    const { issues } = auditService(installed, {
      kind: "gateway",
      env,
      home: paths.home,
      platform: machine.platform,
      entry,
      systemNode: await findSystemNode({ ...machine, home: paths.home }),
    });
    if (issues.length === 0) return [];
    const lines = issues.map(({ code, message, detail }) => `- ${code}: ${message}${detail ? ` (${detail})` : ""}`);
    if (entry === undefined || env.OPENCLAW_NIX_MODE === "1") return [{ title: "Service config", lines }];
    const port = Number(installed.environment.OPENCLAW_GATEWAY_PORT ?? world.config.gateway?.port ?? 18_789);
    return [
      {
        title: "Service config",
        lines,
        repair: {
          question: "Rewrite the service as it would be installed now?",
          kind: issues.some(({ level }) => level === "aggressive") ? "aggressive" : "ordinary",
          preset: true,
          async apply() {
            const token = installed.environment.OPENCLAW_GATEWAY_TOKEN;
            const { definition, warnings } = await defineService(
              {
                kind: "gateway",
                runtime: "node",
                entry,
                args: ["gateway", "--port", String(port)],
                port,
                token,
                version,
              },
              machine,
            );
            await manager.install({
              ...definition,
              environment: { ...own(installed.environment), ...definition.environment },
            });
            return ["The service was rewritten and started again.", ...warnings];
          },
        },
      },
    ];
  },
};

/** Variables that somebody gave the service; those of ours are made anew. */
function own(environment: Readonly<Record<string, string>>): Record<string, string> {
  const ours = ([name]: [string, string]) => !name.startsWith("OPENCLAW_") && name !== "HOME" && name !== "PATH";
  return Object.fromEntries(Object.entries(environment).filter(ours));
}

const macNotes: DoctorCheck = {
  id: "macos",
  async run({ service, paths }) {
    if (service.platform !== "darwin") return [];
    const lines: string[] = [];
    const marker = path.join(paths.stateDir, "disable-launchagent");
    if (existsSync(marker))
      lines.push(`${marker} keeps the launch agent from being installed. Remove it: rm ${marker}`);
    for (const name of ["OPENCLAW_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_PASSWORD"]) {
      const { code, stdout } = await service.run(["launchctl", "getenv", name]);
      if (code === 0 && stdout.trim() !== "") {
        lines.push(`launchctl sets ${name} for every program. Take it away: launchctl unsetenv ${name}`);
      }
    }
    return lines.length === 0 ? [] : [{ title: "macOS", lines }];
  },
};

const lingering: DoctorCheck = {
  id: "linger",
  async run({ service, user, env, interactive }) {
    if (service.platform !== "linux" || !(await openService("gateway", service).read())) return [];
    if ((await hasLinger(user, service.run)) !== false) return [];
    return [
      {
        title: "Systemd lingering",
        lines: [`Services of ${user} end when ${user} logs out.`],
        repair: {
          question: `Enable systemd lingering for ${user}?`,
          kind: "ordinary",
          preset: true,
          async apply() {
            const lines: string[] = [];
            const asked = interactive && readVariable(env, "CI") === undefined;
            await ensureLinger({
              user,
              run: service.run,
              // The question has been answered already.
              ...(asked && { confirm: async () => true }),
              print: (line) => void lines.push(line),
            });
            return lines;
          },
        },
      },
    ];
  },
};

const notInstalled = "The Gateway is not installed as a service. Install it: openclaw gateway install";

/** Installs the service, where the program's file is known and the machine is not kept by Nix. */
function offerInstall(world: DoctorWorld, port: number): Pick<DoctorFinding, "repair"> {
  const { service: machine, entry, env, version, config } = world;
  if (entry === undefined || isNixMode(env) || config.gateway?.mode !== "local") return {};
  return {
    repair: {
      question: "Install the Gateway as a service?",
      kind: "ordinary",
      preset: true,
      async apply() {
        const token = config.gateway?.auth?.token ?? readVariable(env, "OPENCLAW_GATEWAY_TOKEN");
        const { warnings } = await installService(
          {
            kind: "gateway",
            runtime: "node",
            entry,
            args: ["gateway", "--port", String(port)],
            port,
            token,
            version,
            // What the manager still remembers of a service without its file must not stand in the way.
            force: true,
          },
          machine,
        );
        return ["The service was installed and started.", ...warnings];
      },
    },
  };
}

/** Installs, starts or restarts the Gateway's service where nothing answers. */
async function repairService(world: DoctorWorld): Promise<readonly DoctorFinding[]> {
  const { service: machine, health, config, help } = world;
  if (health === undefined || health.ok || config.gateway?.mode === "remote") return [];
  const manager = openService("gateway", machine);
  const port = Number(readVariable(world.env, "OPENCLAW_GATEWAY_PORT") ?? config.gateway?.port ?? 18_789);
  const title = "Gateway service";
  const installed = await manager.read();
  const listeners = help.listeners(port);
  if ((await manager.unavailable()) !== undefined) {
    return [{ title, lines: [`No service manager is available here. Run in the foreground: openclaw gateway run`] }];
  }
  if (!installed) {
    if (listeners.length > 0) {
      return [
        {
          title,
          lines: [
            `Port ${port} is used by ${listeners.map(({ pid, command }) => `pid ${pid} (${command})`).join(", ")}.`,
          ],
        },
      ];
    }
    return [{ title, lines: [notInstalled], ...offerInstall(world, port) }];
  }
  const runtime = await manager.runtime();
  const running = runtime.status === "running";
  const loaded = await manager.isLoaded();
  const foreign = listeners.filter(({ pid }) => pid !== runtime.pid);
  if (!running && foreign.length > 0) {
    return [
      {
        title,
        lines: [`Port ${port} is used by ${foreign.map(({ pid, command }) => `pid ${pid} (${command})`).join(", ")}.`],
      },
    ];
  }
  const what = running ? "is running and does not answer" : loaded ? "is stopped" : `is ${manager.notLoadedText}`;
  return [
    {
      title,
      lines: [`The service ${manager.name} ${what}.`],
      repair: {
        question: running ? "Restart the Gateway service?" : "Start the Gateway service?",
        kind: "ordinary",
        preset: true,
        async apply() {
          await (running ? manager.restart() : manager.start());
          return [running ? "The service was restarted." : "The service was started."];
        },
      },
    },
  ];
}

const serviceRepair: DoctorCheck = { id: "service-repair", run: repairService };

export const serviceChecks = { extraServices, serviceConfig, macNotes, lingering, serviceRepair };

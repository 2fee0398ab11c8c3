import { type ConfigSnapshot, loadConfig } from "@openclaw/config";
import { type Paths, resolvePaths } from "@openclaw/config/paths";
import {
  auditService,
  type ExtraService,
  findExtraServices,
  findSystemNode,
  type InstalledService,
  openService,
  type ServiceAudit,
  ServiceError,
  type ServiceManager,
  type ServiceRuntime,
  shownEnvironment,
} from "@openclaw/setup/services";
import type { CommandContext } from "../run/command-context.ts";
import { programFile, serviceWorld } from "./service-world.ts";

/** The Gateway's service: how it is written down, what it is doing, and which configuration it reads. */
export interface ServiceStatus {
  manager: ServiceManager;
  loaded: boolean;
  command: InstalledService | undefined;
  runtime: ServiceRuntime;
  audit: ServiceAudit;
  extras: ExtraService[];
  /** Why the manager does not answer. */
  problem: string | undefined;
  /** Why no service could be installed here; asked only where there is none. */
  unavailable: string | undefined;
  hints: readonly string[];
  /** What the installed service reads; undefined without one. */
  daemon: { paths: Paths; snapshot: ConfigSnapshot; port: number | undefined; token: string | undefined } | undefined;
}

/** Asks the service manager. One that is not there is an answer too. */
export async function serviceStatus(context: CommandContext, options: { deep: boolean }): Promise<ServiceStatus> {
  const world = serviceWorld(context);
  const manager = openService("gateway", world);
  const command = await manager.read();
  let loaded = false;
  let runtime: ServiceRuntime = { status: "unknown" };
  let problem: string | undefined;
  let hints: readonly string[] = [];
  try {
    loaded = await manager.isLoaded();
    runtime = await manager.runtime();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    problem = error.message;
    hints = error.hints;
  }
  const audit = command
    ? auditService(command, {
        kind: "gateway",
        env: context.env,
        home: context.paths.home,
        platform: world.platform,
        entry: programFile(context),
        systemNode: await findSystemNode({ ...world, home: context.paths.home }),
      })
    : { ok: true, issues: [] };
  const extras = await findExtraServices(world, options.deep);
  const unavailable = command ? undefined : await manager.unavailable();
  const daemon = await daemonOf(command, context);
  return { manager, loaded, command, runtime, audit, extras, problem, unavailable, hints, daemon };
}

/** The configuration and the port a service works with. */
async function daemonOf(
  command: InstalledService | undefined,
  context: CommandContext,
): Promise<ServiceStatus["daemon"]> {
  if (!command) return undefined;
  const { environment, programArguments } = command;
  const env = { HOME: context.paths.home, ...environment };
  const paths = resolvePaths(env);
  const own = await context.config();
  const snapshot = paths.configPath === own.path ? own : await loadConfig({ paths, env, version: context.version });
  const at = programArguments.indexOf("--port");
  const text = at >= 0 ? programArguments[at + 1] : environment.OPENCLAW_GATEWAY_PORT;
  const port = Number(text ?? Number.NaN);
  const token = snapshot.config.gateway?.auth?.token ?? environment.OPENCLAW_GATEWAY_TOKEN;
  return { paths, snapshot, port: Number.isInteger(port) && port > 0 ? port : undefined, token };
}

/** The service as JSON documents show it: without anything secret. */
export function serviceDocument({ manager, loaded, command, runtime, audit }: ServiceStatus) {
  return {
    label: manager.label,
    loaded,
    loadedText: manager.loadedText,
    notLoadedText: manager.notLoadedText,
    command: command
      ? {
          programArguments: command.programArguments,
          ...(command.workingDirectory !== undefined && { workingDirectory: command.workingDirectory }),
          environment: shownEnvironment(command.environment),
          sourcePath: command.sourcePath,
        }
      : null,
    runtime,
    configAudit: audit,
  };
}

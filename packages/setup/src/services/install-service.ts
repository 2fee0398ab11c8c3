import { isNixMode } from "@openclaw/config/paths";
import { identityOf, openService, type ServiceWorld } from "./open-service.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import { type ServiceSettings, serviceEnvironment } from "./service-environment.ts";
import { ServiceError } from "./service-manager.ts";
import { type ServiceKind, serviceDescription } from "./service-names.ts";
import { chooseRuntime, type RuntimeName, type RuntimeWorld } from "./service-runtime.ts";

/** How a service is to run. */
export interface InstallRequest extends ServiceSettings {
  kind: ServiceKind;
  runtime: RuntimeName;
  /** The program's own file: what the runtime is given first. */
  entry: string;
  /** Words after the entry. */
  args: readonly string[];
  /** Replace a service that is installed. */
  force: boolean;
}

export interface InstallOutcome {
  result: "installed" | "already-installed";
  warnings: string[];
}

/**
 * Installs and starts a service, unless it is there already.
 * @throws ServiceError
 */
export async function installService(
  request: InstallRequest,
  world: ServiceWorld & Pick<RuntimeWorld, "execPath" | "exists">,
): Promise<InstallOutcome> {
  if (isNixMode(world.env)) throw new ServiceError("refused", "Nix mode detected; service install is disabled.");
  const service = openService(request.kind, world);
  const problem = await service.unavailable();
  // systemd says best what is wrong, and what to do, when it is asked to install.
  if (problem === undefined && !request.force && (await service.isLoaded())) {
    return { result: "already-installed", warnings: [] };
  }
  const { definition, warnings } = await defineService(request, world);
  await service.install(definition);
  return { result: "installed", warnings };
}

/** The service as it would be installed. */
export async function defineService(
  request: Omit<InstallRequest, "force">,
  world: ServiceWorld & Pick<RuntimeWorld, "execPath" | "exists">,
): Promise<{ definition: ServiceDefinition; warnings: string[] }> {
  const { kind, runtime, entry, args, version } = request;
  const { program, warnings } = await chooseRuntime(runtime, { ...world, home: world.paths.home });
  return {
    definition: {
      description: serviceDescription(identityOf(kind, world), version),
      programArguments: [program, entry, ...args],
      environment: serviceEnvironment(kind, world, request),
    },
    warnings,
  };
}

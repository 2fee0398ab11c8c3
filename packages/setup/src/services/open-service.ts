import type { Paths } from "@openclaw/config/paths";
import { launchdManager } from "./launchd-manager.ts";
import type { RunProgram } from "./run-program.ts";
import { schtasksManager } from "./schtasks-manager.ts";
import type { ServiceManager } from "./service-manager.ts";
import {
  formerLaunchdLabels,
  launchdLabel,
  type ServiceIdentity,
  type ServiceKind,
  serviceFile,
  systemdName,
  taskName,
} from "./service-names.ts";
import { systemdManager } from "./systemd-manager.ts";

/** The machine services are installed on. */
export interface ServiceWorld {
  paths: Pick<Paths, "home" | "stateDir" | "configPath" | "profile">;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** Id of the user; launchd's domains carry it. */
  uid: number;
  run: RunProgram;
  now: () => number;
}

export function identityOf(kind: ServiceKind, { paths, env }: Pick<ServiceWorld, "paths" | "env">): ServiceIdentity {
  return { kind, profile: paths.profile, env };
}

/** The service of this instance at the manager of this system. */
export function openService(kind: ServiceKind, world: ServiceWorld): ServiceManager {
  const { paths, env, platform, run } = world;
  const identity = identityOf(kind, world);
  const file = serviceFile(identity, { home: paths.home, stateDir: paths.stateDir, platform });
  if (platform === "darwin") {
    return launchdManager({
      kind,
      label: launchdLabel(identity),
      formerLabels: formerLaunchdLabels(identity),
      home: paths.home,
      stateDir: paths.stateDir,
      uid: world.uid,
      now: world.now,
      run,
    });
  }
  if (platform === "win32") {
    const user = env.USERNAME ? `${env.USERDOMAIN ? `${env.USERDOMAIN}\\` : ""}${env.USERNAME}` : undefined;
    return schtasksManager({ name: taskName(identity), file, user, run });
  }
  return systemdManager({ name: systemdName(identity), file, run });
}

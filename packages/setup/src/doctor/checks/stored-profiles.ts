import { silentLog } from "@openclaw/log";
import { type Credential, createModels, type Models } from "@openclaw/models";
import type { DoctorWorld } from "../doctor-world.ts";

/** Models and their credentials, as the configuration with its agreed repairs has them. */
export function modelsOf({ config, env, paths, now, fetch }: DoctorWorld): Models {
  return createModels({ config: () => config, env, log: silentLog, stateDir: paths.stateDir, clock: { now }, fetch });
}

/** Stored sign-ins by their names. */
export function storedProfiles(world: DoctorWorld): ReadonlyMap<string, Credential> {
  return modelsOf(world).credentials?.profiles().profiles ?? new Map();
}

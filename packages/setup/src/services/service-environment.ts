import { identityOf, type ServiceWorld } from "./open-service.ts";
import { launchdLabel, type ServiceKind, systemdName } from "./service-names.ts";
import { servicePath } from "./service-path.ts";

/** What a service is told besides where the machine is. */
export interface ServiceSettings {
  version: string;
  /** Port of the Gateway. */
  port?: number | undefined;
  token?: string | undefined;
  /** `env` of the configuration. */
  variables?: Readonly<Record<string, string>> | undefined;
}

/** The environment of a service. Nothing else of the shell it is installed from is kept; keys belong into `<state>/.env`. */
export function serviceEnvironment(
  kind: ServiceKind,
  world: ServiceWorld,
  { version, port, token, variables }: ServiceSettings,
): Record<string, string> {
  const { paths, platform, env } = world;
  const identity = identityOf(kind, world);
  return {
    ...variables,
    HOME: paths.home,
    ...(platform === "win32" ? {} : { PATH: servicePath({ env, home: paths.home, platform }).join(":") }),
    ...(paths.profile !== undefined && { OPENCLAW_PROFILE: paths.profile }),
    OPENCLAW_STATE_DIR: paths.stateDir,
    OPENCLAW_CONFIG_PATH: paths.configPath,
    ...(port !== undefined && { OPENCLAW_GATEWAY_PORT: String(port) }),
    ...(token !== undefined && { OPENCLAW_GATEWAY_TOKEN: token }),
    ...(platform === "darwin" && { OPENCLAW_LAUNCHD_LABEL: launchdLabel(identity) }),
    ...(platform === "linux" && { OPENCLAW_SYSTEMD_UNIT: `${systemdName(identity)}.service` }),
    OPENCLAW_SERVICE_MARKER: "openclaw",
    OPENCLAW_SERVICE_KIND: kind,
    OPENCLAW_SERVICE_VERSION: version,
  };
}

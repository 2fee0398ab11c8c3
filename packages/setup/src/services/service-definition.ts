/** A service as it is written down for its manager. */
export interface ServiceDefinition {
  description: string;
  /** The program and its arguments. */
  programArguments: readonly string[];
  workingDirectory?: string | undefined;
  environment: Readonly<Record<string, string>>;
}

/** A service as it was found. */
export interface InstalledService extends Omit<ServiceDefinition, "description"> {
  /** The file it was read from. */
  sourcePath: string;
  /** The text of that file. */
  text: string;
}

/** What a service is doing. */
export interface ServiceRuntime {
  status: "running" | "stopped" | "unknown";
  state?: string;
  subState?: string;
  pid?: number;
  lastExitStatus?: number;
  lastExitReason?: string;
  detail?: string;
  /** The manager knows of the service and its file is gone. */
  missingUnit?: boolean;
}

/** Variables of a service that may be shown. */
const shown = [
  "OPENCLAW_PROFILE",
  "OPENCLAW_STATE_DIR",
  "OPENCLAW_CONFIG_PATH",
  "OPENCLAW_GATEWAY_PORT",
  "OPENCLAW_NIX_MODE",
];

/** The environment of a service without anything secret. */
export function shownEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    shown.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

import type { InstalledService, ServiceDefinition, ServiceRuntime } from "./service-definition.ts";

/** One service at the manager of this system. */
export interface ServiceManager {
  /** `systemd`, `LaunchAgent` or `Scheduled Task`. */
  readonly label: string;
  readonly loadedText: string;
  readonly notLoadedText: string;
  /** Unit, label or task. */
  readonly name: string;
  /** The file it is installed as. */
  readonly file: string;
  /** Why the manager cannot be used here; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  isLoaded(): Promise<boolean>;
  /** The service as it is written down; undefined when it is not installed. */
  read(): Promise<InstalledService | undefined>;
  runtime(): Promise<ServiceRuntime>;
  /** Writes the service down, replacing what is there, and starts it. @throws ServiceError */
  install(definition: ServiceDefinition): Promise<void>;
  /** Stops it and removes it. @throws ServiceError */
  uninstall(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Commands that start it by hand. */
  startHints(): string[];
}

/** A service manager refused. The message is what it said. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: "unavailable" | "refused";
  /** What to try instead. */
  readonly hints: readonly string[];

  constructor(code: ServiceError["code"], message: string, hints: readonly string[] = []) {
    super(message);
    this.code = code;
    this.hints = hints;
  }
}

import type { spawn } from "node:child_process";
import type { ConfigSnapshot, LoadConfigOptions, OpenClawConfig } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";
import type { AuthContext, ProviderAuth } from "@openclaw/models";
import type { RuntimeName } from "../services/service-runtime.ts";
import type { ChannelSteps, ConfigPatch } from "./channels/channel-steps.ts";
import type { SetupWork } from "./setup-draft.ts";

/** Everything outside that setting up touches. */
export interface SetupWorld {
  paths: Paths;
  env: NodeJS.ProcessEnv;
  version: string;
  platform: NodeJS.Platform;
  now: () => number;
  fetch: typeof fetch;
  spawn: typeof spawn;
  /** Waits that many milliseconds. */
  wait: (ms: number) => Promise<unknown>;
  /** Waits for a browser that comes back from signing in. */
  listen: AuthContext["listen"];
  /** 48 hexadecimal characters. */
  randomToken: () => string;
  /** The configuration as it was when setting up began. */
  snapshot: ConfigSnapshot;
  manifests: NonNullable<LoadConfigOptions["manifests"]>;
  host: SetupHost;
  /** One line about what was done. */
  tell: (line: string) => void;
  /** A command to type, with the profile that is active. */
  hint: (command: string) => string;
  /** Shortens the home directory to `~` for people. */
  shorten: (text: string) => string;
}

/** How a Gateway answered. */
export type GatewayAnswer = { ok: true } | { ok: false; error: string };

/** The background service as the wizard sees it. */
export interface ServiceState {
  /** Why there can be none on this machine. */
  unavailable: string | undefined;
  installed: boolean;
}

/** What came of installing the service. */
export type ServiceOutcome =
  | { ok: true; lines: readonly string[] }
  | { ok: false; error: string; hints: readonly string[] };

/** A channel somebody can set up. */
export interface SetupChannel {
  id: string;
  label: string;
  docsPath: string;
  /** One line about it. */
  description?: string | undefined;
  /** How its plugin comes here, where it has one that is not here. */
  offer?: PluginOffer | undefined;
  /** Part of the program, or of a plugin whose questions cost more to load. */
  bundled: boolean;
  /** Loads what can be asked. @throws Error saying why its plugin cannot be loaded */
  steps(): Promise<ChannelSteps>;
  /** What makes its plugin run; absent for channels that need none. */
  enable?(config: OpenClawConfig): ConfigPatch;
}

/** A plugin that can be installed. */
export interface PluginOffer {
  npmSpec: string | undefined;
  /** A folder on this machine, for those who develop it. */
  localPath: string | undefined;
  preferred: "npm" | "local";
  /**
   * Fetches the plugin to a place of its own and loads its channel from there.
   * @throws Error with what kept it from being fetched or loaded
   */
  stage(from: "npm" | "local", tell: (line: string) => void): Promise<StagedChannel>;
}

/** A channel whose plugin is fetched and not yet installed. */
export interface StagedChannel {
  steps: ChannelSteps;
  /** Installs the plugin. */
  work: SetupWork;
}

/** A skill as the wizard shows it. */
export interface SetupSkill {
  key: string;
  name: string;
  eligible: boolean;
  blocked: boolean;
  /** The variable that holds its key and is missing. */
  missingEnv: string | undefined;
  /** Programs that are missing. */
  missingBins: readonly string[];
  /** The ways to install them that are offered here. */
  installers: readonly SkillInstaller[];
}

export interface SkillInstaller {
  id: string;
  /** Needs Homebrew. */
  brew: boolean;
  label: string;
}

/** What came of installing what a skill needs. */
export interface SkillInstallOutcome {
  ok: boolean;
  message: string;
  warnings: readonly string[];
}

/** A hook that can be switched on. */
export interface SetupHook {
  key: string;
  name: string;
  description: string;
}

/** A Gateway somebody announces on this network. */
export interface Beacon {
  name: string;
  host: string;
  port: number;
}

/** What only the program that sets up can do. */
export interface SetupHost {
  /** Whether a Gateway is where this configuration says. Asks for nothing, tells it nothing and writes nothing. */
  answers(config: OpenClawConfig, timeoutMs: number): Promise<boolean>;
  /** Connects to the Gateway that this configuration names, and asks it for its health when told to. */
  probe(config: OpenClawConfig, options: { timeoutMs: number; health: boolean }): Promise<GatewayAnswer>;
  service(): Promise<ServiceState>;
  installService(config: OpenClawConfig, options: { runtime: RuntimeName; force: boolean }): Promise<ServiceOutcome>;
  restartService(): Promise<ServiceOutcome>;
  uninstallService(): Promise<ServiceOutcome>;
  /** Asks whether services may outlive the login; does nothing elsewhere than on Linux. */
  linger(confirm: ((message: string) => Promise<boolean>) | undefined, print: (line: string) => void): Promise<void>;
  /** The sign-ins there are, by provider; those of plugins too. */
  signIns(): Promise<readonly ProviderAuth[]>;
  /** The channels there are, in the order people see them. */
  channels(config: OpenClawConfig): Promise<readonly SetupChannel[]>;
  /** Takes away what was fetched and not installed. */
  close(): Promise<void>;
  skills(config: OpenClawConfig): Promise<readonly SetupSkill[]>;
  /** Whether the program `brew` is found. */
  hasHomebrew(): boolean;
  installSkill(config: OpenClawConfig, key: string, installerId: string): Promise<SkillInstallOutcome>;
  hooks(config: OpenClawConfig): Promise<readonly SetupHook[]>;
  /** Whether there is a program that can look for Gateways on the local network. */
  canDiscover(): boolean;
  discover(timeoutMs: number): Promise<readonly Beacon[]>;
  /** Where the Control UI is, without a token. */
  dashboardUrl(config: OpenClawConfig): string;
  /** False when no browser can be opened here. */
  openBrowser(url: string): Promise<boolean>;
  /** Whether the files of the Control UI are there, and what builds them; `build` is absent where nothing does. */
  controlUi(): { built: boolean; build: (() => Promise<boolean>) | undefined };
  /**
   * The chat in this terminal, until its person leaves it; absent where there is no terminal. `message` is what is said
   * first. Without a Gateway that runs one is served for as long as the chat lasts.
   */
  chat:
    | ((config: OpenClawConfig, options: { message: string | undefined; gateway: boolean }) => Promise<void>)
    | undefined;
  /** Writes the completion of the shell into its start file; the line that tells of it. Absent where there is no shell. */
  installCompletion: (() => Promise<string>) | undefined;
}

import type { Timers } from "@openclaw/agent-runtime";
import type { ConfigStore, Paths } from "@openclaw/config";
import type { Log, WsLogStyle } from "@openclaw/log";
import type { GuardedFetch } from "@openclaw/net";
import type { Channel, ChannelEntry } from "@openclaw/plugin-sdk";
import type { PluginSource } from "@openclaw/plugins/discovery";
import type { Clock } from "@openclaw/storage";
import type { Updater } from "./methods/update.ts";
import type { RestartRequest } from "./restart-requests.ts";
import type { GatewayFlags } from "./settings.ts";
import type { SetUp } from "./wizard/open-wizard.ts";
import type { ConnectionLimits } from "./ws/limits.ts";

export interface GatewayOptions {
  paths: Paths;
  configStore: ConfigStore;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Version of the program, as clients see it. */
  version: string;
  /** What the command line asks for. */
  flags?: GatewayFlags;
  /** Folder of the web page's built files. */
  webRoot?: string | undefined;
  /** Channels to offer: those that are configured run. Entries are loaded only then. */
  channels?: readonly (Channel | ChannelEntry)[];
  /** Off: an account whose connection ended for good is not started again. */
  channelRestarts?: boolean;
  /** Finds the plugins of this installation; without it the Gateway has none. */
  plugins?: PluginSource | undefined;
  /** Brings the installed program up to date, for `update.run`; absent where there is no source of updates. */
  update?: Updater;
  /** The steps of setting up, for `wizard.*`; absent where there is nothing to set up with. */
  setUp?: SetUp;
  clock?: Clock;
  /** The timers of runs, commands and approvals. */
  timers?: Timers;
  limits?: Partial<ConnectionLimits>;
  wsLog?: { verbose: boolean; style: WsLogStyle };
  /** Takes the lock on the configuration file; off only for several Gateways in one process. */
  lock?: boolean;
  fetch?: typeof fetch;
  /** For addresses that models and people choose; default reaches public ones alone. */
  guardedFetch?: GuardedFetch;
  /** Where the speech service that needs no key is; default Microsoft's. */
  edgeSpeechUrl?: string;
}

/** Called when a configuration change or a client asks for a restart. */
export type OnRestart = (request: RestartRequest) => void;

/** A running Gateway. */
export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** `ws://host:port`. */
  readonly url: string;
  /** Stops taking work, lets runs end, closes everything. Harmless when repeated. */
  stop(options?: { reason?: "stopping" | "restarting" }): Promise<void>;
}

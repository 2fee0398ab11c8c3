import { systemTimers, type Timers } from "@openclaw/agent-runtime";
import type { ConfigStore, OpenClawConfig, Paths } from "@openclaw/config";
import { createRedactor, type Log } from "@openclaw/log";
import { createGuardedFetch, type GuardedFetch } from "@openclaw/net";
import { type Clock, systemClock } from "@openclaw/storage";
import { type Agents, createAgents } from "./agents.ts";
import type { GatewayOptions, OnRestart } from "./gateway.ts";
import { createHotReload, type HotReload } from "./hot-reload.ts";
import { createRoutes, type Routes } from "./http/routes.ts";
import { createLateParts, type LateParts } from "./late-parts.ts";
import { createLifeCycle, type LifeCycle } from "./life-cycle.ts";
import { createRestartRequests, type RestartRequest } from "./restart-requests.ts";
import { type GatewaySettings, resolveSettings } from "./settings.ts";
import { type Connections, createConnections } from "./ws/connections.ts";
import { type ConnectionLimits, defaultLimits } from "./ws/limits.ts";

/** What every area of a Gateway may use: what the Gateway was given, and what areas register with. */
export interface GatewayBase {
  readonly paths: Paths;
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  /** Tells this start of the program from others. */
  readonly bootId: string;
  /** Time of the start, as `performance.now()` gave it. */
  readonly startedAt: number;
  readonly configStore: ConfigStore;
  /** The configuration as it is now. */
  config(this: void): OpenClawConfig;
  /** What holds until the next start. */
  readonly settings: GatewaySettings;
  readonly limits: ConnectionLimits;
  readonly log: Log;
  /** Takes secrets out of a text. */
  redact(this: void, text: string): string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly hostTimeZone: string;
  /** The zone of the user, else of this machine. */
  timeZone(this: void): string;
  /** Asks services outside of the Gateway. */
  readonly fetch: typeof fetch;
  /** The same where it was given; models keep their connections alive with their own otherwise. */
  readonly givenFetch: typeof fetch | undefined;
  /** For addresses that models and people choose. */
  readonly guardedFetch: GuardedFetch;
  readonly agents: Agents;
  /** The clients there are. */
  readonly connections: Connections;
  /** What the areas serve on the port. */
  readonly routes: Routes;
  /** What the areas do about a change of the configuration. */
  readonly hotReload: HotReload;
  /** What the areas do at a start and a stop. */
  readonly life: LifeCycle;
  /** What is opened later than others need it. */
  readonly late: LateParts;
  /** Asks for a restart in this process; several requests become one. */
  requestRestart(this: void, request: RestartRequest): void;
}

/** Opens nothing yet. */
export function createGatewayBase(options: GatewayOptions, onRestart: OnRestart): GatewayBase {
  const { paths, configStore, env, log } = options;
  const config = (): OpenClawConfig => configStore.snapshot().config;
  // Intl takes a quarter of a millisecond to say this, so it is asked once.
  const hostTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const life = createLifeCycle(log);
  const restarts = createRestartRequests(onRestart, log);
  life.on("drain", restarts.cancel);
  life.on("close", restarts.cancel);
  return {
    paths,
    stateDir: paths.stateDir,
    env,
    version: options.version,
    bootId: crypto.randomUUID(),
    startedAt: performance.now(),
    configStore,
    config,
    settings: resolveSettings(configStore.snapshot(), env, options.flags),
    limits: { ...defaultLimits, ...options.limits },
    log,
    redact: createRedactor(),
    clock: options.clock ?? systemClock,
    timers: options.timers ?? systemTimers,
    hostTimeZone,
    timeZone: () => config().agents?.defaults?.userTimezone ?? hostTimeZone,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    givenFetch: options.fetch,
    guardedFetch: options.guardedFetch ?? createGuardedFetch(),
    agents: createAgents({ config, env }),
    connections: createConnections(),
    routes: createRoutes(),
    hotReload: createHotReload({ env, log }),
    life,
    late: createLateParts(),
    requestRestart: restarts.ask,
  };
}

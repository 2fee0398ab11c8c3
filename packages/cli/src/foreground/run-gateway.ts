import { type ConfigStore, openConfigStore } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";
import { type Gateway, type GatewayOptions, resolveSettings, startGateway } from "@openclaw/gateway";
import { captureConsole, createRedactor, type Log, type LogSettings } from "@openclaw/log";
import { bundledChannels } from "../channels/bundled-channels.ts";
import { isTransientNetworkError, type ProcessEvents } from "./process-events.ts";
import { limitYoungHeap } from "./young-heap.ts";

/** How long a shutdown may take, ms. */
const shutdownMs = 5000;

export interface ForegroundOptions {
  paths: Paths;
  env: NodeJS.ProcessEnv;
  version: string;
  /** The configuration, opened and checked. */
  store: ConfigStore;
  log: Log;
  verbose: boolean;
  gateway: Pick<GatewayOptions, "flags" | "webRoot" | "plugins" | "wsLog" | "fetch" | "setUp">;
  events: ProcessEvents;
  /** Ends the process at once. */
  exit: (code: number) => void;
  /** Called when the first Gateway takes connections. */
  onReady?: (gateway: Gateway) => void;
}

type Order = { kind: "stop" } | { kind: "restart" };

/**
 * Runs a Gateway until a signal ends it, starting it anew in this process when it is asked to.
 * @returns the exit code
 * @throws what `startGateway` throws, on the first start and on every other
 */
export async function runGateway(options: ForegroundOptions): Promise<number> {
  const { log } = options;
  let store = options.store;
  const orders = createOrders(options, () => store.snapshot().config.commands?.restart === true);
  const releaseConsole = captureConsole(log);
  const releaseHeap = limitYoungHeap();
  try {
    for (let first = true; ; first = false) {
      applyLogging(log, store, options);
      const gateway = await startGateway(
        {
          channels: bundledChannels,
          ...options.gateway,
          paths: options.paths,
          configStore: store,
          env: options.env,
          log,
          version: options.version,
        },
        () => orders.restart(),
      );
      announce(gateway, log, store, options, first);
      const order = await orders.next(() => canRestart(store, options));
      const inTime = await stopInTime(gateway, order);
      if (!inTime) {
        log.warn("shutdown timed out; exiting without full cleanup");
        const code = order.kind === "stop" ? 0 : 1;
        options.exit(code);
        return code;
      }
      await store.close();
      if (order.kind === "stop" || orders.stopRequested) return 0;
      store = await openConfigStore({
        paths: options.paths,
        env: options.env,
        version: options.version,
        log,
        ...(options.gateway.plugins && { manifests: options.gateway.plugins.manifests }),
      });
      orders.resume();
    }
  } finally {
    orders.close();
    releaseConsole();
    releaseHeap();
  }
}

/** The lines of a start, after the one that says where the Gateway listens. */
function announce(gateway: Gateway, log: Log, store: ConfigStore, options: ForegroundOptions, first: boolean): void {
  const file = log.file();
  log.info(file === "" ? "log file: none" : `log file: ${file}`);
  for (const warning of store.snapshot().warnings) log.warn(`config: ${warning.path}: ${warning.message}`);
  void logModel(log, store, options).catch((error: unknown) => log.warn(`agent model: unknown (${String(error)})`));
  if (first) options.onReady?.(gateway);
}

async function logModel(log: Log, store: ConfigStore, { env, paths }: ForegroundOptions): Promise<void> {
  const { createModels, formatModelRef } = await import("@openclaw/models");
  const models = createModels({ config: () => store.snapshot().config, env, log, stateDir: paths.stateDir });
  log.info(`agent model: ${formatModelRef(await models.defaultRef())}`);
}

/** Brings the log in line with `logging.*`. */
function applyLogging(log: Log, store: ConfigStore, options: ForegroundOptions): void {
  const { logging = {} } = store.snapshot().config;
  const warnings: string[] = [];
  const settings: LogSettings = {
    file: logging.file,
    profile: options.paths.profile,
    level: logging.level,
    consoleLevel: options.verbose ? "debug" : logging.consoleLevel,
    consoleStyle: logging.consoleStyle,
    redact: createRedactor({
      mode: logging.redactSensitive,
      patterns: logging.redactPatterns,
      onBadPattern: (warning: string) => warnings.push(warning),
    }),
  };
  log.reconfigure(settings);
  // Where the new settings send it.
  for (const warning of warnings) log.warn(warning);
}

/** Whether a restart would come up again; if not, the running Gateway is worth more than none. */
async function canRestart(store: ConfigStore, options: ForegroundOptions): Promise<boolean> {
  const next = await store.reload();
  try {
    resolveSettings(next, options.env, options.gateway.flags);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
    options.log.error(`restart skipped, the Gateway would not start again: ${reason}`);
    return false;
  }
}

async function stopInTime(gateway: Gateway, order: Order): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), shutdownMs);
  });
  const stopped = gateway.stop({ reason: order.kind === "stop" ? "stopping" : "restarting" }).then(() => true);
  try {
    return await Promise.race([stopped, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Orders {
  /** Waits for the next thing to do with the running Gateway. */
  next(mayRestart: () => Promise<boolean>): Promise<Order>;
  restart(): void;
  /** The new Gateway is about to start: signals are heard again. */
  resume(): void;
  /** A signal asked to stop while a restart was under way. */
  readonly stopRequested: boolean;
  close(): void;
}

/** Turns signals, failures and requests into orders, one at a time. */
function createOrders({ log, events, exit }: ForegroundOptions, mayRestartBySignal: () => boolean): Orders {
  let phase: "starting" | "running" | "stopping" = "starting";
  let stopRequested = false;
  let give: ((order: Order) => void) | undefined;

  const onStop = (signal: string) => {
    switch (phase) {
      case "starting":
        log.info(`received ${signal} during start; exiting`);
        return exit(0); // nothing was taken over yet, and locks are given back on exit
      case "stopping":
        if (stopRequested) return log.info(`received ${signal} during shutdown; ignoring`);
        stopRequested = true; // a restart under way becomes a stop
        return log.info(`received ${signal} during a restart; stopping instead`);
      case "running":
        stopRequested = true;
        log.info(`received ${signal}; shutting down`);
        give?.({ kind: "stop" });
    }
  };
  const onTerm = () => onStop("SIGTERM");
  const onInt = () => onStop("SIGINT");
  const onRestartSignal = () => {
    if (phase !== "running") return log.info("received SIGUSR1 during shutdown; ignoring");
    if (!mayRestartBySignal()) {
      return log.warn("SIGUSR1 restart ignored (not authorized; enable commands.restart or use gateway tool).");
    }
    give?.({ kind: "restart" });
  };
  const onException = (error: unknown) => {
    log.fatal("uncaught exception", { error: error instanceof Error ? error.stack : String(error) });
    exit(1);
  };
  const onRejection = (error: unknown) => {
    if (isTransientNetworkError(error))
      return log.warn("a network request failed and nobody waited for it", { error: String(error) });
    log.fatal("unhandled rejection", { error: error instanceof Error ? error.stack : String(error) });
    exit(1);
  };
  const handlers = [
    ["SIGTERM", onTerm],
    ["SIGINT", onInt],
    ["SIGUSR1", onRestartSignal],
    ["uncaughtException", onException],
    ["unhandledRejection", onRejection],
  ] as const;
  for (const [event, handler] of handlers) events.on(event, handler);

  return {
    async next(mayRestart) {
      phase = "running";
      let order: Order = { kind: "stop" };
      while (!stopRequested) {
        order = await new Promise<Order>((resolve) => {
          give = resolve;
        });
        give = undefined;
        if (order.kind === "stop" || (await mayRestart())) break;
      }
      phase = "stopping";
      return stopRequested ? { kind: "stop" } : order;
    },
    restart: () => give?.({ kind: "restart" }),
    resume() {
      phase = "starting";
    },
    get stopRequested() {
      return stopRequested;
    },
    close() {
      for (const [event, handler] of handlers) events.off(event, handler);
    },
  };
}

import path from "node:path";
import { coreToolOrder, type RunPlugins, type Timers, type ToolScope } from "@openclaw/agent-runtime";
import {
  type ConfigStore,
  type OpenClawConfig,
  type PluginManifest,
  pluginStates,
  writeConfigObject,
} from "@openclaw/config";
import type { Log } from "@openclaw/log";
import type { ChannelServices, PluginHost } from "@openclaw/plugins";
import type { Discovery, PluginSource } from "@openclaw/plugins/discovery";
import { methods } from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import type { DeviceStore } from "../pairing/device-store.ts";
import { showDevice } from "../pairing/paired-device.ts";
import { withChannelSchemas } from "./channel-schemas.ts";

/** How long the hooks that hear of a stop may take, ms. */
const STOP_LIMIT_MS = 5000;

export interface GatewayPluginsOptions {
  /** Finds the plugins; absent for a Gateway that has none. */
  source: PluginSource | undefined;
  configStore: ConfigStore;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  workspaceDir(): string;
  version: string;
  devices: DeviceStore;
  enqueueSystemEvent(text: string, sessionKey: string): Promise<void>;
  /** Makes the models of plugins' providers known, before anything runs. */
  registerProviders(host: PluginHost): Promise<void>;
  /** What channels of the reference release need. */
  channelServices(): Promise<ChannelServices>;
  /** Starts the channels plugins have registered. */
  startChannels(host: PluginHost): Promise<void>;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** The plugins of a Gateway. Without any that is enabled, nothing of the plugin host is even imported. */
export interface GatewayPlugins {
  /** The plugins once they are loaded. */
  readonly host: PluginHost | undefined;
  /** The manifests of all plugins, with the settings that loaded channels declare. The same list until they change. */
  manifests(): readonly PluginManifest[];
  /** Resolves when they are loaded; undefined when there are none to wait for. */
  ready(): Promise<PluginHost | undefined> | undefined;
  /** What they add to runs: a promise while they are being loaded. */
  forRuns(): RunPlugins | Promise<RunPlugins | undefined> | undefined;
  /** Loads them, then starts their channels and services. Whoever started the Gateway does not wait for it. */
  start(port: number): void;
  /** Tells them, then stops their services, the last one first. */
  stop(reason: string): Promise<void>;
}

export function createGatewayPlugins(options: GatewayPluginsOptions): GatewayPlugins {
  const { configStore, clock, timers } = options;
  const log = options.log.child("plugins");
  const config = (): OpenClawConfig => configStore.snapshot().config;
  const discovery = options.source?.discover(config());
  const wanted = discovery !== undefined && hasEnabled(discovery, config());
  for (const { level, message, pluginId } of discovery?.diagnostics ?? []) {
    log[level](message, pluginId === undefined ? undefined : { plugin: pluginId });
  }
  let host: PluginHost | undefined;
  let runs: RunPlugins | undefined;
  let port = 0;
  let finish: (loaded: PluginHost | undefined) => void = () => {};
  // Made at once: a run that an earlier process left goes on before the plugins are loaded, and has to wait for them.
  const loaded = wanted
    ? new Promise<PluginHost | undefined>((resolve) => {
        finish = resolve;
      })
    : undefined;

  const load = async (found: Discovery): Promise<void> => {
    try {
      const { openPluginHost } = await import("@openclaw/plugins");
      host = await openPluginHost({
        discovery: found,
        config,
        workspaceDir: options.workspaceDir(),
        core: {
          hasMethod: (name) => Object.hasOwn(methods, name),
          hasTool: (name) => coreToolOrder.some((core) => core === name),
        },
        runtime: {
          version: options.version,
          stateDir: options.stateDir,
          env: options.env,
          verbose: log.isEnabled("debug"),
          loadConfig: config,
          writeConfig: (next) => writeConfigObject(configStore, next),
          enqueueSystemEvent: options.enqueueSystemEvent,
          channels: await options.channelServices(),
        },
        devices: {
          approve: (requestId) => options.devices.approve(requestId),
          reject: (requestId) => options.devices.reject(requestId),
          list: () => {
            const { pending, paired } = options.devices.list();
            return { pending, paired: paired.map((device) => showDevice(device, 3, false)) };
          },
        },
        now: () => clock.now(),
        timers,
        tapLog: (listener) => options.log.tap(listener),
        async readHooks(dir) {
          const { readFolderHooks } = await import("./folder-hooks.ts");
          return readFolderHooks(dir, config(), options.env);
        },
        log,
      });
      await options.registerProviders(host);
      runs = forRuns(host, options.stateDir, config);
    } catch (error) {
      log.error("the plugins could not be loaded", { error: String(error) });
    } finally {
      finish(host);
    }
    if (!host || stopping) return;
    await options.startChannels(host);
    await host.services.start();
    await host.hooks.tell("gateway_start", { port }, { port });
    await host.bus.emit({ type: "gateway", action: "startup", sessionKey: "", context: { port } });
  };

  let stopping = false;
  let shown:
    | { of: readonly PluginManifest[] | undefined; host: PluginHost | undefined; list: PluginManifest[] }
    | undefined;
  let working: Promise<void> | undefined;
  return {
    get host() {
      return host;
    },
    manifests() {
      const of = configStore.snapshot().manifests;
      // Without plugins the list stays the same, whatever is read anew.
      if (shown && shown.host === host && (shown.of === of || (shown.list.length === 0 && !of?.length)))
        return shown.list;
      shown = { of, host, list: (of ?? []).map((manifest) => withChannelSchemas(manifest, host)) };
      return shown.list;
    },
    ready: () => (host ? undefined : loaded),
    forRuns: () => runs ?? (loaded && !host ? loaded.then(() => runs) : undefined),
    start(ownPort) {
      port = ownPort;
      if (discovery === undefined || loaded === undefined) return;
      working = load(discovery).catch((error: unknown) =>
        log.error("the plugins could not be started", { error: String(error) }),
      );
    },
    async stop(reason) {
      stopping = true;
      finish(host);
      if (!host) return;
      const { within } = await import("@openclaw/plugins");
      await within(timers, STOP_LIMIT_MS, working ?? Promise.resolve());
      await within(timers, STOP_LIMIT_MS, host.hooks.tell("gateway_stop", { reason }, { port }));
      await host.services.stop();
    },
  };
}

function hasEnabled({ plugins }: Discovery, config: OpenClawConfig): boolean {
  const states = pluginStates(
    plugins.filter((plugin) => plugin.overriddenBy === undefined).map(({ manifest }) => manifest),
    config,
  );
  return [...states.values()].some(({ enabled }) => enabled);
}

function forRuns(host: PluginHost, stateDir: string, config: () => OpenClawConfig): RunPlugins {
  return {
    hooks: host.hooks,
    tools(scope: ToolScope, isTaken) {
      if (!host.hasTools) return [];
      const { agentId, sessionKey, workspaceDir, channel } = scope;
      const own = config().agents?.list?.find((agent) => agent.id === agentId)?.agentDir;
      return host.tools(
        {
          config: config(),
          workspaceDir,
          agentDir: own ?? path.join(stateDir, "agents", agentId, "agent"),
          agentId,
          sessionKey,
          ...(channel === undefined ? {} : { messageChannel: channel }),
          sandboxed: scope.sandbox !== undefined,
        },
        isTaken,
      );
    },
  };
}

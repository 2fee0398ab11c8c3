import type { Channel } from "./channel/channel.ts";
import type { ForeignChannel } from "./foreign-channel.ts";
import type { HookBusHandler, HookBusOptions, PluginHookHandler, PluginHookName } from "./plugin-hooks.ts";
import type {
  PluginCliOptions,
  PluginCliRegistrar,
  PluginCommand,
  PluginHttpHandler,
  PluginHttpRoute,
  PluginLogger,
  PluginMethodHandler,
  PluginMethodScope,
  PluginProvider,
  PluginService,
} from "./plugin-parts.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";
import type { PluginTool, PluginToolFactory, PluginToolOptions } from "./plugin-tool.ts";

/**
 * What `register` gets. Everything is registered before `register` returns; what comes later is refused with a
 * diagnostic. Registrars that a host does not have are absent: ask with `typeof api.x === "function"`.
 */
export interface PluginApi {
  readonly id: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  /** The entry file. */
  readonly source: string;
  /** The configuration at load. Must not be changed. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `plugins.entries.<id>.config`, checked and with the defaults of the manifest's schema. */
  readonly pluginConfig: Record<string, unknown> | undefined;
  readonly runtime: PluginRuntime;
  readonly logger: PluginLogger;
  registerTool(tool: PluginTool | PluginToolFactory, options?: PluginToolOptions): void;
  /** Hears a typed hook. Higher priorities (default 0) come first. */
  on<N extends PluginHookName>(name: N, handler: PluginHookHandler<N>, options?: { priority?: number }): void;
  /** Hears `command`, `session`, `agent` or `gateway`, or one action of them such as `command:new`. */
  registerHook(events: string | readonly string[], handler: HookBusHandler, options?: HookBusOptions): void;
  /** Serves a method of the Gateway. `operator.admin` is needed to call it unless another scope is given. */
  registerGatewayMethod(name: string, handler: PluginMethodHandler, options?: { scope?: PluginMethodScope }): void;
  registerHttpRoute(route: PluginHttpRoute): void;
  registerHttpHandler(handler: PluginHttpHandler): void;
  registerProvider(provider: PluginProvider): void;
  registerCommand(command: PluginCommand): void;
  registerCli(registrar: PluginCliRegistrar, options?: PluginCliOptions): void;
  registerService(service: PluginService): void;
  registerChannel(channel: Channel | ForeignChannel | { plugin: Channel | ForeignChannel; dock?: object }): void;
  /** Expands `~`; other paths are taken from the plugin's folder. */
  resolvePath(path: string): string;
}

/** What a plugin's module exports by default. */
export interface PluginEntry {
  id?: string;
  name?: string;
  description?: string;
  version?: string;
  kind?: string | readonly string[];
  configSchema?: unknown;
  /** Called once for each Gateway, and must not be asynchronous. */
  register(api: PluginApi): void;
}

/** Gives a plugin's entry its types; returns it as it is. */
export function definePluginEntry<E extends PluginEntry>(entry: E): E {
  return entry;
}

import {
  type Channel,
  type ForeignChannel,
  type HookBusHandler,
  type PluginCliOptions,
  type PluginCliRegistrar,
  type PluginCommand,
  type PluginHookHandler,
  type PluginHookName,
  type PluginHttpHandler,
  type PluginHttpRoute,
  type PluginMethodHandler,
  type PluginMethodScope,
  type PluginProvider,
  type PluginService,
  type PluginToolFactory,
  pluginHookNames,
} from "@openclaw/plugin-sdk";

interface Owned {
  readonly pluginId: string;
}

export interface ToolRegistration extends Owned {
  /** A single tool is a factory too, one that always makes it. */
  readonly factory: PluginToolFactory;
  /** Names for listings, as far as they are known without calling the factory. */
  readonly names: readonly string[];
  readonly optional: boolean;
}

/** A handler of a typed hook. */
export interface HookRegistration<N extends PluginHookName> extends Owned {
  readonly handler: PluginHookHandler<N>;
  readonly priority: number;
}

/** The handlers of every typed hook, in the order of their registration. */
export type HookTable = { readonly [N in PluginHookName]: HookRegistration<N>[] };

export interface BusHookRegistration extends Owned {
  readonly name: string;
  readonly description: string | undefined;
  readonly events: readonly string[];
  readonly handler: HookBusHandler;
  /** False for hooks that are only listed. */
  readonly active: boolean;
}

export interface MethodRegistration extends Owned {
  readonly name: string;
  readonly handler: PluginMethodHandler;
  readonly scope: PluginMethodScope;
}

export interface RouteRegistration extends Owned {
  readonly path: string;
  readonly match: "exact" | "prefix";
  readonly auth: "gateway" | "plugin";
  readonly handler: PluginHttpRoute["handler"];
}

export interface CliRegistration extends Owned {
  readonly registrar: PluginCliRegistrar;
  readonly options: PluginCliOptions;
}

export interface ChannelRegistration extends Owned {
  readonly id: string;
  readonly channel: Channel | ForeignChannel;
  readonly dock: object | undefined;
}

/** Everything plugins have registered; that of one plugin, or of all. */
export interface Registrations {
  tools: ToolRegistration[];
  hooks: HookTable;
  busHooks: BusHookRegistration[];
  methods: MethodRegistration[];
  routes: RouteRegistration[];
  httpHandlers: (Owned & { readonly handler: PluginHttpHandler })[];
  providers: (Owned & { readonly provider: PluginProvider })[];
  commands: (Owned & { readonly command: PluginCommand })[];
  clis: CliRegistration[];
  services: (Owned & { readonly service: PluginService })[];
  channels: ChannelRegistration[];
}

export function noRegistrations(): Registrations {
  return {
    tools: [],
    hooks: noHooks(),
    busHooks: [],
    methods: [],
    routes: [],
    httpHandlers: [],
    providers: [],
    commands: [],
    clis: [],
    services: [],
    channels: [],
  };
}

function noHooks(): HookTable {
  return {
    before_agent_start: [],
    agent_end: [],
    before_compaction: [],
    after_compaction: [],
    message_received: [],
    message_sending: [],
    message_sent: [],
    before_tool_call: [],
    after_tool_call: [],
    tool_result_persist: [],
    session_start: [],
    session_end: [],
    gateway_start: [],
    gateway_stop: [],
  };
}

/** Every handler of the typed hooks, with the hook's name. */
export function hookEntries(hooks: HookTable): { name: string; pluginId: string }[] {
  return pluginHookNames.flatMap((name) => hooks[name].map(({ pluginId }) => ({ name, pluginId })));
}

function addHooks<N extends PluginHookName>(all: HookTable, own: HookTable, name: N): void {
  all[name].push(...own[name]);
}

/** Adds what a plugin has registered to what is there. */
export function addRegistrations(all: Registrations, own: Registrations): void {
  all.tools.push(...own.tools);
  for (const name of pluginHookNames) addHooks(all.hooks, own.hooks, name);
  all.busHooks.push(...own.busHooks);
  all.methods.push(...own.methods);
  all.routes.push(...own.routes);
  all.httpHandlers.push(...own.httpHandlers);
  all.providers.push(...own.providers);
  all.commands.push(...own.commands);
  all.clis.push(...own.clis);
  all.services.push(...own.services);
  all.channels.push(...own.channels);
}

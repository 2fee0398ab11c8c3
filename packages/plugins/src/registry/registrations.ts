import type {
  Channel,
  ForeignChannel,
  HookBusHandler,
  PluginCliOptions,
  PluginCliRegistrar,
  PluginCommand,
  PluginHookHandler,
  PluginHookName,
  PluginHttpHandler,
  PluginHttpRoute,
  PluginMethodHandler,
  PluginMethodScope,
  PluginProvider,
  PluginService,
  PluginToolFactory,
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
export type HookRegistration = { [N in PluginHookName]: HookRegistrationOf<N> }[PluginHookName];

export interface HookRegistrationOf<N extends PluginHookName> extends Owned {
  readonly name: N;
  readonly handler: PluginHookHandler<N>;
  readonly priority: number;
}

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
  hooks: HookRegistration[];
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
    hooks: [],
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

/** Adds what a plugin has registered to what is there. */
export function addRegistrations(all: Registrations, own: Registrations): void {
  all.tools.push(...own.tools);
  all.hooks.push(...own.hooks);
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

import type { PluginSource } from "@openclaw/plugins/discovery";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayPort } from "../http/open-port.ts";
import type { GatewayClients } from "../open-clients.ts";
import type { GatewayModels } from "../open-models.ts";
import type { GatewayStores } from "../open-stores.ts";
import { createGatewayPlugins, type GatewayPlugins } from "./gateway-plugins.ts";
import { startPluginChannels } from "./plugin-channels.ts";
import { pluginHttp } from "./plugin-http.ts";

/** Opens the plugins of a Gateway; they are loaded and started when it is ready. */
export function openPlugins(
  gateway: GatewayBase &
    Pick<GatewayStores, "systemEvents"> &
    Pick<GatewayModels, "providers"> &
    Pick<GatewayPort, "port" | "httpAuth"> &
    Pick<GatewayClients, "devices">,
  source: PluginSource | undefined,
): GatewayPlugins {
  const { configStore, config, env, stateDir, version, agents, devices, providers, systemEvents } = gateway;
  const { clock, timers, life, late, log } = gateway;
  const foreign = { config, open: () => late.foreignChannels.get()() };
  const plugins = createGatewayPlugins({
    source,
    configStore,
    env,
    stateDir,
    workspaceDir: () => agents.workspace(agents.defaultId()),
    version,
    devices,
    enqueueSystemEvent: (text, sessionKey) => systemEvents.enqueue(sessionKey, text),
    async registerProviders(host) {
      if (host.registry.providers.length === 0) return;
      const { registerPluginProviders } = await import("@openclaw/plugins/providers");
      registerPluginProviders(host.registry, providers, log.child("plugins"));
    },
    channelServices: async () => (await foreign.open()).services,
    startChannels: (host) => startPluginChannels(host, late.channels.get(), foreign, log.child("plugins")),
    clock,
    timers,
    log,
  });
  gateway.routes.serve("plugins", pluginHttp(plugins, gateway.httpAuth));
  life.on("ready", () => {
    life.on("close", () => plugins.stop(life.endReason));
    plugins.start(gateway.port);
  });
  return plugins;
}

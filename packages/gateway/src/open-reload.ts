import type { Channels } from "./channels/channels.ts";
import type { GatewayChannels } from "./channels/open-channels.ts";
import type { GatewayBase } from "./gateway-base.ts";
import type { GatewayRuntime } from "./open-runtime.ts";
import type { DeclaredPrefix } from "./reload.ts";
import { watchConfig } from "./watch-config.ts";

/** Lets a running Gateway follow its configuration file. */
export function openReload(
  gateway: GatewayBase & Pick<GatewayChannels, "channels" | "targets"> & Pick<GatewayRuntime, "runtime">,
): void {
  const { configStore, hotReload, channels, runtime, targets, requestRestart, life, log } = gateway;
  hotReload.on("channel", async (name) => {
    const id = channels.idOf(name);
    // Else the section of a plugin that is not installed.
    if (id !== undefined) await channels.reload(id);
  });
  const stop = watchConfig({
    configStore,
    hotReload,
    declared: () => declaredPrefixes(channels),
    applied() {
      runtime.reload();
      targets.forget();
    },
    requestRestart,
    log,
  });
  life.on("close", stop);
}

function declaredPrefixes(channels: Channels): DeclaredPrefix[] {
  return channels.ids().flatMap((id) => {
    const { configPrefixes = [], noopPrefixes = [] } = channels.get(id)?.reload ?? {};
    return [
      ...noopPrefixes.map((prefix) => ({ prefix, action: "none" as const })),
      ...configPrefixes.map((prefix) => ({ prefix, action: { restartChannel: id } })),
    ];
  });
}

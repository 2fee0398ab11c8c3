import type { AgentRuntime } from "@openclaw/agent-runtime";
import type { ConfigStore } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Channels } from "./channels/channels.ts";
import type { HotReload } from "./hot-reload.ts";
import type { Targets } from "./outbound/resolve-target.ts";
import type { DeclaredPrefix } from "./reload.ts";
import { watchConfig } from "./watch-config.ts";

export interface OpenReloadOptions {
  configStore: ConfigStore;
  /** What the areas have said about taking over changes. */
  hotReload: HotReload;
  channels: Channels;
  runtime: Pick<AgentRuntime, "reload">;
  targets: Pick<Targets, "forget">;
  requestRestart(request: { reason: string; delayMs: number }): void;
  log: Logger;
}

/** Lets a running Gateway follow its configuration file. @returns how to stop */
export function openReload(options: OpenReloadOptions): () => void {
  const { configStore, hotReload, channels, runtime, targets, requestRestart, log } = options;
  hotReload.on("channel", async (name) => {
    const id = channels.idOf(name);
    // Else the section of a plugin that is not installed.
    if (id !== undefined) await channels.reload(id);
  });
  return watchConfig({
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

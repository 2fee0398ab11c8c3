import { type ConfigStore, changedPaths } from "@openclaw/config";
import type { Log } from "@openclaw/log";
import { reloadAction } from "./reload.ts";

/** Watches the configuration of a running Gateway: what can be applied at once is, for the rest a restart is asked for. */
export function watchConfig(options: {
  configStore: ConfigStore;
  requestRestart(request: { reason: string; delayMs: number }): void;
  log: Log;
}): () => void {
  const { configStore, requestRestart, log } = options;
  const startedWith = configStore.snapshot().config;
  return configStore.watch((next, paths) => {
    const mode = next.config.gateway?.reload?.mode ?? "hybrid";
    // A change that was taken back before the Gateway restarted for it needs no restart either.
    const running = reloadAction(changedPaths(startedWith, next.config));
    const action = running === "none" ? "none" : reloadAction(paths);
    if (mode === "off") log.info("config reload disabled (gateway.reload.mode=off)");
    else if (action === "none" && mode !== "restart")
      log.info(`config change applied (dynamic reads: ${paths.join(", ")})`);
    else if (mode === "hot")
      log.warn(`config reload requires gateway restart; hot mode ignoring (${paths.join(", ")})`);
    else {
      log.info(`config change requires gateway restart (${paths.join(", ")})`);
      requestRestart({ reason: "config", delayMs: 0 });
    }
  });
}

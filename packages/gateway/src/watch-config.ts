import { type ConfigStore, changedPaths } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { HotReload } from "./hot-reload.ts";
import { type DeclaredPrefix, planReload, type ReloadPlan } from "./reload.ts";

export interface WatchConfigOptions {
  configStore: ConfigStore;
  hotReload: HotReload;
  /** Paths that channels of plugins follow. */
  declared(): readonly DeclaredPrefix[];
  /** Called with every change that is applied without a restart, after its actions. */
  applied(): void;
  requestRestart(request: { reason: string; delayMs: number }): void;
  log: Logger;
}

/** Watches the configuration of a running Gateway: what can be applied at once is, for the rest a restart is asked for. */
export function watchConfig(options: WatchConfigOptions): () => void {
  const { configStore, hotReload, requestRestart, log } = options;
  const startedWith = configStore.snapshot().config;
  let previous = startedWith;
  let turn: Promise<void> = Promise.resolve();

  /** A part that does not take over changes by itself needs a restart for them. */
  const plan = (paths: readonly string[], change: { previous: typeof startedWith; next: typeof startedWith }) => {
    const asked = planReload(paths, { ...change, declared: options.declared() });
    if (asked.actions.every((action) => hotReload.can(action))) return asked;
    const needs = (path: string) =>
      planReload([path], { ...change, declared: options.declared() }).actions.some((action) => !hotReload.can(action));
    const late = asked.hot.filter(needs);
    return {
      ...asked,
      hot: asked.hot.filter((path) => !late.includes(path)),
      actions: asked.actions.filter((action) => hotReload.can(action)),
      restart: [...asked.restart, ...late],
    } satisfies ReloadPlan;
  };

  const applyNow = (now: ReloadPlan, change: { previous: typeof startedWith; next: typeof startedWith }) => {
    turn = turn.then(async () => {
      await hotReload.run(now.actions, change);
      options.applied();
      if (now.hot.length > 0) log.info(`config hot reload applied (${now.hot.join(", ")})`);
      if (now.dynamic.length > 0) log.info(`config change applied (dynamic reads: ${now.dynamic.join(", ")})`);
    });
    turn = turn.catch((error: unknown) =>
      log.error("a changed configuration could not be applied", { error: String(error) }),
    );
  };

  return configStore.watch(({ config: next }, paths) => {
    const change = { previous, next };
    const mode = next.gateway?.reload?.mode ?? "hybrid";
    if (mode === "off") return log.info("config reload disabled (gateway.reload.mode=off)");
    previous = next;
    const now = plan(paths, change);
    // A change that was taken back before the Gateway restarted for it needs no restart either.
    const since = plan(changedPaths(startedWith, next), { previous: startedWith, next });
    const needsRestart = now.restart.length > 0 && since.restart.length > 0;
    if (mode === "restart" || (needsRestart && mode !== "hot")) {
      log.info(`config change requires gateway restart (${(mode === "restart" ? paths : now.restart).join(", ")})`);
      return requestRestart({ reason: "config", delayMs: 0 });
    }
    if (needsRestart) {
      log.warn(`config reload requires gateway restart; hot mode ignoring (${now.restart.join(", ")})`);
    }
    applyNow(needsRestart ? now : { ...now, dynamic: [...now.dynamic, ...now.restart] }, change);
  });
}

import type { BootstrapHook } from "@openclaw/agent-runtime";
import type { InternalHooks } from "@openclaw/automation";
import type { AutomationGateway } from "./automation-parts.ts";

/** How long after the start hooks hear of it, ms. */
const startupDelayMs = 250;

/** The hooks of `hooks.internal`. While that is off nothing of them is loaded. */
export interface HooksDoor {
  /** `hooks.internal.enabled`, as it was at the start. */
  readonly wanted: boolean;
  /** Calls those that listen; resolves with what they want to tell the user. */
  emit(type: string, action: string, sessionKey: string, context: Record<string, unknown>): Promise<string[]>;
  readonly bootstrap: BootstrapHook;
  /** Loads them, and tells them a moment later that the Gateway has started. */
  start(): void;
  stop(): void;
}

export function createHooksDoor(gateway: AutomationGateway): HooksDoor {
  const { config, timers, log } = gateway;
  const wanted = config().hooks?.internal?.enabled === true;
  let hooks: InternalHooks | undefined;
  let loading: Promise<InternalHooks | undefined> | undefined;
  let cancelStartup = () => {};

  const load = async (): Promise<InternalHooks | undefined> => {
    try {
      const { loadGatewayHooks } = await import("./load-hooks.ts");
      hooks = await loadGatewayHooks(gateway);
      return hooks;
    } catch (error) {
      log.error("the internal hooks could not be loaded", { error: String(error) });
      return undefined;
    }
  };
  const loaded = (): Promise<InternalHooks | undefined> | undefined => {
    if (!wanted) return undefined;
    loading ??= load();
    return loading;
  };
  const emit: HooksDoor["emit"] = async (type, action, sessionKey, context) => {
    const own = await loaded();
    return own?.emit({ type, action, sessionKey, context }) ?? [];
  };

  return {
    wanted,
    emit,
    bootstrap: {
      listens: () => wanted && (hooks === undefined || hooks.listensTo("agent", "bootstrap")),
      async apply(place, files) {
        const own = await loaded();
        const context: Record<string, unknown> = { ...place, bootstrapFiles: [...files], cfg: config() };
        await own?.emit({ type: "agent", action: "bootstrap", sessionKey: place.sessionKey, context });
        return Array.isArray(context.bootstrapFiles) ? context.bootstrapFiles : files;
      },
    },
    start() {
      const ready = loaded();
      if (ready === undefined) return;
      const tell = () => {
        const { agents } = gateway;
        const context = { cfg: config(), deps: {}, workspaceDir: agents.workspace(agents.defaultId()) };
        emit("gateway", "startup", "gateway:startup", context).catch((error: unknown) =>
          log.error("the hooks could not be told of the start", { error: String(error) }),
        );
      };
      void ready.then(() => {
        cancelStartup = timers.after(startupDelayMs, tell);
      });
    },
    stop: () => cancelStartup(),
  };
}

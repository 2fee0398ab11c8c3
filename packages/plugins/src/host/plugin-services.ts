import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { PluginServiceContext } from "@openclaw/plugin-sdk";
import { messageOf } from "../load/load-plugins.ts";
import type { Registrations } from "../registry/registrations.ts";

/** How long one service may take to stop, ms. */
export const serviceStopLimitMs = 5000;

/** The services of plugins, as long as their Gateway runs. */
export interface PluginServices {
  /** Starts them one after another. One that fails is logged and left out. */
  start(): Promise<void>;
  /** Stops those that have started, the last one first. */
  stop(): Promise<void>;
}

export function createPluginServices(
  registered: Registrations["services"],
  options: { contextOf(pluginId: string): PluginServiceContext; timers: Timers; log: Logger },
): PluginServices {
  const { contextOf, timers, log } = options;
  const started: Registrations["services"] = [];
  let stopping = false;
  return {
    async start() {
      for (const entry of registered) {
        if (stopping) return;
        const { pluginId, service } = entry;
        try {
          await service.start(contextOf(pluginId));
          started.push(entry);
        } catch (error) {
          log.error(`plugin service failed (${service.id}): ${messageOf(error)}`, { plugin: pluginId });
        }
      }
    },
    async stop() {
      stopping = true;
      for (const { pluginId, service } of started.splice(0).reverse()) {
        try {
          const inTime = await within(timers, serviceStopLimitMs, Promise.resolve(service.stop?.(contextOf(pluginId))));
          if (!inTime) log.warn(`plugin service ${service.id} did not stop within ${serviceStopLimitMs} ms`);
        } catch (error) {
          log.error(`plugin service ${service.id} could not stop: ${messageOf(error)}`, { plugin: pluginId });
        }
      }
    },
  };
}

/** Whether work has ended before its time was over. */
export async function within(timers: Timers, ms: number, work: Promise<unknown>): Promise<boolean> {
  let cancel = () => {};
  const late = new Promise<false>((resolve) => {
    cancel = timers.after(ms, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    cancel();
  }
}

import type { Logger } from "@openclaw/log";
import type { HookBusEvent } from "@openclaw/plugin-sdk";
import { messageOf } from "../load/load-plugins.ts";
import type { BusHookRegistration } from "../registry/registrations.ts";

/** Tells the hooks of plugins that something has happened. */
export interface HookBus {
  /** Resolves, when every handler has ended, with what they want to tell the user. */
  emit(event: Omit<HookBusEvent, "messages" | "timestamp">): Promise<string[]>;
  /** Whether anybody listens to this. */
  listensTo(type: string, action: string): boolean;
}

/** @param enabled `hooks.internal.enabled`, asked for each event */
export function createHookBus(
  hooks: readonly BusHookRegistration[],
  options: { enabled: () => boolean; now: () => number; log: Logger },
): HookBus {
  const listeners = (type: string, action: string) =>
    hooks.filter(({ active, events }) => active && (events.includes(type) || events.includes(`${type}:${action}`)));
  return {
    listensTo: (type, action) => options.enabled() && listeners(type, action).length > 0,
    async emit(given) {
      if (!options.enabled()) return [];
      const event: HookBusEvent = { ...given, timestamp: new Date(options.now()), messages: [] };
      for (const { pluginId, name, handler } of listeners(event.type, event.action)) {
        try {
          await handler(event);
        } catch (error) {
          options.log.error(`[hooks] ${name} of ${pluginId} failed: ${messageOf(error)}`, { plugin: pluginId });
        }
      }
      return event.messages.filter((text) => typeof text === "string" && text.trim() !== "");
    },
  };
}

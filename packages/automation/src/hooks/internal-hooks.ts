import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Hook, HookEvent, HookHandler } from "./hook.ts";
import { type HookPlace, judgeHook } from "./judge-hook.ts";
import { loadHandler } from "./read-hook.ts";

/** The hooks of a Gateway that are in force. */
export interface InternalHooks {
  readonly size: number;
  listensTo(type: string, action: string): boolean;
  /** Calls those of the type, then those of the action, one after the other; resolves with their texts for the user. */
  emit(event: Pick<HookEvent, "type" | "action" | "sessionKey" | "context">): Promise<string[]>;
}

/**
 * Loads the handlers of the hooks that can run here, then those of `hooks.internal.handlers`. One that cannot be loaded is
 * told in the log and left out.
 * @param resolveModule the file of a legacy handler
 */
export async function loadInternalHooks(options: {
  hooks: readonly Hook[];
  place: HookPlace;
  config: OpenClawConfig;
  resolveModule(module: string): string;
  now(): number;
  log: Logger;
}): Promise<InternalHooks> {
  const { log } = options;
  const handlers = new Map<string, HookHandler[]>();
  let size = 0;

  const register = (events: readonly string[], handler: HookHandler) => {
    size += 1;
    for (const event of events) handlers.set(event, [...(handlers.get(event) ?? []), handler]);
  };
  const attempt = async (name: string, events: readonly string[], load: () => Promise<HookHandler>) => {
    if (events.length === 0) return log.warn(`[hooks] Hook "${name}" names no events and was left out`);
    try {
      register(events, await load());
    } catch (error) {
      log.error(`[hooks] Hook "${name}" could not be loaded: ${messageOf(error)}`);
    }
  };

  for (const hook of options.hooks) {
    if (hook.source === "openclaw-plugin" || !judgeHook(hook, options.place).eligible) continue;
    await attempt(hook.name, hook.events, () => hook.load());
  }
  for (const { event, module, export: name } of options.config.hooks?.internal?.handlers ?? []) {
    await attempt(module, [event], () => loadHandler(options.resolveModule(module), name ?? "default"));
  }
  log.info(`loaded ${size} internal hook handler${size === 1 ? "" : "s"}`);

  const listeners = (type: string, action: string) => [
    ...(handlers.get(type) ?? []),
    ...(handlers.get(`${type}:${action}`) ?? []),
  ];
  return {
    size,
    listensTo: (type, action) => listeners(type, action).length > 0,
    async emit(given) {
      const event: HookEvent = { ...given, timestamp: new Date(options.now()), messages: [] };
      for (const handler of listeners(event.type, event.action)) {
        try {
          await handler(event);
        } catch (error) {
          log.error(`Hook error [${event.type}:${event.action}]: ${messageOf(error)}`);
        }
      }
      return event.messages.filter((text) => typeof text === "string" && text.trim() !== "");
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

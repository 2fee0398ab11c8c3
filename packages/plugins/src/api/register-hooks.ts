import {
  type HookBusHandler,
  type HookBusOptions,
  isPluginHookName,
  type PluginHookHandler,
  type PluginHookName,
} from "@openclaw/plugin-sdk";
import type { PluginDraft } from "./plugin-draft.ts";

/** Takes a handler of a typed hook. One of a name nobody calls is kept out, and told. */
export function registerTypedHook<N extends PluginHookName>(
  draft: PluginDraft,
  name: N,
  handler: PluginHookHandler<N>,
  options: { priority?: number } = {},
): void {
  if (!isPluginHookName(name)) return draft.warn(`unknown typed hook: ${String(name)}`);
  const { pluginId } = draft;
  draft.own.hooks[name].push({ pluginId, handler, priority: options.priority ?? 0 });
}

/** Takes a handler of event-bus hooks. */
export function registerBusHook(
  draft: PluginDraft,
  events: string | readonly string[],
  handler: HookBusHandler,
  options: HookBusOptions = {},
): void {
  const entryName =
    options.entry && "name" in options.entry && typeof options.entry.name === "string" ? options.entry.name : undefined;
  const name = (options.name ?? entryName ?? "").trim();
  if (name === "") return draft.warn("hook registration missing name");
  draft.own.busHooks.push({
    pluginId: draft.pluginId,
    name,
    description: options.description,
    events: typeof events === "string" ? [events] : [...events],
    handler,
    active: options.register !== false,
  });
}

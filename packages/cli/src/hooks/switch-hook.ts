import type { OpenClawConfig } from "@openclaw/config";
import { editConfig } from "../commands/edit-config.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { collectHooks, findHook } from "./collect-hooks.ts";

/** Switches a hook on or off in the configuration. What it needs must be there when it is switched on. */
export async function switchHook(name: string, enabled: boolean, context: CommandContext): Promise<void> {
  const all = await collectHooks(context);
  const { hook } = findHook(all, name);
  if (hook.source === "openclaw-plugin") {
    throw new CliError(`Hook "${name}" is managed by plugin "${hook.pluginId}" and cannot be enabled/disabled.`);
  }
  const patch = {
    hooks: { internal: { ...(enabled ? { enabled: true } : {}), entries: { [hook.key]: { enabled } } } },
  };
  if (enabled) {
    const { config } = await context.config();
    if (!all.judge(hook, withEntry(config, hook.key)).eligible) {
      throw new CliError(`Hook "${name}" is not eligible (missing requirements)`);
    }
  }
  await editConfig(context, (store) => store.patch({ patch }));
  const label = [hook.emoji, hook.name].filter(Boolean).join(" ");
  context.print(enabled ? `✓ Enabled hook: ${label}` : `⏸ Disabled hook: ${label}`);
}

/** The configuration as it would be with the hook switched on. */
function withEntry(config: OpenClawConfig, key: string): OpenClawConfig {
  const { hooks } = config;
  const entries = { ...hooks?.internal?.entries, [key]: { ...hooks?.internal?.entries?.[key], enabled: true } };
  return { ...config, hooks: { ...hooks, internal: { ...hooks?.internal, enabled: true, entries } } };
}

import path from "node:path";
import { createBinarySearch, hookStatus, judgeHook, listedPluginHooks, type PluginHook } from "@openclaw/automation";
import { findGatewayHooks, type HookFinder } from "./load-hooks.ts";

/** The hooks of a Gateway, by name, with what keeps them from running. */
export function hooksStatus(gateway: HookFinder, ofPlugins: readonly PluginHook[]) {
  const { agents, env, stateDir } = gateway;
  const { config } = gateway.configStore.snapshot();
  const place = { config, env, platform: process.platform, hasBinary: createBinarySearch(env) };
  const enabled = config.hooks?.internal?.enabled === true;
  const hooks = [...findGatewayHooks(gateway).hooks, ...listedPluginHooks(ofPlugins, { enabled })];
  return {
    workspaceDir: agents.workspace(agents.defaultId()),
    managedHooksDir: path.join(stateDir, "hooks"),
    hooks: hooks
      .map((hook) => hookStatus({ hook, ...judgeHook(hook, place) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

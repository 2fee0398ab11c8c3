import path from "node:path";
import { defaultAgentId, workspaceDir } from "@openclaw/agent-runtime";
import {
  bundledHooks,
  createBinarySearch,
  discoverHooks,
  type Hook,
  type HookRequirements,
  type HookVerdict,
  type JudgedHook,
  judgeHook,
  listedPluginHooks,
  type PluginHook,
} from "@openclaw/automation";
import { expandTilde, type OpenClawConfig, pluginStates } from "@openclaw/config";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The hooks of this installation. */
export interface CollectedHooks {
  workspaceDir: string;
  managedHooksDir: string;
  hooks: JudgedHook[];
  /** Judges a hook under another configuration. */
  judge(hook: Hook, config: OpenClawConfig): HookVerdict;
}

export async function collectHooks(context: CommandContext): Promise<CollectedHooks> {
  const { env, paths } = context;
  const { config, path: configPath } = await context.config();
  const workspace = workspaceDir(config, defaultAgentId(config), env);
  const managedHooksDir = path.join(paths.stateDir, "hooks");
  const found = discoverHooks({
    extraDirs: (config.hooks?.internal?.load?.extraDirs ?? []).map((dir) =>
      path.resolve(path.dirname(configPath), expandTilde(dir, paths.home)),
    ),
    bundled: env.OPENCLAW_BUNDLED_HOOKS_DIR?.trim() || bundledHooks(),
    managedDir: managedHooksDir,
    workspaceDir: path.join(workspace, "hooks"),
  });
  for (const problem of found.problems) context.warn(context.errorStyle.warn(problem));
  const hasBinary = createBinarySearch(env);
  const judge = (hook: Hook, given: OpenClawConfig) =>
    judgeHook(hook, { config: given, env, platform: process.platform, hasBinary });
  const enabled = config.hooks?.internal?.enabled === true;
  const hooks = [...found.hooks, ...listedPluginHooks(await pluginHooks(context, config), { enabled })]
    .map((hook) => ({ hook, ...judge(hook, config) }))
    .sort((a, b) => a.hook.name.localeCompare(b.hook.name));
  return { workspaceDir: workspace, managedHooksDir, hooks, judge };
}

/** What enabled plugins have registered: their code is run for it, and nothing of it started. */
async function pluginHooks(context: CommandContext, config: OpenClawConfig): Promise<readonly PluginHook[]> {
  const found = (await context.plugins())
    .discover(config)
    .plugins.filter(({ overriddenBy }) => overriddenBy === undefined);
  const states = pluginStates(
    found.map(({ manifest }) => manifest),
    config,
  );
  if (![...states.values()].some(({ enabled }) => enabled)) return [];
  const { openRegistry } = await import("../plugins/open-registry.ts");
  return (await openRegistry(context, "error")).registry.busHooks;
}

/** Where a hook comes from, as people read it. */
export function hookOrigin({ source, pluginId }: Hook): string {
  return pluginId === undefined ? source : `plugin:${pluginId}`;
}

/** @throws CliError for a name nobody knows */
export function findHook({ hooks }: CollectedHooks, name: string): JudgedHook {
  const found = hooks.find(({ hook }) => hook.name === name || hook.key === name);
  if (found === undefined) throw new CliError(notFoundText(name), { code: "not-found" });
  return found;
}

export function notFoundText(name: string): string {
  return `Hook "${name}" not found. Run \`openclaw hooks list\` to see available hooks.`;
}

/** What is missing, in a line; empty when nothing is. */
export function missingText(missing: HookRequirements): string {
  const parts = Object.entries(missing).flatMap(([kind, names]: [string, readonly string[]]) =>
    names.length === 0 ? [] : [`${kind}: ${names.join(", ")}`],
  );
  return parts.join("; ");
}

export function statusText({ eligible, disabled }: HookVerdict): string {
  if (eligible) return "✓ ready";
  return disabled ? "⏸ disabled" : "✗ missing";
}

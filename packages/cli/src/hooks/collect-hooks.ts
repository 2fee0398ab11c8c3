import path from "node:path";
import { defaultAgentId, workspaceDir } from "@openclaw/agent-runtime";
import {
  bundledHooks,
  createBinarySearch,
  discoverHooks,
  type Hook,
  type HookRequirements,
  type HookVerdict,
  judgeHook,
} from "@openclaw/automation";
import { expandTilde, type OpenClawConfig, pluginStates } from "@openclaw/config";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** A hook and whether it can run. */
export interface JudgedHook extends HookVerdict {
  hook: Hook;
}

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
  const hooks = [...found.hooks, ...(await pluginHooks(context))]
    .map((hook) => ({ hook, ...judge(hook, config) }))
    .sort((a, b) => a.hook.name.localeCompare(b.hook.name));
  return { workspaceDir: workspace, managedHooksDir, hooks, judge };
}

/** Hooks of the event bus that enabled plugins register; they are on as long as the bus is. */
async function pluginHooks(context: CommandContext): Promise<Hook[]> {
  const { config } = await context.config();
  const states = pluginStates([...(await context.plugins()).manifests(config)], config);
  if (![...states.values()].some(({ enabled }) => enabled)) return [];
  const { openRegistry } = await import("../plugins/open-registry.ts");
  const { registry } = await openRegistry(context, "error");
  const needs = { bins: [], anyBins: [], env: [], config: ["hooks.internal.enabled"], os: [] };
  return registry.busHooks.map(({ pluginId, name, description = "", events, handler, active }) => ({
    name,
    description,
    source: "openclaw-plugin",
    key: name,
    enabled: active,
    events,
    always: false,
    requires: needs,
    pluginId,
    load: async () => (event) => handler(event),
  }));
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

/** A hook as `--json` shows it. */
export function hookJson({ hook, eligible, disabled, missing }: JudgedHook): object {
  return {
    name: hook.name,
    description: hook.description,
    emoji: hook.emoji ?? null,
    eligible,
    disabled,
    source: hook.source,
    pluginId: hook.pluginId ?? null,
    events: hook.events,
    homepage: hook.homepage ?? null,
    missing,
    managedByPlugin: hook.source === "openclaw-plugin",
  };
}

/** What is missing, in a line; empty when nothing is. */
export function missingText(missing: HookRequirements): string {
  const parts = Object.entries(missing).flatMap(([kind, names]: [string, readonly string[]]) =>
    names.length === 0 ? [] : [`${kind}: ${names.join(", ")}`],
  );
  return parts.join("; ");
}

/** Where a hook comes from, for people. */
export function sourceText({ source, pluginId }: Hook): string {
  return pluginId === undefined ? source : `plugin:${pluginId}`;
}

export function statusText({ eligible, disabled }: HookVerdict): string {
  if (eligible) return "✓ ready";
  return disabled ? "⏸ disabled" : "✗ missing";
}

import { workspaceDir } from "@openclaw/agent-runtime";
import { writeConfigObject } from "@openclaw/config";
import { createLog, type Log } from "@openclaw/log";
import { type OpenRegistryOptions, openPluginRegistry, type PluginRegistry } from "@openclaw/plugins";
import { methods } from "@openclaw/protocol";
import { editConfig } from "../commands/edit-config.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The plugins as a command sees them. */
export interface OpenedPlugins {
  registry: PluginRegistry;
  workspaceDir: string;
  /** Goes to standard error. */
  log: Log;
}

/**
 * Loads the enabled plugins in this process: what they are and what they register. Nothing of them is started, and what
 * they log goes to standard error. With an invalid configuration they are only listed.
 */
export async function openRegistry(
  context: CommandContext,
  level: "warn" | "error" = "warn",
  /** Other plugins than those of the installation, some of them alone, or a log for what they say. */
  only: Partial<Pick<OpenRegistryOptions, "discovery" | "config" | "wanted" | "log">> = {},
): Promise<OpenedPlugins> {
  const { env, paths, version } = context;
  const snapshot = await context.config();
  const { config = snapshot.config, wanted } = only;
  const source = await context.plugins();
  const log = createLog({ file: false, console: context.stderr, consoleLevel: level, env });
  const workspace = workspaceDir(config, defaultAgent(config), env);
  const registry = await openPluginRegistry({
    discovery: only.discovery ?? source.discover(config),
    config,
    ...(wanted && { wanted }),
    workspaceDir: workspace,
    hasMethod: (name) => Object.hasOwn(methods, name),
    runtime: {
      version,
      stateDir: paths.stateDir,
      env,
      verbose: false,
      loadConfig: () => config,
      writeConfig: (next) => editConfig(context, (store) => writeConfigObject(store, next)),
    },
    log: only.log ?? log.child("plugins"),
  });
  return { registry, workspaceDir: workspace, log };
}

function defaultAgent(config: { agents?: { list?: { id: string; default?: boolean | undefined }[] } }): string {
  const list = config.agents?.list ?? [];
  return (list.find((agent) => agent.default) ?? list[0])?.id ?? "main";
}

import type { PluginProgram } from "@openclaw/plugins";
import type { CommandContext } from "../run/command-context.ts";
import type { AnyCommand } from "../spec/command-spec.ts";
import { aliases, findNode } from "../spec/command-tree.ts";

/**
 * The commands plugins add, each as one of ours. Plugins are loaded for it, unless there is none that is enabled; with
 * an invalid configuration there are no such commands.
 */
export async function pluginCommands(context: CommandContext): Promise<AnyCommand[]> {
  const snapshot = await context.config();
  if (!snapshot.valid) return [];
  const source = await context.plugins();
  const discovery = source.discover(snapshot.config);
  if (discovery.plugins.length === 0) return [];
  const [{ pluginPrograms }, { openRegistry }] = await Promise.all([
    import("@openclaw/plugins"),
    import("./open-registry.ts"),
  ]);
  const { registry, workspaceDir, log } = await openRegistry(context);
  const programs = await pluginPrograms(registry, {
    config: snapshot.config,
    workspaceDir,
    isTaken: (name) => findNode(name) !== undefined || Object.hasOwn(aliases, name),
    write: (text) => void context.stdout.write(text),
    writeError: (text) => void context.stderr.write(text),
    log,
  });
  return programs.map(asCommand);
}

function asCommand({ name, description, pluginId, run }: PluginProgram): AnyCommand {
  return {
    id: name,
    summary: description || `command of the plugin ${pluginId}`,
    flags: {},
    args: [],
    config: "none",
    bare: true,
    program: run,
    load: () => Promise.reject(new Error(`${name} is run by its plugin`)),
  };
}

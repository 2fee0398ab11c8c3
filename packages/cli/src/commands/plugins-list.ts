import type { PluginRecord } from "@openclaw/plugins";
import { openRegistry } from "../plugins/open-registry.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { pluginsListFlags } from "../spec/plugins-commands.ts";
import type { Style } from "../terminal/style.ts";
import { renderTable } from "../terminal/table.ts";

/** `plugins list`: which plugins were found, and whether they are loaded. */
export async function run(
  { flags }: CommandInput<typeof pluginsListFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { registry, workspaceDir } = await openRegistry(context, "error");
  const plugins = registry.records.filter(({ enabled }) => enabled || !flags.enabled);
  if (flags.json) return void context.printJson({ workspaceDir, plugins, diagnostics: registry.diagnostics });
  if (plugins.length === 0) return void context.print("No plugins found.");
  const { style } = context;
  const loaded = plugins.filter(({ status }) => status === "loaded").length;
  context.print(`${style.heading("Plugins")} (${loaded}/${plugins.length} loaded)`);
  const columns = [
    { title: "Name", min: 8, flexible: true },
    { title: "ID", min: 8, flexible: true },
    { title: "Status", min: 8 },
    { title: "Source", min: 10, flexible: true },
    { title: "Version", min: 7 },
  ];
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.id,
    statusText(plugin, style),
    context.shorten(plugin.source),
    plugin.version ?? "",
  ]);
  context.print(renderTable(columns, rows, { width: context.stdout.columns, style }));
  for (const plugin of plugins) {
    if (plugin.error) context.print(`${plugin.id}: ${plugin.error}`);
    if (flags.verbose) for (const line of registeredLines(plugin)) context.print(`  ${line}`);
  }
}

function statusText({ status }: PluginRecord, style: Style): string {
  if (status === "loaded") return style.success(status);
  return status === "error" ? style.error(status) : style.warn(status);
}

/** What a plugin has registered, a line for each kind. */
export function registeredLines(plugin: PluginRecord): string[] {
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ["Tools", plugin.toolNames],
    ["Hooks", plugin.hookNames],
    ["Channels", plugin.channelIds],
    ["Providers", plugin.providerIds],
    ["Gateway methods", plugin.gatewayMethods],
    ["CLI commands", plugin.cliCommands],
    ["Services", plugin.services],
    ["Chat commands", plugin.commands.map((name) => `/${name}`)],
    ["HTTP routes", plugin.httpHandlers > 0 ? [String(plugin.httpHandlers)] : []],
  ];
  return kinds.filter(([, names]) => names.length > 0).map(([kind, names]) => `${kind}: ${names.join(", ")}`);
}

import { openRegistry } from "../plugins/open-registry.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { pluginsInfoFlags } from "../spec/plugins-commands.ts";
import { registeredLines } from "./plugins-list.ts";

/** `plugins info`: everything known of one plugin. */
export async function run(
  { flags, args }: CommandInput<typeof pluginsInfoFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [wanted = ""] = args;
  const { registry } = await openRegistry(context, "error");
  const { records } = registry;
  const plugin = records.find(({ id }) => id === wanted) ?? records.find(({ name }) => name === wanted);
  if (!plugin) throw new CliError(`Plugin not found: ${wanted}`, { code: "not-found" });
  if (flags.json) return void context.printJson(plugin);
  const { style } = context;
  context.print(`${style.heading(plugin.name)} (${plugin.id})`);
  if (plugin.description) context.print(plugin.description);
  const install = (await context.config()).config.plugins?.installs?.[plugin.id];
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Status", plugin.status],
    ["Error", plugin.error],
    ["Version", plugin.version],
    ["Origin", plugin.origin],
    ["Source", context.shorten(plugin.source)],
    ["Kind", plugin.kind === undefined ? undefined : [plugin.kind].flat().join(", ")],
    ["Installed", install && [install.source, install.spec ?? install.sourcePath].filter(Boolean).join(" ")],
  ];
  for (const [label, value] of facts) if (value) context.print(`${style.muted(`${label}:`)} ${value}`);
  for (const line of registeredLines(plugin)) context.print(line);
  for (const { level, message, pluginId } of registry.diagnostics) {
    if (pluginId === plugin.id && message !== plugin.error) context.print(`${level}: ${message}`);
  }
}

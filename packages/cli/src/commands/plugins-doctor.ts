import { openRegistry } from "../plugins/open-registry.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `plugins doctor`: what keeps plugins from running. */
export async function run(_input: CommandInput, context: CommandContext): Promise<undefined> {
  const { registry } = await openRegistry(context, "error");
  const failed = registry.records.filter(({ status }) => status === "error");
  const told = new Set(failed.map(({ error }) => error));
  const problems = registry.diagnostics.filter(({ level, message }) => level === "error" && !told.has(message));
  if (failed.length === 0 && problems.length === 0) return void context.print("No plugin issues detected.");
  if (failed.length > 0) {
    context.print("Plugin errors:");
    for (const { id, error, source } of failed) context.print(`- ${id}: ${error} (${context.shorten(source)})`);
  }
  if (problems.length > 0) {
    context.print("Diagnostics:");
    for (const { pluginId, source, message } of problems)
      context.print(`- ${pluginId ?? source ?? "plugins"}: ${message}`);
  }
}

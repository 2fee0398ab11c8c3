import type { ListedSandbox } from "@openclaw/agent-runtime";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { sandboxListFlags } from "../spec/sandbox-commands.ts";
import { formatAge } from "../terminal/age.ts";
import { openSandboxes } from "./sandboxes.ts";

/** `sandbox list`: which sandboxes there are, since when, and whether they still are as configured. */
export async function run(
  { flags }: CommandInput<typeof sandboxListFlags>,
  context: CommandContext,
): Promise<undefined> {
  const sandboxes = await openSandboxes(context);
  const containers = flags.browser ? [] : await sandboxes.list("sandbox");
  const browsers = await sandboxes.list("browser");
  if (flags.json) return void context.printJson({ containers, browsers });
  const all = [...containers, ...browsers];
  if (all.length === 0) return void context.print("No sandbox containers found.");
  if (containers.length > 0) printBlock("📦 Sandbox Containers:", containers, context);
  if (browsers.length > 0) printBlock("🌐 Sandbox Browser Containers:", browsers, context);
  context.print(`Total: ${all.length} (${all.filter((entry) => entry.running).length} running)`);
  const other = all.filter((entry) => !entry.imageMatch).length;
  if (other === 0) return;
  context.print(context.style.warn(`${other} with another image than configured.`));
  context.print(`Rebuild with: ${context.hint("openclaw sandbox recreate --all")}`);
}

function printBlock(title: string, entries: readonly ListedSandbox[], context: CommandContext): void {
  const { style } = context;
  const ago = (at: number) => formatAge(context.now() - at).replace(" ago", "");
  context.print(style.heading(title));
  for (const entry of entries) {
    // Without a container there is neither an image nor anything that runs.
    if (entry.backend === "bwrap") {
      context.print(
        `  ${entry.containerName}  last used ${formatAge(context.now() - entry.lastUsedAtMs)}  ${entry.sessionKey}`,
      );
      continue;
    }
    context.print(`  ${entry.containerName}`);
    context.print(`    Status:  ${entry.running ? style.success("running") : style.muted("stopped")}`);
    context.print(
      `    Image:   ${entry.image} ${entry.imageMatch ? style.success("✓") : style.warn("⚠️ not the configured one")}`,
    );
    context.print(`    Age:     ${ago(entry.createdAtMs)}`);
    context.print(`    Idle:    ${ago(entry.lastUsedAtMs)}`);
    context.print(`    Session: ${entry.sessionKey}`);
  }
  context.print();
}

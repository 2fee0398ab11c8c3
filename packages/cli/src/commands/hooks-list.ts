import { hookStatus } from "@openclaw/automation";
import { collectHooks, hookOrigin, missingText, statusText } from "../hooks/collect-hooks.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { hooksListFlags } from "../spec/hooks-commands.ts";
import { renderTable } from "../terminal/table.ts";

/** `hooks list`. */
export async function run({ flags }: CommandInput<typeof hooksListFlags>, context: CommandContext): Promise<undefined> {
  const all = await collectHooks(context);
  const hooks = all.hooks.filter(({ eligible }) => eligible || !flags.eligible);
  if (flags.json) {
    const { workspaceDir, managedHooksDir } = all;
    return void context.printJson({ workspaceDir, managedHooksDir, hooks: hooks.map(hookStatus) });
  }
  if (hooks.length === 0) {
    context.print(
      flags.eligible && all.hooks.length > 0
        ? "No eligible hooks found. Run `openclaw hooks list` to see all hooks."
        : "No hooks found.",
    );
    return;
  }
  const ready = hooks.filter(({ eligible }) => eligible).length;
  const columns = [
    { title: "Status" },
    { title: "Hook" },
    { title: "Description", flexible: true },
    { title: "Source" },
    ...(flags.verbose ? [{ title: "Missing", flexible: true }] : []),
  ];
  const rows = hooks.map((each) => [
    statusText(each),
    [each.hook.emoji, each.hook.name].filter(Boolean).join(" "),
    each.hook.description,
    hookOrigin(each.hook),
    ...(flags.verbose ? [missingText(each.missing)] : []),
  ]);
  context.print(`${context.style.heading("Hooks")} (${ready}/${hooks.length} ready)`);
  context.print(renderTable(columns, rows, { width: context.stdout.columns, style: context.style }));
}

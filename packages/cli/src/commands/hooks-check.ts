import { collectHooks, missingText } from "../hooks/collect-hooks.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { hooksJsonFlags } from "../spec/hooks-commands.ts";

/** `hooks check`. */
export async function run({ flags }: CommandInput<typeof hooksJsonFlags>, context: CommandContext): Promise<undefined> {
  const { hooks } = await collectHooks(context);
  const ready = hooks.filter(({ eligible }) => eligible).map(({ hook }) => hook.name);
  const others = hooks.filter(({ eligible }) => !eligible);
  if (flags.json) {
    const notEligible = others.map(({ hook, missing }) => ({ name: hook.name, missing }));
    context.printJson({
      total: hooks.length,
      eligible: ready.length,
      notEligible: others.length,
      hooks: { eligible: ready, notEligible },
    });
    return;
  }
  context.print(context.style.heading("Hooks status"));
  context.print(`Total: ${hooks.length}`);
  context.print(`Ready: ${ready.length}`);
  context.print(`Not ready: ${others.length}`);
  for (const { hook, disabled, missing } of others) {
    context.print(`  ${hook.name}: ${missingText(missing) || (disabled ? "disabled" : "not ready")}`);
  }
}

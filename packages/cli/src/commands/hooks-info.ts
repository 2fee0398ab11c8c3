import { hookStatus } from "@openclaw/automation";
import { collectHooks, findHook, hookOrigin, statusText } from "../hooks/collect-hooks.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { hooksJsonFlags } from "../spec/hooks-commands.ts";

/** `hooks info`. */
export async function run(
  { flags, args }: CommandInput<typeof hooksJsonFlags>,
  context: CommandContext,
): Promise<number | undefined> {
  const [name = ""] = args;
  const all = await collectHooks(context);
  if (flags.json && !all.hooks.some(({ hook }) => hook.name === name || hook.key === name)) {
    context.printJson({ error: "not found", hook: name });
    return 1;
  }
  const found = findHook(all, name);
  if (flags.json) {
    context.printJson(hookStatus(found));
    return undefined;
  }
  const { hook, missing } = found;
  context.print(`${[hook.emoji, hook.name].filter(Boolean).join(" ")}  ${statusText(found)}`);
  if (hook.description) context.print(hook.description);
  context.print();
  context.print(`Source: ${hookOrigin(hook)}`);
  if (hook.dir !== undefined) context.print(`Path: ${context.shorten(hook.dir)}`);
  if (hook.homepage !== undefined) context.print(`Homepage: ${hook.homepage}`);
  context.print(`Events: ${hook.events.join(", ") || "none"}`);
  const needs = Object.entries(hook.requires).flatMap(([kind, names]: [string, readonly string[]]) =>
    names.map((each) => {
      const lacking: readonly string[] = Reflect.get(missing, kind);
      return `  ${lacking.includes(each) ? "✗" : "✓"} ${kind}: ${each}`;
    }),
  );
  if (needs.length > 0) for (const line of ["Requirements:", ...needs]) context.print(line);
  return undefined;
}

import { type ModelRow, modelRows } from "../models/model-rows.ts";
import { openModels, refuseJsonAndPlain } from "../models/open-models.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsListFlags } from "../spec/models-commands.ts";
import { padText, textWidth } from "../terminal/text-width.ts";

/** `models list`: the configured models, or everything that is known. */
export async function run(
  { flags }: CommandInput<typeof modelsListFlags>,
  context: CommandContext,
): Promise<undefined> {
  refuseJsonAndPlain(flags);
  const { config, models } = await openModels(context, undefined, { withPlugins: true });
  const rows = await modelRows(config, models, flags);
  if (flags.json) return void context.printJson({ count: rows.length, models: rows });
  if (flags.plain) {
    for (const row of rows) context.print(row.key);
    return;
  }
  if (rows.length === 0) return void context.print("No models found.");
  context.print(context.style.heading(line(["Model", "Input", "Ctx", "Local", "Auth", "Tags"])));
  for (const row of rows) context.print(line(cells(row)));
}

const widths = [42, 10, 8, 5, 5];

function cells(row: ModelRow): string[] {
  const context = row.contextWindow === null ? "-" : `${Math.round(row.contextWindow / 1024)}k`;
  const auth = row.available === null ? "-" : row.available ? "yes" : "no";
  return [row.key, row.input, context, row.local ? "yes" : "no", auth, row.tags.join(",")];
}

/** Columns of a fixed width; a longer text pushes what follows instead of losing its end. */
function line(texts: readonly string[]): string {
  return texts
    .map((text, at) => padText(text, Math.max(widths[at] ?? 0, textWidth(text))))
    .join(" ")
    .trimEnd();
}

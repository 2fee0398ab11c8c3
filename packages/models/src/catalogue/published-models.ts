import type { BuiltinModel } from "../providers/builtin-providers.ts";

/** Finds a model in the packed public catalogue. The catalogue is loaded at the first question. */
export async function publishedModel(provider: string, id: string): Promise<BuiltinModel | undefined> {
  const { default: catalogue } = await import("./published-models.json", { with: { type: "json" } });
  const lists: Readonly<Record<string, readonly (readonly (string | number)[])[]>> = catalogue;
  const rows = Object.hasOwn(lists, provider) ? (lists[provider] ?? []) : [];
  const row = rows.find(([rowId]) => rowId === id);
  return row && readRow(row);
}

/** Abilities are one number: 1 = reasons, 2 = sees images, 3 = both. */
function readRow(row: readonly (string | number)[]): BuiltinModel {
  const [id = "", name = "", abilities, contextWindow, maxTokens, input, output, cacheRead, cacheWrite] = row;
  const can = Number(abilities);
  return {
    id: String(id),
    name: String(name),
    reasoning: (can & 1) !== 0,
    input: (can & 2) !== 0 ? ["text", "image"] : ["text"],
    contextWindow: Number(contextWindow),
    maxTokens: Number(maxTokens),
    cost: {
      input: Number(input),
      output: Number(output),
      cacheRead: Number(cacheRead),
      cacheWrite: Number(cacheWrite),
    },
  };
}

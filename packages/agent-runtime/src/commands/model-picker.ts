import { formatModelRef, type ModelRef } from "@openclaw/models";

/** Who is chosen for a model that several providers carry, when the current provider does not. */
const providerRank = [
  "anthropic",
  "openai",
  "openai-codex",
  "minimax",
  "synthetic",
  "google",
  "zai",
  "openrouter",
  "opencode",
  "github-copilot",
  "groq",
  "cerebras",
  "mistral",
  "xai",
  "lmstudio",
];

/** One number of the picker: a model and the providers that carry it, the preferred one first. */
export interface PickerRow {
  model: string;
  providers: string[];
}

/**
 * The rows of the picker. The order depends on the catalogue alone, so a number means the same model until the catalogue
 * changes.
 */
export function pickerRows(models: readonly ModelRef[]): PickerRow[] {
  const rows = new Map<string, PickerRow>();
  for (const { provider, model } of models) {
    const row = rows.get(model) ?? { model, providers: [] };
    if (!row.providers.includes(provider)) row.providers.push(provider);
    rows.set(model, row);
  }
  for (const row of rows.values()) row.providers.sort(byRank);
  return [...rows.values()].sort(
    (a, b) => byRank(a.providers[0] ?? "", b.providers[0] ?? "") || compareText(a.model, b.model),
  );
}

/** The model of a row: of the current provider when it carries it, else of the first. */
export function pick(row: PickerRow, current: ModelRef): ModelRef {
  const provider = row.providers.includes(current.provider) ? current.provider : (row.providers[0] ?? current.provider);
  return { provider, model: row.model };
}

/** What `/model` and `/model list` answer. */
export function pickerText(rows: readonly PickerRow[], current: ModelRef): string {
  if (rows.length === 0) return "No models available.";
  return [
    `Current: ${formatModelRef(current)}`,
    "",
    ...rows.map(({ model, providers }, index) => `${index + 1}. ${model} (${providers.join(", ")})`),
    "",
    "Switch: /model <#> or /model <provider/model>",
    "Browse: /models (providers) or /models <provider> (models)",
    "More: /model status",
  ].join("\n");
}

function byRank(a: string, b: string): number {
  const rank = (id: string) => (providerRank.includes(id) ? providerRank.indexOf(id) : providerRank.length);
  return rank(a) - rank(b) || compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { ConfigView } from "../config-view.ts";
import type { ModelInfo } from "../model-info.ts";
import { formatModelRef, type ModelRef, parseModelRef } from "../model-ref.ts";
import { type ModelChoice, primaryOf } from "../models-config.ts";
import { builtinCliModels, findCliBackend } from "./cli-backend.ts";
import { cliModelInfo } from "./cli-model-info.ts";

/**
 * The models of programs that somebody speaks of: those the configuration names, and what the programs it declares are known
 * to have. Whether any other program is on this machine is not looked for. `providers` are ids that stand for an API.
 */
export function listCliModels({ config, entries }: ConfigView, providers: ReadonlySet<string>): ModelInfo[] {
  const { defaults, list = [] } = config.agents ?? {};
  const named = [...entries.keys(), ...[defaults?.model, ...list.map((agent) => agent.model)].flatMap(namesOf)];
  const refs: ModelRef[] = named.flatMap((text) => parseModelRef(text) ?? []);
  for (const [name, backend] of Object.entries(defaults?.cliBackends ?? {})) {
    const provider = name.trim().toLowerCase();
    const spoken = Object.keys(backend?.modelAliases ?? {}).filter((alias) => !alias.endsWith("*"));
    for (const model of [...(builtinCliModels[provider] ?? []), ...spoken]) refs.push({ provider, model });
  }
  const mine = refs.filter(({ provider }) => !providers.has(provider) && findCliBackend(provider, config));
  return [...new Map(mine.map((ref) => [formatModelRef(ref), cliModelInfo(ref)])).values()];
}

function namesOf(choice: ModelChoice | undefined): string[] {
  const primary = primaryOf(choice);
  const fallbacks = typeof choice === "object" ? (choice.fallbacks ?? []) : [];
  return [...(primary === undefined ? [] : [primary]), ...fallbacks];
}

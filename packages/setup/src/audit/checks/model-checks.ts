import { type RuntimeConfig, resolveSandboxSettings, resolveToolPolicy } from "@openclaw/agent-runtime";
import type { AuditCheck } from "../audit-check.ts";
import type { AuditFacts } from "../audit-facts.ts";
import type { AuditFinding } from "../finding.ts";
import { parseModelRef } from "../model-name.ts";
import { modelParameters, modelWeakness } from "../model-strength.ts";

/** Up to so many billions of parameters a model counts as easily misled. */
const smallModel = 300;

interface ConfiguredModel {
  ref: string;
  /** Where it is configured. */
  place: string;
  agentId: string | undefined;
}

type Choice = string | { primary?: string | undefined; fallbacks?: readonly string[] | undefined } | undefined;

function choices(choice: Choice, place: string, agentId?: string): ConfiguredModel[] {
  if (choice === undefined) return [];
  if (typeof choice === "string") return [{ ref: choice, place, agentId }];
  return [
    ...(choice.primary ? [{ ref: choice.primary, place: `${place}.primary`, agentId }] : []),
    ...(choice.fallbacks ?? []).map((ref) => ({ ref, place: `${place}.fallbacks`, agentId })),
  ];
}

/** Models that agents think with, aliases resolved. */
function configuredModels({ config }: AuditFacts): ConfiguredModel[] {
  const { defaults, list = [] } = config.agents ?? {};
  const aliases = new Map(
    Object.entries(defaults?.models ?? {}).flatMap(([ref, { alias }]) => (alias ? [[alias.toLowerCase(), ref]] : [])),
  );
  const found = [
    ...choices(defaults?.model, "agents.defaults.model"),
    ...choices(defaults?.subagents?.model, "agents.defaults.subagents.model"),
    ...list.flatMap((agent) => choices(agent.model, `agents.list[${agent.id}].model`, agent.id)),
    ...(config.hooks?.gmail?.model ? choices(config.hooks.gmail.model, "hooks.gmail.model") : []),
  ];
  return found.map((model) => ({ ...model, ref: aliases.get(model.ref.trim().toLowerCase()) ?? model.ref.trim() }));
}

function weaknessFinding(facts: AuditFacts, weakness: "legacy" | "weak"): AuditFinding[] {
  const found = configuredModels(facts).filter(({ ref }) => modelWeakness(ref) === weakness);
  if (found.length === 0) return [];
  const names = found.map(({ ref, place }) => `${ref} (${place})`).join(", ");
  return [
    weakness === "legacy"
      ? {
          checkId: "models.legacy",
          severity: "warn",
          title: "Models of former generations are configured",
          detail: `${names}: they follow instructions hidden in what they read more easily.`,
          remediation: "Choose a current model for every agent that has tools.",
        }
      : {
          checkId: "models.weak_tier",
          severity: "warn",
          title: "Models below the strongest tier are configured",
          detail: `${names}: use them for agents that only few may write to, or without tools.`,
          remediation: "Choose a model of the GPT-5 or Claude 4.5 class or above.",
        },
  ];
}

const legacyModels: AuditCheck = { ids: ["models.legacy"], run: (facts) => weaknessFinding(facts, "legacy") };
const weakModels: AuditCheck = { ids: ["models.weak_tier"], run: (facts) => weaknessFinding(facts, "weak") };

const smallModels: AuditCheck = {
  ids: ["models.small_params"],
  run(facts) {
    const small = configuredModels(facts).filter(({ ref }) => (modelParameters(ref) ?? Infinity) <= smallModel);
    if (small.length === 0) return [];
    const judged = small.map((model) => ({ ...model, dangers: dangersOf(model, facts) }));
    const unsafe = judged.filter(({ dangers }) => dangers.length > 0);
    return [
      {
        checkId: "models.small_params",
        severity: unsafe.length > 0 ? "critical" : "info",
        title: "Small models need a sandbox and no web tools",
        detail: judged
          .map(
            ({ ref, place, dangers }) => `${ref} (${place}): ${dangers.length > 0 ? dangers.join(", ") : "kept apart"}`,
          )
          .join("\n"),
        ...(unsafe.length > 0 && {
          remediation: 'Set sandbox.mode: "all" and tools.deny: ["group:web", "browser"] for the agents that use them.',
        }),
      },
    ];
  },
};

/** What makes a small model dangerous: no sandbox, or tools that bring strangers' text. */
function dangersOf({ ref, agentId }: ConfiguredModel, { config, env, agentIds }: AuditFacts): string[] {
  const runtime: RuntimeConfig = config;
  const agents = agentId === undefined ? agentIds : [agentId];
  const { provider, model } = parseModelRef(ref);
  const dangers = new Set<string>();
  for (const id of agents) {
    const sandbox = resolveSandboxSettings(runtime, id, env);
    if (sandbox.mode !== "all") dangers.add(`sandbox ${sandbox.mode}`);
    const own = config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === id.toLowerCase());
    const policy = resolveToolPolicy({
      global: config.tools,
      agent: own?.tools,
      provider,
      model,
      ...(sandbox.mode === "all" && { sandbox: own?.tools?.sandbox?.tools ?? config.tools?.sandbox?.tools }),
    });
    if (policy.allows("web_search") && config.tools?.web?.search?.enabled !== false) dangers.add("web_search");
    if (policy.allows("web_fetch") && config.tools?.web?.fetch?.enabled !== false) dangers.add("web_fetch");
    if (policy.allows("browser") && config.browser?.enabled !== false) dangers.add("browser");
  }
  return [...dangers];
}

/** Which models are trusted with tools. */
export const modelChecks: readonly AuditCheck[] = [legacyModels, weakModels, smallModels];

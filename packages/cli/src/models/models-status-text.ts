import type { CommandContext } from "../run/command-context.ts";
import { renderTable } from "../terminal/table.ts";
import { padText } from "../terminal/text-width.ts";
import { expiryText, type ModelsStatus, type ProviderStatus } from "./collect-models-status.ts";
import type { Probe, ProbeResult } from "./probe-models.ts";

const labelWidth = 14;

/** `models status` for people. `usage` holds a line per provider where there is one. */
export function printModelsStatus(
  status: ModelsStatus,
  context: CommandContext,
  usage: ReadonlyMap<string, string> = new Map(),
): void {
  const { style } = context;
  const row = (label: string, value: string) => context.print(`${padText(label, labelWidth)} : ${value}`);
  const source = (of: "defaultSource" | "fallbacksSource") =>
    status.modelConfig === undefined ? "" : ` (${status.modelConfig[of]})`;
  const list = (values: readonly string[], none = "-") => values.join(", ") || none;
  const { defaultModel, resolvedDefault, fallbacks, imageFallbacks, allowed, auth } = status;
  const aliases = Object.entries(status.aliases).map(([alias, key]) => `${alias} -> ${key}`);

  row("Config", context.shorten(status.configPath));
  row("Agent dir", context.shorten(status.agentDir));
  row(
    `Default${source("defaultSource")}`,
    defaultModel === resolvedDefault ? resolvedDefault : `${resolvedDefault} (from ${defaultModel})`,
  );
  row(`Fallbacks (${fallbacks.length})${source("fallbacksSource")}`, list(fallbacks));
  row("Image model", status.imageModel ?? "-");
  row(`Image fallbacks (${imageFallbacks.length})`, list(imageFallbacks));
  row(`Aliases (${aliases.length})`, list(aliases));
  row(`Configured models (${allowed.length})`, list(allowed, "all"));

  context.print();
  context.print(style.heading("Auth overview"));
  row("Auth store", context.shorten(auth.storePath));
  for (const problem of auth.problems ?? []) context.print(style.warn(`  ${context.shorten(problem)}`));
  const { enabled, appliedKeys } = auth.shellEnvFallback;
  row("Shell env", `${enabled ? "on" : "off"}${appliedKeys.length > 0 ? ` (applied: ${appliedKeys.join(", ")})` : ""}`);
  row(`Providers w/ OAuth/tokens (${auth.providersWithOAuth.length})`, list(auth.providersWithOAuth));
  for (const provider of auth.providers) context.print(`- ${providerLine(provider)}`);
  for (const { profileId, kind, reason, remainingMs } of auth.unusableProfiles) {
    const why = reason === undefined ? "" : `:${reason}`;
    context.print(style.warn(`  ${profileId} ${kind}${why} for ${Math.ceil(remainingMs / 60_000)}m`));
  }

  if (auth.missingProvidersInUse.length > 0) {
    context.print();
    context.print(style.heading("Missing auth"));
    for (const provider of auth.missingProvidersInUse) context.print(`- ${missingHint(provider, context)}`);
  }

  context.print();
  context.print(style.heading("OAuth/token status"));
  if (auth.oauth.profiles.length === 0) context.print("- none");
  for (const { provider } of auth.oauth.providers) {
    const windows = usage.get(provider);
    context.print(`- ${provider}${windows === undefined ? "" : ` usage: ${windows}`}`);
    for (const profile of auth.oauth.profiles.filter((each) => each.provider === provider)) {
      context.print(`  - ${profile.label} ${expiryText(profile)}`);
    }
  }
  if (auth.probes) printProbes(auth.probes, context);
}

function providerLine({ provider, effective, profiles, env, modelsJson, endpoint, api }: ProviderStatus): string {
  const { count, oauth, token, apiKey, labels } = profiles;
  return [
    `${provider} effective=${effective.kind}:${effective.detail}`,
    ...(count > 0 ? [`profiles=${count} (oauth=${oauth}, token=${token}, api_key=${apiKey})`, labels.join(", ")] : []),
    ...(env ? [`env=${env.value}`, `source=${env.source}`] : []),
    ...(modelsJson ? [`models.json=${modelsJson.value}`, `source=${modelsJson.source}`] : []),
    `endpoint=${endpoint} api=${api}`,
  ].join(" | ");
}

function missingHint(provider: string, context: CommandContext): string {
  if (provider === "anthropic") {
    return `anthropic: run \`claude setup-token\`, then \`${context.hint("openclaw models auth setup-token")}\`, or set ANTHROPIC_API_KEY.`;
  }
  return `${provider}: run \`${context.hint("openclaw configure")}\` or set its API key in the environment.`;
}

function printProbes(probes: ProbeResult, context: CommandContext): void {
  const { style } = context;
  context.print();
  context.print(style.heading("Auth probes"));
  if (probes.results.length === 0) return void context.print("- none");
  const status = ({ status: name, latencyMs, error }: Probe) => {
    const time = latencyMs === undefined ? "" : ` · ${latencyMs}ms`;
    return `${name}${time}${error === undefined ? "" : `\n↳ ${error}`}`;
  };
  const rows = probes.results.map((probe) => [probe.model ?? probe.provider, probe.label, status(probe)]);
  const columns = [{ title: "Model" }, { title: "Profile" }, { title: "Status", flexible: true }];
  context.print(renderTable(columns, rows, { width: context.stdout.columns, style }));
  const ok = probes.results.filter((probe) => probe.status === "ok").length;
  context.print(style.muted(`${ok} of ${probes.totalTargets} answered in ${probes.durationMs}ms`));
}

import { checkCode, collectModelsStatus } from "../models/collect-models-status.ts";
import { printModelsStatus } from "../models/models-status-text.ts";
import { openModels, refuseJsonAndPlain } from "../models/open-models.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { modelsStatusFlags } from "../spec/models-commands.ts";
import { startProgress } from "../terminal/progress.ts";

/** `models status`: which models are used, and whether their credentials are good. */
export async function run(
  { flags }: CommandInput<typeof modelsStatusFlags>,
  context: CommandContext,
): Promise<number | undefined> {
  refuseJsonAndPlain(flags);
  if (flags.plain && flags.probe) throw new CliError("--probe cannot be used with --plain output.");
  const local = await openModels(context, flags.agent, { withPlugins: flags.probe });
  const status = await collectModelsStatus(local, context);
  const code = flags.check ? checkCode(status) : 0;
  if (flags.plain) {
    context.print(status.resolvedDefault);
    return code;
  }
  if (flags.probe) status.auth.probes = await probe(flags, local, context);
  if (flags.json) {
    context.printJson(status);
    return code;
  }
  const usage = status.auth.oauth.profiles.length > 0 ? await usageLines(local, context) : undefined;
  printModelsStatus(status, context, usage);
  return code;
}

async function probe(
  flags: CommandInput<typeof modelsStatusFlags>["flags"],
  local: Awaited<ReturnType<typeof openModels>>,
  context: CommandContext,
) {
  const { probeModels } = await import("../models/probe-models.ts");
  const { models, credentials, agentId, config } = local;
  const names = [
    ...[...credentials.profiles(agentId).profiles.values()].map(({ provider }) => provider),
    ...Object.keys(config.models?.providers ?? {}),
    ...(await models.list({ all: true, known: true })).map(({ provider }) => provider),
  ];
  const states = [...new Set(names)]
    .flatMap((provider) => models.providerAuth(provider, agentId) ?? [])
    .filter((state, at, all) => all.findIndex((other) => other.provider === state.provider) === at)
    .filter(({ profiles, key }) => profiles.length > 0 || key !== undefined);
  const progress = startProgress("Probing auth profiles…", {
    stream: context.stderr,
    style: context.errorStyle,
    env: context.env,
    quiet: flags.json,
  });
  try {
    const wanted = flags["probe-provider"];
    return await probeModels(local, states, {
      provider: wanted === undefined ? undefined : (models.canonical(`${wanted}/x`)?.provider ?? wanted),
      profiles: (flags["probe-profile"] ?? "")
        .split(",")
        .map((id) => id.trim())
        .filter(Boolean),
      timeoutMs: flags["probe-timeout"],
      concurrency: flags["probe-concurrency"],
      maxTokens: flags["probe-max-tokens"],
      now: context.now,
      onProgress: (done, total) => progress.update(`Probing auth profiles… ${done}/${total}`),
    });
  } finally {
    progress.stop();
  }
}

/** What providers say of a subscription's use, where they say it in time. */
async function usageLines(
  { credentials, agentId }: Awaited<ReturnType<typeof openModels>>,
  context: CommandContext,
): Promise<Map<string, string>> {
  const { fetchProviderUsage, shortUsage } = await import("@openclaw/models");
  const { providers } = await fetchProviderUsage({
    credentials,
    agentId,
    env: context.env,
    fetch: context.fetch,
    now: context.now,
    timeoutMs: 3500,
    types: ["oauth", "token"],
  });
  return new Map(
    providers.flatMap((usage) =>
      usage.windows.length > 0 ? [[usage.provider, shortUsage(usage, context.now())]] : [],
    ),
  );
}

import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import { createModels, type ModelRef, type Models } from "@openclaw/models";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The models of this machine as a command sees them. Needs no Gateway. */
export interface LocalModels {
  config: OpenClawConfig;
  configPath: string;
  models: Models;
  credentials: NonNullable<Models["credentials"]>;
  /** Normalised; the default agent's when none was named. */
  agentId: string;
  /** It was named by a flag. */
  agentNamed: boolean;
  agentDir: string;
}

/**
 * `withPlugins` also opens what plugins know of providers, which loads them: for commands that ask a provider.
 * @throws CliError for an agent that is not configured
 */
export async function openModels(
  context: CommandContext,
  agent?: string,
  { withPlugins = false }: { withPlugins?: boolean } = {},
): Promise<LocalModels> {
  const snapshot = await context.config();
  const { config } = snapshot;
  const { env, paths, now } = context;
  const models = createModels({
    config: () => config,
    env,
    log: silentLog,
    stateDir: paths.stateDir,
    clock: { now },
    ...(withPlugins && { providers: await (await import("./plugin-providers.ts")).pluginProviders(context) }),
    ...(context.fetch === globalThis.fetch ? {} : { fetch: context.fetch }),
    shellEnvKeys: () => snapshot.shellEnvKeys ?? [],
  });
  const { credentials } = models;
  if (!credentials) throw new Error("the models were made without their state directory");
  const ids = (config.agents?.list ?? []).map(({ id }) => id.trim().toLowerCase());
  const wanted = agent?.trim().toLowerCase();
  if (wanted !== undefined && ![...ids, ...(ids.length === 0 ? ["main"] : [])].includes(wanted)) {
    throw new CliError(`Unknown agent id "${agent}". Use "openclaw agents list" to see configured agents.`);
  }
  const agentId = wanted ?? credentials.dirs.defaultAgentId();
  await credentials.ready(agentId);
  return {
    config,
    configPath: snapshot.path,
    models,
    credentials,
    agentId,
    agentNamed: wanted !== undefined,
    agentDir: path.dirname(credentials.store(agentId).path),
  };
}

/** @throws CliError `Invalid model reference: X` */
export function readReference(text: string, models: Models): ModelRef {
  const ref = models.canonical(text);
  if (!ref) throw new CliError(`Invalid model reference: ${text}`, { code: "invalid-model" });
  return ref;
}

export function refuseJsonAndPlain(flags: { json: boolean; plain: boolean }): void {
  if (flags.json && flags.plain) throw new CliError("Choose either --json or --plain, not both.");
}

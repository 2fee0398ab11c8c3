import type { OpenClawConfig } from "@openclaw/config";
import { formatModelRef, type ModelInfo, type ModelRef, type Models, sameModelRef } from "@openclaw/models";

/** One model as `models list` shows it. */
export interface ModelRow {
  key: string;
  name: string;
  input: string;
  contextWindow: number | null;
  local: boolean;
  /** Null when it is not known. */
  available: boolean | null;
  tags: string[];
  missing: boolean;
}

/** The models the configuration speaks of, by what they are there for. */
export interface ConfiguredModels {
  default: ModelRef;
  fallbacks: ModelRef[];
  image: ModelRef | undefined;
  imageFallbacks: ModelRef[];
  listed: ModelRef[];
}

export async function configuredModels(config: OpenClawConfig, models: Models): Promise<ConfiguredModels> {
  const defaults = config.agents?.defaults;
  const refs = (texts: readonly string[] = []) => texts.flatMap((text) => models.canonical(text) ?? []);
  const { model, imageModel } = defaults ?? {};
  return {
    default: await models.defaultRef(),
    fallbacks: refs(typeof model === "object" ? model.fallbacks : []),
    image: refs([typeof imageModel === "string" ? imageModel : (imageModel?.primary ?? "")])[0],
    imageFallbacks: refs(typeof imageModel === "object" ? imageModel.fallbacks : []),
    listed: refs(Object.keys(defaults?.models ?? {})),
  };
}

export async function modelRows(
  config: OpenClawConfig,
  models: Models,
  options: { all: boolean; local: boolean; provider: string | undefined },
): Promise<ModelRow[]> {
  const configured = await configuredModels(config, models);
  const known = await models.list({ all: true, known: true });
  const spoken = distinct([
    configured.default,
    ...configured.fallbacks,
    ...(configured.image ? [configured.image] : []),
    ...configured.imageFallbacks,
    ...configured.listed,
  ]);
  const refs = options.all ? known.map(({ provider, id }) => ({ provider, model: id })) : spoken;
  const provider = options.provider === undefined ? undefined : models.canonical(`${options.provider}/x`)?.provider;
  return refs
    .filter((ref) => provider === undefined || ref.provider === provider)
    .map((ref) => {
      const info = known.find((each) => each.provider === ref.provider && each.id === ref.model);
      return rowOf(ref, info, {
        config,
        models,
        configured,
        isConfigured: spoken.some((each) => sameModelRef(each, ref)),
      });
    })
    .filter((row) => !options.local || row.local);
}

function rowOf(
  ref: ModelRef,
  info: ModelInfo | undefined,
  about: { config: OpenClawConfig; models: Models; configured: ConfiguredModels; isConfigured: boolean },
): ModelRow {
  const { models, configured } = about;
  const is = (other: ModelRef | undefined) => other !== undefined && sameModelRef(other, ref);
  const fallback = configured.fallbacks.findIndex(is);
  const imageFallback = configured.imageFallbacks.findIndex(is);
  const aliases = models.aliases().filter((each) => is(each.ref));
  const auth = models.providerAuth(ref.provider);
  const hasCredential =
    auth === undefined ? null : auth.profiles.some(({ excluded }) => !excluded) || auth.key !== undefined;
  return {
    key: formatModelRef(ref),
    name: info?.name ?? ref.model,
    input: info ? info.input.join("+") : "-",
    contextWindow: info?.contextWindow ?? null,
    local: isLocal(ref.provider, about.config),
    available: ref.provider === "offline" ? true : info ? hasCredential : null,
    tags: [
      ...(is(configured.default) ? ["default"] : []),
      ...(fallback >= 0 ? [`fallback#${fallback + 1}`] : []),
      ...(is(configured.image) ? ["image"] : []),
      ...(imageFallback >= 0 ? [`img-fallback#${imageFallback + 1}`] : []),
      ...(about.isConfigured ? ["configured"] : []),
      ...(aliases.length > 0 ? [`alias:${aliases.map(({ alias }) => alias).join(",")}`] : []),
      ...(info ? [] : ["missing"]),
    ],
    missing: info === undefined,
  };
}

/** Whether requests of a provider stay on this machine or in its network. */
function isLocal(provider: string, config: OpenClawConfig): boolean {
  const address = Object.entries(config.models?.providers ?? {}).find(
    ([id]) => id.trim().toLowerCase() === provider,
  )?.[1]?.baseUrl;
  if (address === undefined) return provider === "ollama" || provider === "lmstudio" || provider === "offline";
  if (!URL.canParse(address)) return false;
  const host = new URL(address).hostname;
  return /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])$/.test(host) || host.endsWith(".local");
}

function distinct(refs: readonly ModelRef[]): ModelRef[] {
  return [...new Map(refs.map((ref) => [formatModelRef(ref), ref])).values()];
}

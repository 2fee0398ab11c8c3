import type { OpenClawConfig } from "@openclaw/config";
import { formatModelRef, type ModelInfo, type ModelRef, type Models, thinkingLevelsFor } from "@openclaw/models";

/** An entry of `models.list`. */
export interface ListedModel {
  id: string;
  name: string;
  provider: string;
  /** Tokens. */
  contextWindow: number;
  reasoning: boolean;
  input: ("text" | "image")[];
  tags?: string[];
  available?: boolean;
  thinkingLevels?: { id: string; label: string }[];
  thinkingDefault?: string;
}

/** The models a client may choose from. Protocol version 4 wants to know more of each. */
export async function listedModels(
  models: Models,
  config: OpenClawConfig,
  { protocol }: { protocol: number },
): Promise<ListedModel[]> {
  const infos = await models.list();
  if (protocol < 4) return infos.map(plainEntry);
  const tags = modelTags(models, config, await models.defaultRef());
  return infos.map((info) => {
    const ref = { provider: info.provider, model: info.id };
    const found = tags.get(formatModelRef(ref)) ?? [];
    return {
      ...plainEntry(info),
      ...(found.length > 0 && { tags: found }),
      thinkingLevels: (info.reasoning ? thinkingLevelsFor(ref) : ["off"]).map((id) => ({ id, label: id })),
      thinkingDefault: config.agents?.defaults?.thinkingDefault ?? (info.reasoning ? "low" : "off"),
      available: info.available,
    };
  });
}

function plainEntry({ id, name, provider, contextWindow, reasoning, input }: ModelInfo): ListedModel {
  return { id, name, provider, contextWindow, reasoning, input: [...input] };
}

/** What a model is used for, by its reference. */
function modelTags(models: Models, config: OpenClawConfig, defaultRef: ModelRef): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  const add = (ref: ModelRef | undefined, tag: string) => {
    if (!ref) return;
    const name = formatModelRef(ref);
    tags.set(name, [...(tags.get(name) ?? []), tag]);
  };
  const { model, imageModel, models: entries } = config.agents?.defaults ?? {};
  add(defaultRef, "default");
  for (const [index, text] of fallbacksOf(model).entries()) add(models.canonical(text), `fallback#${index + 1}`);
  const image = typeof imageModel === "string" ? imageModel : imageModel?.primary;
  if (image !== undefined) add(models.canonical(image), "image");
  for (const [index, text] of fallbacksOf(imageModel).entries()) {
    add(models.canonical(text), `img-fallback#${index + 1}`);
  }
  for (const name of Object.keys(entries ?? {})) add(models.canonical(name), "configured");
  const aliases = Map.groupBy(models.aliases(), ({ ref }) => formatModelRef(ref));
  for (const [, found] of aliases) add(found[0]?.ref, `alias:${found.map(({ alias }) => alias).join(",")}`);
  return tags;
}

function fallbacksOf(choice: string | { readonly fallbacks?: readonly string[] | undefined } | undefined) {
  return typeof choice === "string" ? [] : (choice?.fallbacks ?? []);
}

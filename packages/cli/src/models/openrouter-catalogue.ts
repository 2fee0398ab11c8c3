import { isRecord, listOf, numberOf, recordOf, textOf } from "../commands/payload.ts";
import { CliError } from "../run/cli-error.ts";

const catalogueUrl = "https://openrouter.ai/api/v1/models";

/** A model OpenRouter gives away. */
export interface FreeModel {
  id: string;
  name: string;
  /** Tokens. */
  contextLength: number | null;
  /** Billions of parameters, as its name says. */
  params: number | null;
  /** Milliseconds since the epoch. */
  createdAt: number | null;
  seesImages: boolean;
}

export interface FreeModelFilter {
  provider?: string | undefined;
  minParams?: number | undefined;
  maxAgeDays?: number | undefined;
}

/** Reads the catalogue and keeps what costs nothing. @throws CliError */
export async function freeModels(
  filter: FreeModelFilter,
  options: { fetch: typeof fetch; timeoutMs: number; now: number },
): Promise<FreeModel[]> {
  let body: unknown;
  try {
    const response = await options.fetch(catalogueUrl, { signal: AbortSignal.timeout(options.timeoutMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    body = await response.json();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`The list of models could not be read from OpenRouter: ${reason}`, {
      code: "catalogue-unreachable",
      cause: error,
    });
  }
  return listOf(recordOf(body).data)
    .filter(isRecord)
    .filter(isFree)
    .map(readModel)
    .filter((model) => passes(model, filter, options.now));
}

function isFree(model: Record<string, unknown>): boolean {
  if (textOf(model.id)?.endsWith(":free")) return true;
  const { prompt, completion } = recordOf(model.pricing);
  return isZero(prompt) && isZero(completion);
}

function isZero(price: unknown): boolean {
  return (typeof price === "string" && price.trim() !== "" && Number(price) === 0) || price === 0;
}

function readModel(model: Record<string, unknown>): FreeModel {
  const id = textOf(model.id) ?? "";
  const name = textOf(model.name) ?? id;
  const created = numberOf(model.created);
  const inputs = listOf(recordOf(model.architecture).input_modalities);
  return {
    id,
    name,
    contextLength: numberOf(model.context_length) ?? null,
    params: paramsOf(id) ?? paramsOf(name) ?? null,
    createdAt: created === undefined ? null : created * 1000,
    seesImages: inputs.includes("image"),
  };
}

/** `70` of `llama-3.3-70b-instruct`. */
function paramsOf(text: string): number | undefined {
  const all = [...text.matchAll(/(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])/gi)].map((match) => Number(match[1]));
  return all.length > 0 ? Math.max(...all) : undefined;
}

function passes(model: FreeModel, { provider, minParams, maxAgeDays }: FreeModelFilter, now: number): boolean {
  if (provider !== undefined && !model.id.toLowerCase().startsWith(provider.toLowerCase())) return false;
  if (minParams !== undefined && (model.params ?? 0) < minParams) return false;
  if (maxAgeDays === undefined) return true;
  return model.createdAt !== null && now - model.createdAt <= maxAgeDays * 86_400_000;
}

import { numberOf, objectOf, objectsOf, textOf, type WireObject } from "../adapters/wire-value.ts";

/** A model OpenRouter asks nothing for. */
export interface FreeModel {
  readonly id: string;
  readonly name: string;
  /** Tokens. */
  readonly contextWindow: number;
  readonly input: readonly ("text" | "image")[];
  /** Billions of parameters, as the name tells. */
  readonly parameters?: number;
  /** Ms since the epoch. */
  readonly created?: number;
}

export interface FreeModelFilter {
  /** Billions. Models whose name tells no number are left out when set. */
  readonly minParameters?: number;
  readonly maxAgeDays?: number;
  /** What stands before the first slash of the id, such as `qwen`. */
  readonly vendor?: string;
  readonly timeoutMs?: number;
}

/** What a probe of one model showed. */
export interface ProbedModel {
  readonly model: FreeModel;
  /** Ms until the model called the tool; absent when it did not. */
  readonly toolLatencyMs?: number;
  /** Whether it described an image; absent when it takes none. */
  readonly seesImages?: boolean;
}

const address = "https://openrouter.ai/api/v1";
const usualTimeoutMs = 12_000;
const dayMs = 86_400_000;

/** The free models of OpenRouter, `GET /models`, as they are listed there. Throws when the list cannot be had. */
export async function freeModels(
  filter: FreeModelFilter,
  rim: { fetch: typeof fetch; now: () => number; baseUrl?: string },
): Promise<FreeModel[]> {
  const response = await rim.fetch(`${rim.baseUrl ?? address}/models`, {
    signal: AbortSignal.timeout(filter.timeoutMs ?? usualTimeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`OpenRouter did not tell its models: HTTP ${response.status}. Try again later.`);
  }
  const body: unknown = await response.json();
  const oldest = filter.maxAgeDays === undefined ? undefined : rim.now() - filter.maxAgeDays * dayMs;
  return objectsOf(objectOf(body)?.data)
    .filter(isFree)
    .flatMap((entry) => readModel(entry) ?? [])
    .filter((model) => {
      if (filter.vendor !== undefined && !model.id.startsWith(`${filter.vendor.toLowerCase()}/`)) return false;
      if (filter.minParameters !== undefined && (model.parameters ?? 0) < filter.minParameters) return false;
      return oldest === undefined || (model.created ?? 0) >= oldest;
    });
}

/** Best first: models that see, then the quicker at calling tools, then larger windows, then more parameters. */
export function rankProbed(probed: readonly ProbedModel[]): ProbedModel[] {
  const latency = ({ toolLatencyMs }: ProbedModel) => toolLatencyMs ?? Number.POSITIVE_INFINITY;
  return [...probed].sort(
    (a, b) =>
      Number(b.seesImages === true) - Number(a.seesImages === true) ||
      difference(latency(a), latency(b)) ||
      b.model.contextWindow - a.model.contextWindow ||
      (b.model.parameters ?? 0) - (a.model.parameters ?? 0),
  );
}

/** Two infinities differ by nothing. */
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function isFree(entry: WireObject): boolean {
  if (textOf(entry.id)?.endsWith(":free")) return true;
  const pricing = objectOf(entry.pricing);
  return [pricing?.prompt, pricing?.completion].every((price) => price !== undefined && Number(price) === 0);
}

function readModel(entry: WireObject): FreeModel | undefined {
  const id = textOf(entry.id);
  if (id === undefined) return undefined;
  const name = textOf(entry.name) ?? id;
  const modalities = objectOf(entry.architecture)?.input_modalities;
  const parameters = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(`${id} ${name}`)?.[1];
  const created = numberOf(entry.created);
  return {
    id,
    name,
    contextWindow: numberOf(entry.context_length) ?? 0,
    input: Array.isArray(modalities) && modalities.includes("image") ? ["text", "image"] : ["text"],
    ...(parameters !== undefined && { parameters: Number(parameters) }),
    ...(created !== undefined && { created: created * 1000 }),
  };
}

import type { Logger } from "@openclaw/log";
import { ModelError } from "../model-error.ts";
import { freeOfCharge } from "../model-info.ts";
import type { BuiltinModel } from "../providers/builtin-providers.ts";

/** Where Ollama listens on the machine itself. */
export const ollamaHost = "http://127.0.0.1:11434";

/** How long the search waits for an answer: a server on this machine answers in a few milliseconds. */
const tagsTimeoutMs = 300;
const showTimeoutMs = 2000;
/** How long a list of models is believed, and how long that there is no Ollama. */
const presentForMs = 600_000;
const absentForMs = 60_000;
/** More models than this are not asked for their details. */
const maxModels = 50;
/** Window assumed for a model whose details do not state one. */
const defaultWindow = 8192;

export interface OllamaSearch {
  /**
   * The models that can use tools, most recently changed first. Empty when no server answers. Never throws.
   * `again` asks even though a moment ago nothing was found.
   */
  models(options?: { again?: boolean }): Promise<readonly BuiltinModel[]>;
  /** What the last search found, without searching. */
  known(): readonly BuiltinModel[];
}

/**
 * Asks a local Ollama for its models: `GET /api/tags`, then `POST /api/show` for each.
 * What was found is kept for ten minutes, that nothing was found for one. Simultaneous searches share their requests.
 */
export function createOllamaSearch(options: {
  fetch: typeof fetch;
  now: () => number;
  log: Logger;
  host?: string;
}): OllamaSearch {
  const host = options.host ?? ollamaHost;
  let found: readonly BuiltinModel[] = [];
  let validUntil = 0;
  let searching: Promise<readonly BuiltinModel[]> | undefined;

  async function search(): Promise<readonly BuiltinModel[]> {
    const names = await listNames();
    const models = await Promise.all(names.slice(0, maxModels).map(describe));
    found = models.filter((model) => model !== undefined);
    validUntil = options.now() + (found.length > 0 ? presentForMs : absentForMs);
    if (found.length > 0) options.log.info(`found a local Ollama with ${found.length} usable models`, { host });
    return found;
  }

  async function listNames(): Promise<string[]> {
    try {
      const response = await options.fetch(`${host}/api/tags`, { signal: AbortSignal.timeout(tagsTimeoutMs) });
      if (!response.ok) {
        await response.body?.cancel();
        return [];
      }
      const body: unknown = await response.json();
      const models = field(body, "models");
      if (!Array.isArray(models)) return [];
      return models.map((model) => field(model, "name")).filter((name) => typeof name === "string");
    } catch (error) {
      // No Ollama is the ordinary case, and a reason to go on without it.
      options.log.debug("no local Ollama answered", { host, reason: error instanceof Error ? error.message : "" });
      return [];
    }
  }

  async function describe(name: string): Promise<BuiltinModel | undefined> {
    try {
      const response = await options.fetch(`${host}/api/show`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: name }),
        signal: AbortSignal.timeout(showTimeoutMs),
      });
      if (response.ok) return modelFrom(name, await response.json());
      await response.body?.cancel();
    } catch (error) {
      options.log.debug("Ollama did not describe a model", {
        model: name,
        reason: error instanceof Error ? error.message : "",
      });
    }
    return modelFrom(name, undefined);
  }

  return {
    known: () => found,
    async models({ again = false } = {}) {
      if (options.now() < validUntil && (found.length > 0 || !again)) return found;
      searching ??= search().finally(() => {
        searching = undefined;
      });
      return searching;
    },
  };
}

/** Finds a model by its name, with or without the tag `latest`. Throws {@link ModelError} when it is not there. */
export function requireOllamaModel(models: readonly BuiltinModel[], name: string): BuiltinModel {
  const model = models.find(({ id }) => id === name || id === `${name}:latest`);
  if (model) return model;
  const remedy =
    models.length > 0
      ? `It has ${models.map(({ id }) => id).join(", ")}; fetch others with "ollama pull ${name}".`
      : `No Ollama with a model that can use tools answers at ${ollamaHost}. Start it and fetch the model with "ollama pull ${name}", or declare the server under models.providers.ollama.`;
  throw new ModelError("unknown-model", `Unknown model: ollama/${name}. ${remedy}`);
}

/** Reads an `/api/show` answer. Undefined for a model that says it cannot use tools; defaults when there is no answer. */
function modelFrom(name: string, details: unknown): BuiltinModel | undefined {
  const listed = field(details, "capabilities");
  const capabilities = Array.isArray(listed) ? listed : undefined;
  if (capabilities && !capabilities.includes("tools")) return undefined;
  const contextWindow = windowFrom(field(details, "model_info"));
  return {
    id: name,
    name,
    reasoning: capabilities ? capabilities.includes("thinking") : /r1|reasoning/i.test(name),
    input: capabilities?.includes("vision") ? ["text", "image"] : ["text"],
    contextWindow,
    maxTokens: contextWindow,
    cost: freeOfCharge,
  };
}

/** `model_info` holds the window under a key of the model's architecture, such as `llama.context_length`. */
function windowFrom(info: unknown): number {
  if (typeof info !== "object" || info === null) return defaultWindow;
  for (const [key, value] of Object.entries(info)) {
    if (key.endsWith(".context_length") && typeof value === "number" && value > 0) return value;
  }
  return defaultWindow;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

import type { Logger } from "@openclaw/log";
import { numberOf, objectOf, objectsOf, textOf } from "../adapters/wire-value.ts";
import { freeOfCharge } from "../model-info.ts";
import type { BuiltinModel } from "../providers/builtin-providers.ts";
import { type ProviderSetup, providerBaseUrl } from "../providers/provider-setup.ts";

const timeoutMs = 5000;
/** How long a list is believed, and how long that there is none. */
const presentForMs = 3_600_000;
const absentForMs = 60_000;
const defaultWindow = 128_000;
const longestAnswer = 8192;

/** Asks Venice which models it has; it tells without a key. */
export function createVeniceSearch(options: { fetch: typeof fetch; now: () => number; log: Logger }) {
  let found: readonly BuiltinModel[] = [];
  let validUntil = 0;
  let searching: Promise<readonly BuiltinModel[]> | undefined;

  async function search(setup: ProviderSetup): Promise<readonly BuiltinModel[]> {
    try {
      const response = await options.fetch(`${providerBaseUrl(setup)}/models`, {
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const body: unknown = await response.json();
      found = objectsOf(objectOf(body)?.data).flatMap((entry) => readModel(entry) ?? []);
    } catch (error) {
      options.log.warn("Venice did not tell its models; the built-in list is used", {
        reason: error instanceof Error ? error.message : "",
      });
    }
    validUntil = options.now() + (found.length > 0 ? presentForMs : absentForMs);
    return found;
  }

  return {
    known: () => found,
    /** Empty when the server does not answer. Never throws. */
    async models(setup: ProviderSetup): Promise<readonly BuiltinModel[]> {
      if (options.now() < validUntil) return found;
      searching ??= search(setup).finally(() => {
        searching = undefined;
      });
      return searching;
    },
  };
}

function readModel(entry: Readonly<Record<string, unknown>>): BuiltinModel | undefined {
  const id = textOf(entry.id);
  if (id === undefined) return undefined;
  const spec = objectOf(entry.model_spec);
  const can = objectOf(spec?.capabilities);
  const contextWindow = numberOf(spec?.availableContextTokens) ?? defaultWindow;
  return {
    id,
    name: textOf(spec?.name) ?? id,
    reasoning: can?.supportsReasoning === true || /thinking|reason|r1/i.test(id),
    input: can?.supportsVision === true ? ["text", "image"] : ["text"],
    contextWindow,
    maxTokens: Math.min(longestAnswer, contextWindow),
    cost: freeOfCharge,
  };
}

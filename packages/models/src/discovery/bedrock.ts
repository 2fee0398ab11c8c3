import type { Logger } from "@openclaw/log";
import { objectOf, objectsOf, textOf, type WireObject } from "../adapters/wire-value.ts";
import { createAwsCredentials } from "../aws/aws-credentials.ts";
import { signRequest } from "../aws/sign-request.ts";
import { freeOfCharge } from "../model-info.ts";
import type { BedrockDiscoveryConfig } from "../models-config.ts";
import type { BuiltinModel } from "../providers/builtin-providers.ts";

const timeoutMs = 10_000;
const defaults = { refreshInterval: 3600, defaultContextWindow: 32_000, defaultMaxTokens: 4096 };

export interface BedrockSearch {
  /** The models the account's region has. Empty when it does not tell; never throws. */
  models(settings: BedrockDiscoveryConfig): Promise<readonly BuiltinModel[]>;
}

/** Asks Amazon Bedrock for its models, `ListFoundationModels`. Simultaneous questions share one request. */
export function createBedrockSearch(options: {
  fetch: typeof fetch;
  env: NodeJS.ProcessEnv;
  now: () => number;
  log: Logger;
}): BedrockSearch {
  const { env, now, log } = options;
  const credentials = createAwsCredentials(options);
  let kept: { key: string; models: readonly BuiltinModel[]; until: number } | undefined;
  let asking: { key: string; answer: Promise<readonly BuiltinModel[]> } | undefined;
  let complained = false;

  async function ask(settings: BedrockDiscoveryConfig, region: string): Promise<readonly BuiltinModel[]> {
    const host = env.AWS_ENDPOINT_URL_BEDROCK?.trim() || `https://bedrock.${region}.amazonaws.com`;
    const url = `${host}/foundation-models`;
    const token = env.AWS_BEARER_TOKEN_BEDROCK?.trim();
    const headers = token
      ? { authorization: `Bearer ${token}` }
      : signRequest({ method: "GET", url, service: "bedrock", region }, await credentials());
    const response = await options.fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status}`);
    }
    const answer: unknown = await response.json();
    return objectsOf(objectOf(answer)?.modelSummaries).flatMap((summary) => readModel(summary, settings));
  }

  async function askOrComplain(settings: BedrockDiscoveryConfig, region: string): Promise<readonly BuiltinModel[]> {
    try {
      return await ask(settings, region);
    } catch (error) {
      if (!complained) {
        log.warn(`Amazon Bedrock did not tell its models; set models.bedrockDiscovery.enabled to false to not ask`, {
          region,
          reason: error instanceof Error ? error.message : "",
        });
      }
      complained = true;
      return [];
    }
  }

  return {
    async models(settings) {
      const region = settings.region?.trim() || env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim() || "us-east-1";
      const key = JSON.stringify([region, settings]);
      if (kept?.key === key && now() < kept.until) return kept.models;
      if (asking?.key !== key) {
        const answer = askOrComplain(settings, region).finally(() => {
          asking = undefined;
        });
        asking = { key, answer };
      }
      const models = await asking.answer;
      kept = { key, models, until: now() + (settings.refreshInterval ?? defaults.refreshInterval) * 1000 };
      return models;
    },
  };
}

/** Models that stream, write text and are in service. */
function readModel(summary: WireObject, settings: BedrockDiscoveryConfig): BuiltinModel[] {
  const id = textOf(summary.modelId);
  if (id === undefined || summary.responseStreamingSupported !== true) return [];
  if (!words(summary.outputModalities).includes("TEXT")) return [];
  if (objectOf(summary.modelLifecycle)?.status !== "ACTIVE") return [];
  const vendors = settings.providerFilter?.map((vendor) => vendor.trim().toLowerCase()) ?? [];
  const vendor = (textOf(summary.providerName) ?? id.split(".", 1)[0] ?? "").toLowerCase();
  if (vendors.length > 0 && !vendors.includes(vendor) && !vendors.includes(id.split(".", 1)[0] ?? "")) return [];
  const name = textOf(summary.modelName) ?? id;
  const contextWindow = settings.defaultContextWindow ?? defaults.defaultContextWindow;
  return [
    {
      id,
      name,
      reasoning: /reasoning|thinking/i.test(`${id} ${name}`),
      input: words(summary.inputModalities).includes("IMAGE") ? ["text", "image"] : ["text"],
      contextWindow,
      maxTokens: Math.min(settings.defaultMaxTokens ?? defaults.defaultMaxTokens, contextWindow),
      cost: freeOfCharge,
    },
  ];
}

function words(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

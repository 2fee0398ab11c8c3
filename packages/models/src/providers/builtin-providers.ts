import type { ApiKind } from "../api-kind.ts";
import type { ModelCost } from "../model-info.ts";
import { freeOfCharge } from "../model-info.ts";

/** A model this package knows without being told. */
export interface BuiltinModel {
  readonly id: string;
  readonly name: string;
  /** Only where it differs from the provider's. */
  readonly api?: ApiKind;
  readonly reasoning: boolean;
  readonly input: readonly ("text" | "image")[];
  readonly contextWindow: number;
  readonly maxTokens: number;
  readonly cost: ModelCost;
}

/** A provider that works without an entry in `models.providers`. */
export interface BuiltinProvider {
  readonly id: string;
  readonly label: string;
  readonly api: ApiKind;
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The model used when this provider has a key and the configuration names no model. */
  readonly defaultModel?: string;
  readonly models: readonly BuiltinModel[];
}

const textAndImage = ["text", "image"] as const;
const textOnly = ["text"] as const;

function claude(id: string, name: string, maxTokens: number, cost: ModelCost): BuiltinModel {
  return { id, name, reasoning: true, input: textAndImage, contextWindow: 200_000, maxTokens, cost };
}

const opusCost: ModelCost = { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 };
const sonnetCost: ModelCost = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const haikuCost: ModelCost = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };

const anthropic: BuiltinProvider = {
  id: "anthropic",
  label: "Anthropic (Claude)",
  api: "anthropic-messages",
  baseUrl: "https://api.anthropic.com",
  defaultModel: "claude-opus-4-6",
  models: [
    claude("claude-opus-4-6", "Claude Opus 4.6", 128_000, opusCost),
    claude("claude-opus-4-5", "Claude Opus 4.5 (latest)", 64_000, opusCost),
    claude("claude-sonnet-4-5", "Claude Sonnet 4.5 (latest)", 64_000, sonnetCost),
    claude("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", 64_000, sonnetCost),
    claude("claude-haiku-4-5", "Claude Haiku 4.5 (latest)", 64_000, haikuCost),
  ],
};

function gpt5(id: string, name: string, cost: ModelCost, api?: ApiKind): BuiltinModel {
  return {
    id,
    name,
    ...(api && { api }),
    reasoning: true,
    input: textAndImage,
    contextWindow: 400_000,
    maxTokens: 128_000,
    cost,
  };
}

/** Called through chat completions. GPT-5.1 Codex exists only behind the Responses API. */
const openai: BuiltinProvider = {
  id: "openai",
  label: "OpenAI",
  api: "openai-completions",
  baseUrl: "https://api.openai.com/v1",
  defaultModel: "gpt-5.2",
  models: [
    gpt5("gpt-5.2", "GPT-5.2", { input: 1.75, output: 14, cacheRead: 0.175, cacheWrite: 0 }),
    gpt5(
      "gpt-5.1-codex",
      "GPT-5.1 Codex",
      { input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: 0 },
      "openai-responses",
    ),
    gpt5("gpt-5-mini", "GPT-5 Mini", { input: 0.25, output: 2, cacheRead: 0.025, cacheWrite: 0 }),
    {
      id: "gpt-4.1-mini",
      name: "GPT-4.1 mini",
      reasoning: false,
      input: textAndImage,
      contextWindow: 1_047_576,
      maxTokens: 32_768,
      cost: { input: 0.4, output: 1.6, cacheRead: 0.1, cacheWrite: 0 },
    },
    {
      id: "gpt-4o",
      name: "GPT-4o",
      reasoning: false,
      input: textAndImage,
      contextWindow: 128_000,
      maxTokens: 16_384,
      cost: { input: 2.5, output: 10, cacheRead: 1.25, cacheWrite: 0 },
    },
  ],
};

const openrouter: BuiltinProvider = {
  id: "openrouter",
  label: "OpenRouter",
  api: "openai-completions",
  baseUrl: "https://openrouter.ai/api/v1",
  headers: { "HTTP-Referer": "https://openclaw.ai", "X-Title": "OpenClaw" },
  defaultModel: "auto",
  models: [
    {
      id: "auto",
      name: "Auto",
      reasoning: true,
      input: textAndImage,
      contextWindow: 2_000_000,
      maxTokens: 30_000,
      cost: freeOfCharge,
    },
    {
      id: "anthropic/claude-sonnet-4.5",
      name: "Anthropic: Claude Sonnet 4.5",
      reasoning: true,
      input: textAndImage,
      contextWindow: 1_000_000,
      maxTokens: 64_000,
      cost: sonnetCost,
    },
    {
      id: "anthropic/claude-opus-4.6",
      name: "Anthropic: Claude Opus 4.6",
      reasoning: true,
      input: textAndImage,
      contextWindow: 1_000_000,
      maxTokens: 128_000,
      cost: opusCost,
    },
    {
      id: "moonshotai/kimi-k2",
      name: "MoonshotAI: Kimi K2 0711",
      reasoning: false,
      input: textOnly,
      contextWindow: 131_072,
      maxTokens: 4096,
      cost: { input: 0.5, output: 2.4, cacheRead: 0, cacheWrite: 0 },
    },
    {
      id: "meta-llama/llama-3.3-70b-instruct:free",
      name: "Meta: Llama 3.3 70B Instruct (free)",
      reasoning: false,
      input: textOnly,
      contextWindow: 128_000,
      maxTokens: 128_000,
      cost: freeOfCharge,
    },
  ],
};

/** Its models are asked from the server, see `ollama.ts`. */
const ollama: BuiltinProvider = {
  id: "ollama",
  label: "Ollama (local)",
  api: "openai-completions",
  baseUrl: "http://127.0.0.1:11434/v1",
  models: [],
};

export const builtinProviders: Readonly<Record<string, BuiltinProvider>> = { anthropic, openai, openrouter, ollama };

/** Built-in providers that become the default when they have a key, best first. */
export const builtinDefaults: readonly BuiltinProvider[] = [anthropic, openai, openrouter];

export function builtinProvider(id: string): BuiltinProvider | undefined {
  return Object.hasOwn(builtinProviders, id) ? builtinProviders[id] : undefined;
}

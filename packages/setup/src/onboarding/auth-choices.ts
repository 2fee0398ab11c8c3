/** A model a choice makes the default. */
export interface ChoiceModel {
  ref: string;
  alias?: string;
  /** Only where no model is set, or one that begins with one of these. Absent: always. */
  replaces?: readonly string[];
}

/** What a choice writes into `models.providers`. */
export interface ChoiceProvider {
  baseUrl: string;
  api: string;
  model: {
    id: string;
    name: string;
    reasoning?: boolean;
    input?: readonly ("text" | "image")[];
    contextWindow?: number;
    maxTokens?: number;
    cost?: { input: number; output: number; cacheRead: number; cacheWrite: number };
  };
}

interface ChoiceBase {
  /** What `--auth-choice` is given. */
  id: string;
  label: string;
  hint?: string;
}

/** A key that is pasted. */
export interface KeyChoice extends ChoiceBase {
  kind: "key";
  provider: string;
  /** The provider's name in questions. */
  name: string;
  flag: string;
  envVars: readonly string[];
  model?: ChoiceModel;
  block?: ChoiceProvider;
  /** Kept in `<state>/.env` under the first variable instead of in an auth profile. */
  inEnvFile?: boolean;
}

/** A sign-in of a provider: in the browser, with a code, or with a token to paste. */
export interface SignInChoice extends ChoiceBase {
  kind: "sign-in";
  provider: string;
  /** The provider's only one when absent. */
  method?: string;
  model?: ChoiceModel;
}

export type AuthChoice =
  | KeyChoice
  | SignInChoice
  /** A token that was made elsewhere. */
  | (ChoiceBase & { kind: "token" })
  /** A server on this machine. */
  | (ChoiceBase & { kind: "local"; provider: string; block: ChoiceProvider })
  | (ChoiceBase & { kind: "custom" })
  | (ChoiceBase & { kind: "skip" });

function key(
  id: string,
  name: string,
  provider: string,
  flag: string,
  envVars: readonly string[],
  rest: Partial<Pick<KeyChoice, "label" | "hint" | "model" | "block" | "inEnvFile">> = {},
): KeyChoice {
  return { kind: "key", id, label: `${name} API key`, name, provider, flag, envVars, ...rest };
}

const moonshot = (host: string): ChoiceProvider => ({
  baseUrl: `https://${host}/v1`,
  api: "openai-completions",
  model: { id: "kimi-k2.5", name: "Kimi K2.5", contextWindow: 256_000, maxTokens: 8192 },
});
const minimax = (id: string, name: string): ChoiceProvider => ({
  baseUrl: "https://api.minimax.io/anthropic",
  api: "anthropic-messages",
  model: { id, name, contextWindow: 200_000, cost: { input: 15, output: 60, cacheRead: 2, cacheWrite: 10 } },
});
const minimaxModel = "MiniMax-M2.1";
const minimaxKey = (id: string, model: string, label: string) =>
  key(id, "MiniMax", "minimax", "minimax-api-key", ["MINIMAX_API_KEY"], {
    label,
    model: { ref: `minimax/${model}` },
    block: minimax(model, model.replaceAll("-", " ")),
  });
const kimi = { ref: "moonshot/kimi-k2.5", alias: "Kimi" };

/** Every way to get at a model that can be chosen while setting up, also those that are in no menu. */
export const authChoices: readonly AuthChoice[] = [
  {
    kind: "sign-in",
    id: "openai-codex",
    label: "OpenAI subscription (Codex)",
    provider: "openai-codex",
    model: { ref: "openai-codex/gpt-5.3-codex", replaces: ["openai/", "gpt", "gpt-mini"] },
  },
  key("openai-api-key", "OpenAI", "openai", "openai-api-key", ["OPENAI_API_KEY"], {
    model: { ref: "openai/gpt-5.1-codex", alias: "GPT", replaces: ["openai/", "openai-codex/"] },
    inEnvFile: true,
  }),
  { kind: "token", id: "token", label: "Anthropic token (paste a setup-token)", hint: "made by `claude setup-token`" },
  { kind: "sign-in", id: "setup-token", label: "Anthropic setup-token", provider: "anthropic", method: "setup-token" },
  { kind: "sign-in", id: "oauth", label: "Anthropic setup-token", provider: "anthropic", method: "setup-token" },
  {
    kind: "sign-in",
    id: "claude-code",
    label: "The login of Claude Code on this machine",
    hint: "read once, after you agree",
    provider: "anthropic",
    method: "claude-code",
  },
  key("apiKey", "Anthropic", "anthropic", "anthropic-api-key", ["ANTHROPIC_API_KEY"]),
  { kind: "sign-in", id: "minimax-portal", label: "MiniMax subscription", provider: "minimax-portal" },
  minimaxKey("minimax-api", minimaxModel, "MiniMax M2.1 API key"),
  minimaxKey("minimax-cloud", minimaxModel, "MiniMax M2.1 API key"),
  minimaxKey("minimax-api-lightning", `${minimaxModel}-lightning`, "MiniMax M2.1 Lightning API key"),
  {
    kind: "local",
    id: "minimax",
    label: "MiniMax M2.1 on this machine (LM Studio)",
    provider: "lmstudio",
    block: {
      baseUrl: "http://127.0.0.1:1234/v1",
      api: "openai-responses",
      model: { id: "minimax-m2.1-gs32", name: "MiniMax M2.1 GS32" },
    },
  },
  key("moonshot-api-key", "Moonshot", "moonshot", "moonshot-api-key", ["MOONSHOT_API_KEY"], {
    label: "Moonshot API key (.ai)",
    model: kimi,
    block: moonshot("api.moonshot.ai"),
  }),
  key("moonshot-api-key-cn", "Moonshot", "moonshot", "moonshot-api-key", ["MOONSHOT_API_KEY"], {
    label: "Moonshot API key (.cn)",
    model: kimi,
    block: moonshot("api.moonshot.cn"),
  }),
  key("kimi-code-api-key", "Kimi Coding", "kimi-coding", "kimi-code-api-key", ["KIMI_API_KEY", "KIMICODE_API_KEY"], {
    model: { ref: "kimi-coding/k2p5" },
  }),
  key("gemini-api-key", "Gemini", "google", "gemini-api-key", ["GEMINI_API_KEY"], {
    model: { ref: "google/gemini-3-pro-preview" },
  }),
  { kind: "sign-in", id: "google-antigravity", label: "Google Antigravity", provider: "google-antigravity" },
  { kind: "sign-in", id: "google-gemini-cli", label: "Google Code Assist (Gemini CLI)", provider: "google-gemini-cli" },
  key("xai-api-key", "xAI", "xai", "xai-api-key", ["XAI_API_KEY"], {
    model: { ref: "xai/grok-4" },
    block: { baseUrl: "https://api.x.ai/v1", api: "openai-completions", model: { id: "grok-4", name: "Grok 4" } },
  }),
  key("openrouter-api-key", "OpenRouter", "openrouter", "openrouter-api-key", ["OPENROUTER_API_KEY"], {
    model: { ref: "openrouter/auto" },
  }),
  { kind: "sign-in", id: "qwen-portal", label: "Qwen", provider: "qwen-portal" },
  key("zai-api-key", "Z.AI", "zai", "zai-api-key", ["ZAI_API_KEY", "Z_AI_API_KEY"], {
    model: { ref: "zai/glm-4.7", alias: "GLM" },
  }),
  key("qianfan-api-key", "Qianfan", "qianfan", "qianfan-api-key", ["QIANFAN_API_KEY"], {
    model: { ref: "qianfan/deepseek-v3.2" },
    block: {
      baseUrl: "https://qianfan.baidubce.com/v2",
      api: "openai-completions",
      model: { id: "deepseek-v3.2", name: "DeepSeek V3.2" },
    },
  }),
  {
    kind: "sign-in",
    id: "github-copilot",
    label: "GitHub Copilot",
    provider: "github-copilot",
    model: { ref: "github-copilot/gpt-4o" },
  },
  { kind: "sign-in", id: "copilot-proxy", label: "Copilot Proxy", provider: "copilot-proxy" },
  key("ai-gateway-api-key", "Vercel AI Gateway", "vercel-ai-gateway", "ai-gateway-api-key", ["AI_GATEWAY_API_KEY"], {
    model: { ref: "vercel-ai-gateway/anthropic/claude-opus-4.6" },
  }),
  key(
    "opencode-zen",
    "OpenCode Zen",
    "opencode",
    "opencode-zen-api-key",
    ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"],
    {
      model: { ref: "opencode/claude-opus-4-6" },
    },
  ),
  key("xiaomi-api-key", "Xiaomi", "xiaomi", "xiaomi-api-key", ["XIAOMI_API_KEY"], {
    model: { ref: "xiaomi/mimo-v2-flash" },
    block: {
      baseUrl: "https://api.xiaomimimo.com/anthropic",
      api: "anthropic-messages",
      model: { id: "mimo-v2-flash", name: "MiMo V2 Flash" },
    },
  }),
  key("synthetic-api-key", "Synthetic", "synthetic", "synthetic-api-key", ["SYNTHETIC_API_KEY"], {
    model: { ref: "synthetic/hf:MiniMaxAI/MiniMax-M2.1" },
    block: {
      baseUrl: "https://api.synthetic.new/anthropic",
      api: "anthropic-messages",
      model: { id: "hf:MiniMaxAI/MiniMax-M2.1", name: "MiniMax M2.1" },
    },
  }),
  key("venice-api-key", "Venice", "venice", "venice-api-key", ["VENICE_API_KEY"], {
    model: { ref: "venice/llama-3.3-70b" },
    block: {
      baseUrl: "https://api.venice.ai/api/v1",
      api: "openai-completions",
      model: { id: "llama-3.3-70b", name: "Llama 3.3 70B" },
    },
  }),
  key(
    "cloudflare-ai-gateway-api-key",
    "Cloudflare AI Gateway",
    "cloudflare-ai-gateway",
    "cloudflare-ai-gateway-api-key",
    ["CLOUDFLARE_AI_GATEWAY_API_KEY"],
    { model: { ref: "cloudflare-ai-gateway/claude-sonnet-4-5" } },
  ),
  { kind: "sign-in", id: "chutes", label: "Chutes", provider: "chutes" },
  { kind: "custom", id: "custom-api-key", label: "Custom endpoint", hint: "speaks like OpenAI or Anthropic" },
  { kind: "skip", id: "skip", label: "Skip for now" },
];

/** Words of former releases for choices of today. */
export const deprecatedChoices: Readonly<Record<string, string>> = {
  "claude-cli": "setup-token",
  "codex-cli": "openai-codex",
};

/** What the menu of providers offers, in its order. */
export const authGroups: readonly { id: string; label: string; choices: readonly string[] }[] = [
  { id: "openai", label: "OpenAI", choices: ["openai-codex", "openai-api-key"] },
  { id: "anthropic", label: "Anthropic", choices: ["token", "apiKey", "claude-code"] },
  { id: "minimax", label: "MiniMax", choices: ["minimax-portal", "minimax-api", "minimax-api-lightning"] },
  { id: "moonshot", label: "Moonshot", choices: ["moonshot-api-key", "moonshot-api-key-cn", "kimi-code-api-key"] },
  { id: "google", label: "Google", choices: ["gemini-api-key", "google-antigravity", "google-gemini-cli"] },
  { id: "xai", label: "xAI", choices: ["xai-api-key"] },
  { id: "openrouter", label: "OpenRouter", choices: ["openrouter-api-key"] },
  { id: "qwen", label: "Qwen", choices: ["qwen-portal"] },
  { id: "zai", label: "Z.AI", choices: ["zai-api-key"] },
  { id: "qianfan", label: "Qianfan", choices: ["qianfan-api-key"] },
  { id: "copilot", label: "Copilot", choices: ["github-copilot", "copilot-proxy"] },
  { id: "ai-gateway", label: "Vercel AI Gateway", choices: ["ai-gateway-api-key"] },
  { id: "opencode-zen", label: "OpenCode Zen", choices: ["opencode-zen"] },
  { id: "xiaomi", label: "Xiaomi", choices: ["xiaomi-api-key"] },
  { id: "synthetic", label: "Synthetic", choices: ["synthetic-api-key"] },
  { id: "venice", label: "Venice", choices: ["venice-api-key"] },
  { id: "cloudflare-ai-gateway", label: "Cloudflare AI Gateway", choices: ["cloudflare-ai-gateway-api-key"] },
  { id: "chutes", label: "Chutes", choices: ["chutes"] },
  { id: "custom", label: "Custom endpoint", choices: ["custom-api-key"] },
  { id: "skip", label: "Skip for now", choices: ["skip"] },
];

/** A flag that carries a key, and the choice it stands for alone. */
export const keyFlagChoices: Readonly<Record<string, string>> = {
  "anthropic-api-key": "apiKey",
  "gemini-api-key": "gemini-api-key",
  "openai-api-key": "openai-api-key",
  "openrouter-api-key": "openrouter-api-key",
  "ai-gateway-api-key": "ai-gateway-api-key",
  "cloudflare-ai-gateway-api-key": "cloudflare-ai-gateway-api-key",
  "moonshot-api-key": "moonshot-api-key",
  "kimi-code-api-key": "kimi-code-api-key",
  "synthetic-api-key": "synthetic-api-key",
  "venice-api-key": "venice-api-key",
  "zai-api-key": "zai-api-key",
  "xiaomi-api-key": "xiaomi-api-key",
  "xai-api-key": "xai-api-key",
  "qianfan-api-key": "qianfan-api-key",
  "minimax-api-key": "minimax-api",
  "opencode-zen-api-key": "opencode-zen",
  "custom-base-url": "custom-api-key",
};

/** Undefined for a word that is no choice. */
export function findAuthChoice(id: string): AuthChoice | undefined {
  const wanted = deprecatedChoices[id] ?? id;
  return authChoices.find((choice) => choice.id === wanted);
}

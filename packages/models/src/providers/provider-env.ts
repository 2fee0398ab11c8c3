/** Environment variables that hold a provider's key, in the order they are tried. */
const variables: Readonly<Record<string, readonly string[]>> = {
  anthropic: ["ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"],
  openai: ["OPENAI_API_KEY"],
  openrouter: ["OPENROUTER_API_KEY"],
  ollama: ["OLLAMA_API_KEY"],
  "vercel-ai-gateway": ["AI_GATEWAY_API_KEY"],
  "cloudflare-ai-gateway": ["CLOUDFLARE_AI_GATEWAY_API_KEY"],
  moonshot: ["MOONSHOT_API_KEY"],
  "kimi-coding": ["KIMI_API_KEY", "KIMICODE_API_KEY"],
  "kimi-code": ["KIMICODE_API_KEY", "KIMI_API_KEY"],
  google: ["GEMINI_API_KEY"],
  zai: ["ZAI_API_KEY", "Z_AI_API_KEY"],
  minimax: ["MINIMAX_API_KEY"],
  opencode: ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"],
  venice: ["VENICE_API_KEY"],
  synthetic: ["SYNTHETIC_API_KEY"],
  chutes: ["CHUTES_OAUTH_TOKEN", "CHUTES_API_KEY"],
  xai: ["XAI_API_KEY"],
  cerebras: ["CEREBRAS_API_KEY"],
  groq: ["GROQ_API_KEY"],
  mistral: ["MISTRAL_API_KEY"],
  "qwen-portal": ["QWEN_OAUTH_TOKEN", "QWEN_PORTAL_API_KEY"],
  xiaomi: ["XIAOMI_API_KEY"],
  qianfan: ["QIANFAN_API_KEY"],
  custom: ["CUSTOM_API_KEY"],
};

export function providerEnvVars(provider: string): readonly string[] {
  return Object.hasOwn(variables, provider) ? (variables[provider] ?? []) : [];
}

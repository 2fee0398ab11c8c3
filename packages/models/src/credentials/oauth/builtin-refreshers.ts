import type { Refreshers } from "../oauth-provider.ts";

/** Who renews the tokens of which provider; loaded when a token has run out. */
export const builtinRefreshers: Refreshers = {
  anthropic: async () => (await import("./anthropic.ts")).refreshAnthropic,
  "openai-codex": async () => (await import("./openai-codex.ts")).refreshOpenAICodex,
  chutes: async () => (await import("./chutes.ts")).refreshChutes,
  "google-gemini-cli": async () => (await import("./gemini-cli.ts")).refreshGeminiCli,
  "qwen-portal": async () => (await import("./qwen-portal.ts")).refreshQwen,
  "minimax-portal": async () => (await import("./minimax-portal.ts")).refreshMiniMax,
};

import { anthropicAuth } from "./anthropic.ts";
import type { ProviderAuth } from "./auth-method.ts";
import { chutesAuth } from "./chutes.ts";
import { geminiCliAuth } from "./gemini-cli.ts";
import { gitHubCopilotAuth } from "./github-copilot.ts";
import { miniMaxPortalAuth } from "./minimax-portal.ts";
import { openAICodexAuth } from "./openai-codex.ts";
import { qwenPortalAuth } from "./qwen-portal.ts";

/** The providers somebody can sign in to without a plugin. */
export const builtinProviderAuths: readonly ProviderAuth[] = [
  anthropicAuth,
  openAICodexAuth,
  gitHubCopilotAuth,
  chutesAuth,
  qwenPortalAuth,
  miniMaxPortalAuth,
  geminiCliAuth,
];

import { delimiter } from "node:path";
import { isForbiddenVariable } from "@openclaw/approvals";
import { ToolFailure } from "./tool-failure.ts";

/** Secrets of the Gateway itself; keys of model providers are added by the caller. */
const gatewaySecrets = [
  "OPENCLAW_GATEWAY_TOKEN",
  "OPENCLAW_GATEWAY_PASSWORD",
  "OPENCLAW_HOOKS_TOKEN",
  "TELEGRAM_BOT_TOKEN",
  "DISCORD_BOT_TOKEN",
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_USER_TOKEN",
  "MATTERMOST_BOT_TOKEN",
  "BRAVE_API_KEY",
  "FIRECRAWL_API_KEY",
  "PERPLEXITY_API_KEY",
  "ELEVENLABS_API_KEY",
  "DEEPGRAM_API_KEY",
];

/** Keys of model providers, as far as they follow `<PROVIDER>_API_KEY` or a provider's own names. */
const providerSecrets =
  /^(ANTHROPIC|OPENAI|OPENROUTER|GEMINI|GOOGLE|GROQ|MISTRAL|XAI|ZAI|Z_AI|CEREBRAS|MINIMAX|MOONSHOT|KIMI|KIMICODE|TOGETHER|VENICE|SYNTHETIC|XIAOMI|QIANFAN|OPENCODE|OPENCODE_ZEN|AI_GATEWAY|CHUTES|OLLAMA|VLLM|LITELLM|DEEPSEEK|HUGGINGFACE|NVIDIA|VOYAGE|COHERE|FIREWORKS|BYTEPLUS|VOLCENGINE)_(API_KEY|OAUTH_TOKEN|AUTH_TOKEN|CODING_API_KEY)$/;

export interface ExecEnvironmentOptions {
  /** The Gateway's own environment. */
  base: NodeJS.ProcessEnv;
  /** What the configuration gives to skills, secrets among it. */
  added?: Readonly<Record<string, string>>;
  /** What the model asked for; checked here. */
  requested?: Record<string, string>;
  /** PATH of the user's login shell. */
  loginPath?: string | undefined;
  /** Folders put in front of PATH. */
  pathPrepend?: readonly string[];
  /** Leave secrets in; by default commands do not see them. */
  inheritSecrets?: boolean;
  /** Names of further variables that hold secrets. */
  secretNames?: readonly string[];
}

/** The environment of a command on the host. Throws when the model asked for a variable it may not set. */
export function execEnvironment(options: ExecEnvironmentOptions): NodeJS.ProcessEnv {
  for (const name of Object.keys(options.requested ?? {})) refuseForbidden(name);
  const secrets = new Set([...gatewaySecrets, ...(options.secretNames ?? [])]);
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(options.base)) {
    const secret = secrets.has(name) || providerSecrets.test(name);
    if (value !== undefined && (options.inheritSecrets === true || !secret)) env[name] = value;
  }
  env.PATH = joinPaths(options.pathPrepend ?? [], split(env.PATH), split(options.loginPath));
  return { ...env, ...options.added, ...options.requested };
}

function refuseForbidden(name: string): void {
  if (name.toUpperCase() === "PATH") {
    throw new ToolFailure("Security Violation: Custom 'PATH' variable is forbidden during host execution.");
  }
  if (isForbiddenVariable(name)) {
    throw new ToolFailure(`Security Violation: Environment variable '${name}' is forbidden during host execution.`);
  }
}

function joinPaths(...lists: (readonly string[])[]): string {
  return [...new Set(lists.flat().filter((folder) => folder !== ""))].join(delimiter);
}

function split(path: string | undefined): string[] {
  return path?.split(delimiter) ?? [];
}

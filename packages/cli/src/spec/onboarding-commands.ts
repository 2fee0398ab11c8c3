import { defineCommand, type FlagSpec, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

const text = (summary: string, more: Partial<FlagSpec> = {}) => ({ type: "string", summary, ...more }) as const;
const yes = (summary: string) => ({ type: "boolean", summary }) as const;
const workspace = text("workspace directory", { value: "dir", defaultText: "~/.openclaw/workspace" });
const remote = {
  "remote-url": text("URL of the remote gateway", { value: "url" }),
  "remote-token": text("token of the remote gateway", { value: "token" }),
} as const;
/** The steps check these themselves, in their order. */
const unchecked = { unchecked: true } as const;
const mode = { type: "string", options: ["local", "remote"], summary: "mode", ...unchecked } as const;

const authChoices = [
  "setup-token",
  "token",
  "chutes",
  "openai-codex",
  "openai-api-key",
  "xai-api-key",
  "qianfan-api-key",
  "openrouter-api-key",
  "ai-gateway-api-key",
  "cloudflare-ai-gateway-api-key",
  "moonshot-api-key",
  "moonshot-api-key-cn",
  "kimi-code-api-key",
  "synthetic-api-key",
  "venice-api-key",
  "gemini-api-key",
  "zai-api-key",
  "xiaomi-api-key",
  "apiKey",
  "minimax-api",
  "minimax-api-lightning",
  "opencode-zen",
  "custom-api-key",
  "skip",
] as const;

export const setupFlags = {
  workspace,
  wizard: yes("run the onboarding wizard"),
  "non-interactive": yes("never prompt"),
  mode,
  ...remote,
} as const satisfies FlagSpecs;

export const onboardFlags = {
  workspace,
  reset: yes("full reset before the wizard"),
  "non-interactive": yes("never prompt"),
  "accept-risk": yes("acknowledge the risk notice (needed for non-interactive)"),
  flow: { type: "string", options: ["quickstart", "advanced", "manual"], summary: "wizard flow", ...unchecked },
  mode,
  "auth-choice": { type: "string", options: authChoices, summary: "model auth method", ...unchecked },
  "token-provider": text("provider of the token", { value: "id" }),
  token: text("token"),
  "token-profile-id": text("auth profile id for the token", { value: "id", defaultText: "<provider>:manual" }),
  "token-expires-in": text("relative expiry of the token", { value: "duration" }),
  "anthropic-api-key": text("Anthropic key", { value: "key" }),
  "openai-api-key": text("OpenAI key", { value: "key" }),
  "openrouter-api-key": text("OpenRouter key", { value: "key" }),
  "ai-gateway-api-key": text("Vercel AI Gateway key", { value: "key" }),
  "cloudflare-ai-gateway-account-id": text("Cloudflare account id", { value: "id" }),
  "cloudflare-ai-gateway-gateway-id": text("Cloudflare gateway id", { value: "id" }),
  "cloudflare-ai-gateway-api-key": text("Cloudflare AI Gateway key", { value: "key" }),
  "moonshot-api-key": text("Moonshot key", { value: "key" }),
  "kimi-code-api-key": text("Kimi Coding key", { value: "key" }),
  "gemini-api-key": text("Gemini key", { value: "key" }),
  "zai-api-key": text("Z.AI key", { value: "key" }),
  "xiaomi-api-key": text("Xiaomi key", { value: "key" }),
  "minimax-api-key": text("MiniMax key", { value: "key" }),
  "synthetic-api-key": text("Synthetic key", { value: "key" }),
  "venice-api-key": text("Venice key", { value: "key" }),
  "opencode-zen-api-key": text("OpenCode Zen key", { value: "key" }),
  "xai-api-key": text("xAI key", { value: "key" }),
  "qianfan-api-key": text("Qianfan key", { value: "key" }),
  "gateway-port": { type: "integer", value: "port", summary: "gateway port", ...unchecked },
  "gateway-bind": {
    type: "string",
    options: ["loopback", "lan", "tailnet", "auto", "custom"],
    summary: "gateway bind mode",
    ...unchecked,
  },
  "gateway-auth": { type: "string", options: ["token", "password"], summary: "gateway auth mode", ...unchecked },
  "gateway-token": text("gateway token", { value: "token" }),
  "gateway-password": text("gateway password", { value: "password" }),
  ...remote,
  tailscale: { type: "string", options: ["off", "serve", "funnel"], summary: "Tailscale exposure", ...unchecked },
  "tailscale-reset-on-exit": yes("undo Tailscale exposure on exit"),
  "install-daemon": yes("install the gateway service"),
  "no-install-daemon": yes("do not install the service"),
  "skip-daemon": yes("same as --no-install-daemon"),
  "daemon-runtime": { type: "string", options: ["node", "bun"], summary: "runtime of the service", ...unchecked },
  "skip-channels": yes("skip the channel step"),
  "skip-skills": yes("skip the skills step"),
  "skip-health": yes("skip the health check"),
  "skip-ui": yes("skip Control UI and TUI prompts"),
  "node-manager": {
    type: "string",
    options: ["npm", "pnpm", "bun"],
    summary: "package manager for skills",
    ...unchecked,
  },
  json,
  "custom-base-url": text("base URL of the custom provider", { value: "url" }),
  "custom-model-id": text("model id at the custom provider", { value: "id" }),
  "custom-api-key": text("key of the custom provider (CUSTOM_API_KEY)", { value: "key" }),
  "custom-provider-id": text("provider id to write", { value: "id" }),
  "custom-compatibility": {
    type: "string",
    options: ["openai", "anthropic"],
    default: "openai",
    summary: "API dialect of the custom provider",
    ...unchecked,
  },
} as const satisfies FlagSpecs;

export const configureFlags = {
  section: {
    type: "string",
    options: ["workspace", "model", "web", "gateway", "daemon", "channels", "skills", "health"],
    multiple: true,
    summary: "wizard section, repeatable",
    ...unchecked,
  },
} as const satisfies FlagSpecs;

export const onboardingCommands = [
  defineCommand({
    id: "setup",
    summary: "Create base config, workspace files and session folder",
    flags: setupFlags,
    args: [],
    examples: [["openclaw setup --workspace ~/assistant", "The files of a first start, without questions."]],
    docs: "/cli/setup",
    config: "none",
    load: () => import("../commands/setup.ts"),
  }),
  defineCommand({
    id: "onboard",
    summary: "Guided first-run wizard for gateway, model auth, channels and skills",
    flags: onboardFlags,
    args: [],
    examples: [
      ["openclaw onboard", "Asks, shows what it is going to do, and does it."],
      [
        "openclaw onboard --non-interactive --accept-risk --auth-choice apiKey --skip-health",
        "Without a question, for scripts.",
      ],
    ],
    docs: "/cli/onboard",
    config: "none",
    load: () => import("../commands/onboard.ts"),
  }),
  defineCommand({
    id: "configure",
    summary: "Section-based wizard that edits an existing setup",
    flags: configureFlags,
    args: [],
    examples: [["openclaw configure --section model --section web", "Only these two."]],
    docs: "/cli/configure",
    config: "none",
    load: () => import("../commands/configure.ts"),
  }),
] as const;

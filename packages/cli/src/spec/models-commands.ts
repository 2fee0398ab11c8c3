import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

const agent = { type: "string", value: "id", summary: "agent id" } as const;
const plain = { type: "boolean", summary: "plain line output" } as const;
const listFlags = { json, plain } as const satisfies FlagSpecs;
const model = { name: "model", summary: "provider/model or an alias", required: true } as const;
const provider = { type: "string", value: "id", summary: "provider id" } as const;
const yes = { type: "boolean", summary: "no confirmation" } as const;

export const modelsFlags = {
  "status-json": { type: "boolean", summary: "alias of models status --json" },
  "status-plain": { type: "boolean", summary: "alias of models status --plain" },
  agent,
} as const satisfies FlagSpecs;

export const modelsListFlags = {
  all: { type: "boolean", summary: "whole catalogue" },
  local: { type: "boolean", summary: "only local models" },
  provider: { ...provider, value: "name" },
  json,
  plain,
} as const satisfies FlagSpecs;

export const modelsStatusFlags = {
  json,
  plain,
  check: { type: "boolean", summary: "exit code reports expiry (1 expired or missing, 2 expiring)" },
  probe: { type: "boolean", summary: "run live checks" },
  "probe-provider": { ...provider, value: "name", summary: "provider to probe" },
  "probe-profile": { type: "string", value: "id", summary: "profile ids to probe (repeat or commas)", multiple: true },
  "probe-timeout": {
    type: "integer",
    value: "ms",
    summary: "timeout per probe in ms",
    default: 8000,
    min: 1,
    refusal: "--probe-timeout must be a positive number (ms).",
  },
  "probe-concurrency": {
    type: "integer",
    summary: "parallel probes",
    default: 2,
    min: 1,
    refusal: "--probe-concurrency must be > 0.",
  },
  "probe-max-tokens": {
    type: "integer",
    summary: "token cap per probe",
    default: 8,
    min: 1,
    refusal: "--probe-max-tokens must be > 0.",
  },
  agent,
} as const satisfies FlagSpecs;

export const modelsScanFlags = {
  "min-params": { type: "string", value: "b", summary: "minimum parameters in billions" },
  "max-age-days": {
    type: "integer",
    value: "days",
    summary: "skip older models",
    refusal: "--max-age-days must be >= 0",
  },
  provider: { ...provider, value: "prefix" },
  "max-candidates": {
    type: "integer",
    summary: "maximum fallbacks kept",
    default: 6,
    min: 1,
    refusal: "--max-candidates must be > 0",
  },
  timeout: {
    type: "integer",
    value: "ms",
    summary: "timeout in ms",
    default: 12_000,
    min: 1,
    refusal: "--timeout must be > 0",
  },
  concurrency: {
    type: "integer",
    summary: "parallel probes",
    default: 3,
    min: 1,
    refusal: "--concurrency must be > 0",
  },
  "no-probe": { type: "boolean", summary: "skip live probe" },
  yes,
  "no-input": { type: "boolean", summary: "never prompt" },
  "set-default": { type: "boolean", summary: "make it the default model" },
  "set-image": { type: "boolean", summary: "make it the default image model" },
  json,
} as const satisfies FlagSpecs;

export const modelsAuthFlags = { agent } as const satisfies FlagSpecs;

export const modelsAuthLoginFlags = {
  provider,
  method: { type: "string", value: "id", summary: "auth method id" },
  "set-default": { type: "boolean", summary: "make it the default model" },
} as const satisfies FlagSpecs;

export const modelsSetupTokenFlags = {
  provider: { ...provider, default: "anthropic" },
  yes,
} as const satisfies FlagSpecs;

export const modelsPasteTokenFlags = {
  provider: { ...provider, unchecked: true },
  "profile-id": { type: "string", value: "id", summary: "auth profile id", defaultText: "<provider>:manual" },
  "expires-in": { type: "string", value: "duration", summary: "relative expiry (365d, 12h, 30m)" },
} as const satisfies FlagSpecs;

export const modelsCopilotFlags = {
  "profile-id": { type: "string", value: "id", summary: "auth profile id", default: "github-copilot:github" },
  yes,
} as const satisfies FlagSpecs;

export const modelsOrderFlags = { provider: { ...provider, unchecked: true }, agent } as const satisfies FlagSpecs;
export const modelsOrderGetFlags = { ...modelsOrderFlags, json } as const satisfies FlagSpecs;

const docs = "/cli/models";

export const modelsCommands = [
  defineCommand({
    id: "models",
    summary: "Model and auth overview; alias of status",
    flags: modelsFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models.ts"),
  }),
  defineCommand({
    id: "models list",
    summary: "List configured or all known models",
    flags: modelsListFlags,
    args: [],
    examples: [["openclaw models list --all --provider openai", "What this build knows of a provider."]],
    docs,
    config: "valid",
    load: () => import("../commands/models-list.ts"),
  }),
  defineCommand({
    id: "models status",
    summary: "Show resolved models, fallbacks and auth state",
    flags: modelsStatusFlags,
    args: [],
    examples: [
      ["openclaw models status --check", "Exit code 1 when a credential is missing, 2 when one ends within a day."],
      ["openclaw models status --probe", "Asks each provider one short question; that may cost tokens."],
    ],
    docs,
    config: "valid",
    load: () => import("../commands/models-status.ts"),
  }),
  defineCommand({
    id: "models set",
    summary: "Set the primary default model",
    flags: {},
    args: [model],
    examples: [["openclaw models set anthropic/claude-opus-4-6", "The model of agents that name none."]],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-set.ts")).setText,
  }),
  defineCommand({
    id: "models set-image",
    summary: "Set the primary image model",
    flags: {},
    args: [model],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-set.ts")).setImage,
  }),
  defineCommand({
    id: "models aliases list",
    summary: "List aliases",
    flags: listFlags,
    args: [],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-aliases.ts")).list,
  }),
  defineCommand({
    id: "models aliases add",
    summary: "Add or change an alias",
    flags: {},
    args: [{ name: "alias", summary: "letters, numbers, dots, underscores, colons, dashes", required: true }, model],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-aliases.ts")).add,
  }),
  defineCommand({
    id: "models aliases remove",
    summary: "Remove an alias",
    flags: {},
    args: [{ name: "alias", summary: "its name", required: true }],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-aliases.ts")).remove,
  }),
  ...fallbackCommands("fallbacks", "fallback", async () => (await import("../commands/models-fallbacks.ts")).text),
  ...fallbackCommands(
    "image-fallbacks",
    "image fallback",
    async () => (await import("../commands/models-fallbacks.ts")).image,
  ),
  defineCommand({
    id: "models scan",
    summary: "Probe free OpenRouter models and pick fallbacks",
    flags: modelsScanFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models-scan.ts"),
  }),
  defineCommand({
    id: "models auth",
    summary: "Auth profiles; alone it starts the add wizard",
    flags: modelsAuthFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models-auth-add.ts"),
  }),
  defineCommand({
    id: "models auth add",
    summary: "Interactive auth profile helper",
    flags: {},
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models-auth-add.ts"),
  }),
  defineCommand({
    id: "models auth login",
    summary: "Run an auth flow offered by a provider plugin",
    flags: modelsAuthLoginFlags,
    args: [],
    examples: [["openclaw models auth login --provider openai-codex", "Sign in with a ChatGPT subscription."]],
    docs,
    config: "valid",
    load: () => import("../commands/models-auth-login.ts"),
  }),
  defineCommand({
    id: "models auth setup-token",
    summary: "Store an Anthropic setup-token",
    flags: modelsSetupTokenFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models-auth-setup-token.ts"),
  }),
  defineCommand({
    id: "models auth paste-token",
    summary: "Store a pasted token as auth profile",
    flags: modelsPasteTokenFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models-auth-paste-token.ts"),
  }),
  defineCommand({
    id: "models auth login-github-copilot",
    summary: "Sign in to GitHub Copilot with a device code",
    flags: modelsCopilotFlags,
    args: [],
    docs,
    config: "valid",
    load: () => import("../commands/models-auth-copilot.ts"),
  }),
  defineCommand({
    id: "models auth order get",
    summary: "Show the override",
    flags: modelsOrderGetFlags,
    args: [],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-auth-order.ts")).get,
  }),
  defineCommand({
    id: "models auth order set",
    summary: "Pin rotation to the given profiles",
    flags: modelsOrderFlags,
    args: [{ name: "profileIds", summary: "auth profile ids, best first", required: false, variadic: true }],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-auth-order.ts")).set,
  }),
  defineCommand({
    id: "models auth order clear",
    summary: "Remove the override",
    flags: modelsOrderFlags,
    args: [],
    docs,
    config: "valid",
    load: async () => (await import("../commands/models-auth-order.ts")).clear,
  }),
] as const;

type Fallbacks = typeof import("../commands/models-fallbacks.ts").text;

function fallbackCommands(word: string, what: string, load: () => Promise<Fallbacks>) {
  return [
    defineCommand({
      id: `models ${word} list`,
      summary: `List ${what}s`,
      flags: listFlags,
      args: [],
      docs,
      config: "valid",
      load: async () => (await load()).list,
    }),
    defineCommand({
      id: `models ${word} add`,
      summary: `Append ${what === "fallback" ? "a fallback" : "an image fallback"}`,
      flags: {},
      args: [model],
      docs,
      config: "valid",
      load: async () => (await load()).add,
    }),
    defineCommand({
      id: `models ${word} remove`,
      summary: `Remove ${what === "fallback" ? "a fallback" : "an image fallback"}`,
      flags: {},
      args: [model],
      docs,
      config: "valid",
      load: async () => (await load()).remove,
    }),
    defineCommand({
      id: `models ${word} clear`,
      summary: `Empty the ${what} list`,
      flags: {},
      args: [],
      docs,
      config: "valid",
      load: async () => (await load()).clear,
    }),
  ] as const;
}

import type { Logger } from "@openclaw/log";
import type { ModelSetup } from "./adapters/adapter.ts";
import { adapterFor, loadOfflineModel } from "./adapters/adapters.ts";
import { type CatalogueEntry, findListedModel, offlineModelInfo, unlistedModel } from "./catalogue/model-catalogue.ts";
import { publishedModel } from "./catalogue/published-models.ts";
import { type CliBackend, findCliBackend } from "./cli-backend/cli-backend.ts";
import { cliModelInfo } from "./cli-backend/cli-model-info.ts";
import type { CreateCliModel } from "./cli-backend/create-cli-models.ts";
import type { ConfigView } from "./config-view.ts";
import { chooseCredential } from "./credentials/choose-credential.ts";
import type { Credentials } from "./credentials/credentials.ts";
import type { Discovery } from "./discovery/discovery.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { ModelError } from "./model-error.ts";
import type { ResolvedModel } from "./model-info.ts";
import { readModelParams } from "./model-params.ts";
import { formatModelRef, type ModelRef } from "./model-ref.ts";
import { builtinProviders } from "./providers/builtin-providers.ts";
import { type AddressNames, answersAtOnce, type ProviderSetup, providerBaseUrl } from "./providers/provider-setup.ts";

/** What models are made with. */
export interface ModelParts {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly exchange: HttpExchange;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly discovery: Discovery;
  /** Absent where there is no state directory. */
  readonly credentials: Credentials | undefined;
  readonly shellEnvKeys: (() => readonly string[]) | undefined;
  /** Makes models of programs; loaded at the first one. */
  cliModels(): Promise<CreateCliModel>;
  setupOf(id: string, view: ConfigView): ProviderSetup | undefined;
  hasKey(setup: ProviderSetup): boolean;
}

export const offlineRef: ModelRef = { provider: "offline", model: "assistant" };

/** Makes a model callable. Throws {@link ModelError} when it cannot be. */
export async function resolveModel(
  ref: ModelRef,
  view: ConfigView,
  parts: ModelParts,
  whose: { readonly agentId: string | undefined; readonly profile: string | undefined },
): Promise<ResolvedModel> {
  if (ref.provider === "offline" && !view.configuredIds.has("offline")) return resolveOffline(ref, parts);
  const setup = parts.setupOf(ref.provider, view);
  const backend = setup ? undefined : findCliBackend(ref.provider, view.config);
  if (backend) return resolveProgram(ref, backend, parts);
  if (!setup) throw unknownModel(ref, view);
  const chosen = chooseCredential(setup, { ...parts, ...whose });
  const { info, definition, known } = await findModel(setup, ref, view, parts);
  if (setup.configured?.auth === "aws-sdk" && info.api !== "bedrock-converse-stream") {
    throw new ModelError(
      "invalid-provider",
      `models.providers.${setup.id}.auth is "aws-sdk", which "${info.api}" cannot use. Use "api-key", or the API kind "bedrock-converse-stream".`,
    );
  }
  const name = formatModelRef(ref);
  const createLanguageModel = await adapterFor(info, setup.registered);
  const entry = view.entries.get(name);
  const authHeader = setup.configured?.authHeader;
  const modelSetup: ModelSetup = {
    info,
    baseUrl:
      info.api === "plugin"
        ? (setup.configured?.baseUrl ?? "")
        : providerBaseUrl(setup, known, addressNames(parts.env)),
    credential: chosen.source,
    ...(authHeader !== undefined && { authHeader }),
    headers: { ...setup.headers, ...definition?.headers },
    compat: { ...setup.builtin?.compat, ...definition?.compat },
    params: readModelParams(name, entry, parts.log),
    streaming: entry?.streaming ?? !answersAtOnce(setup, definition),
    exchange: parts.exchange,
    fetch: parts.fetch,
    now: parts.now,
    env: parts.env,
  };
  return {
    ref,
    info,
    languageModel: await createLanguageModel(modelSetup),
    reasoningTags: writesReasoningTags(setup.id, info.api),
    keySource: chosen.keySource,
    authMode: chosen.mode,
    ...(whose.profile !== undefined && { profile: whose.profile }),
    providerOptions: openclawOptions,
  };
}

async function findModel(
  setup: ProviderSetup,
  ref: ModelRef,
  { config }: ConfigView,
  { discovery }: ModelParts,
): Promise<CatalogueEntry> {
  const found = await discovery.find(setup, ref.model, config);
  const listed = findListedModel(setup, found?.id ?? ref.model, true, found ? [found] : []);
  return listed ?? unlistedModel(setup, ref.model, true, await publishedModel(setup.id, ref.model));
}

/** What built-in addresses leave open. */
function addressNames(env: NodeJS.ProcessEnv): AddressNames {
  return {
    region: env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim() || "us-east-1",
    location: env.GOOGLE_CLOUD_LOCATION,
  };
}

/** Models that write their reasoning as tags into the text are told which tags to use. */
function writesReasoningTags(provider: string, api: string): boolean {
  const tagged = ["ollama", "google-gemini-cli", "google-generative-ai"];
  return (
    tagged.includes(provider) ||
    tagged.includes(api) ||
    provider.includes("google-antigravity") ||
    provider.includes("minimax")
  );
}

async function resolveOffline(ref: ModelRef, { now }: ModelParts): Promise<ResolvedModel> {
  if (ref.model !== offlineRef.model) {
    throw new ModelError(
      "unknown-model",
      `Unknown model: ${formatModelRef(ref)}. The offline provider has one model, offline/assistant.`,
    );
  }
  const createOfflineModel = await loadOfflineModel();
  return {
    ref,
    info: offlineModelInfo,
    languageModel: createOfflineModel({ clock: { now } }),
    reasoningTags: false,
    keySource: "none",
    authMode: "none",
    providerOptions: openclawOptions,
  };
}

async function resolveProgram(ref: ModelRef, backend: CliBackend, parts: ModelParts): Promise<ResolvedModel> {
  const createModel = await parts.cliModels();
  return {
    ref,
    info: cliModelInfo(ref),
    languageModel: createModel(backend, ref.model),
    reasoningTags: false,
    keySource: "none",
    authMode: "none",
    program: { backend: backend.id, inSession: (session) => createModel(backend, ref.model, session) },
    providerOptions: openclawOptions,
  };
}

function openclawOptions(thinking: string, session?: { readonly sessionId?: string }) {
  return { openclaw: { thinking, ...(session?.sessionId !== undefined && { sessionId: session.sessionId }) } };
}

function unknownModel(ref: ModelRef, { configuredIds }: ConfigView): ModelError {
  if (ref.provider.endsWith("-cli")) {
    return new ModelError(
      "unknown-model",
      `Unknown CLI backend: ${ref.provider}. Declare it under agents.defaults.cliBackends.${ref.provider} (command, args).`,
    );
  }
  const known = [...new Set([...builtinProviders.keys(), "offline", ...configuredIds])].sort();
  return new ModelError(
    "unknown-model",
    `Unknown model: ${formatModelRef(ref)}. There is no provider "${ref.provider}". Declare it under models.providers.${ref.provider} (baseUrl, api, models), or use a model of one of these providers: ${known.join(", ")}.`,
  );
}

import type { AuthResult } from "@openclaw/models";
import { signInConfig } from "@openclaw/models/auth";
import type { ChoiceModel, ChoiceProvider, KeyChoice } from "./auth-choices.ts";
import type { SetupDraft } from "./setup-draft.ts";

/** Stages a key: where it is kept, its provider's entry and the model. `stored` keys are in a profile already. */
export function stageKey(
  draft: SetupDraft,
  choice: KeyChoice,
  found: { key: string; metadata?: Readonly<Record<string, string>> } | "stored",
): void {
  const { provider } = choice;
  const profileId = `${provider}:default`;
  if (choice.inEnvFile === true) {
    const [name] = choice.envVars;
    if (found !== "stored" && name !== undefined) draft.setVariable(name, found.key);
  } else if (found === "stored") {
    draft.merge({ auth: { profiles: { [profileId]: { provider, mode: "api_key" } } } });
  } else {
    const { key, metadata } = found;
    stageProfiles(draft, [
      { profileId, credential: { type: "api_key", provider, key, ...(metadata && { metadata }) } },
    ]);
  }
  const address = found === "stored" ? undefined : cloudflareAddress(provider, found.metadata);
  if (address !== undefined) stageProvider(draft, provider, address);
  if (choice.block) stageProvider(draft, provider, choice.block);
  if (choice.model) stageModel(draft, choice.model);
}

/** Cloudflare gives every gateway an address of its own. */
function cloudflareAddress(
  provider: string,
  metadata: Readonly<Record<string, string>> | undefined,
): ChoiceProvider | undefined {
  if (provider !== "cloudflare-ai-gateway" || !metadata) return undefined;
  return {
    baseUrl: `https://gateway.ai.cloudflare.com/v1/${metadata.accountId}/${metadata.gatewayId}/anthropic`,
    api: "anthropic-messages",
    model: { id: "claude-sonnet-4-5", name: "Claude Sonnet 4.5" },
  };
}

/** Stages what a sign-in came to. */
export function stageSignIn(draft: SetupDraft, result: AuthResult, model: ChoiceModel | undefined): void {
  if (result.configPatch) draft.merge(result.configPatch);
  stageProfiles(draft, result.profiles);
  if (model) stageModel(draft, model);
}

export function stageProfiles(draft: SetupDraft, profiles: AuthResult["profiles"]): void {
  draft.addProfiles(profiles);
  const { auth } = signInConfig(profiles, draft.config().auth?.order);
  draft.merge({ auth });
}

/** Adds a provider's entry; the models that are configured there stay. */
export function stageProvider(draft: SetupDraft, id: string, { baseUrl, api, model }: ChoiceProvider, apiKey?: string) {
  const existing = draft.config().models?.providers?.[id];
  const models = (existing?.models ?? []).filter((each) => each.id !== model.id);
  const { input, ...rest } = model;
  const entry = { ...rest, ...(input && { input: [...input] }) };
  const known = existing?.models?.find((each) => each.id === model.id);
  draft.merge({
    models: {
      mode: "merge",
      providers: {
        [id]: { baseUrl, api, ...(apiKey !== undefined && { apiKey }), models: [...models, known ?? entry] },
      },
    },
  });
}

/** Makes a model the default and keeps it selectable. */
export function stageModel(draft: SetupDraft, { ref, alias, replaces }: ChoiceModel): void {
  const { model, models } = draft.config().agents?.defaults ?? {};
  const current = typeof model === "string" ? model : model?.primary;
  const isReplaced = (each: string) => (each.endsWith("/") ? current?.startsWith(each) : current === each);
  if (replaces && current && !replaces.some(isReplaced)) return;
  const entry = alias === undefined || models?.[ref]?.alias !== undefined ? {} : { alias };
  draft.merge({ agents: { defaults: { model: { primary: ref }, models: { [ref]: entry } } } });
}

import type { SetupDraft } from "./setup-draft.ts";
import { SetupError } from "./setup-error.ts";
import { stageModel, stageProvider } from "./stage-auth.ts";

/** An endpoint somebody runs or rents that speaks a known dialect. */
export interface CustomProvider {
  baseUrl: string;
  modelId: string;
  key: string | undefined;
  /** Chosen from the host when absent. */
  providerId: string | undefined;
  compatibility: string;
}

const apis = new Map([
  ["openai", "openai-completions"],
  ["anthropic", "anthropic-messages"],
]);

/** What is wrong with the address of an endpoint; undefined when nothing is. */
export function baseUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  return url && /^https?:$/.test(url.protocol) ? undefined : `"${text}" is no http:// or https:// address`;
}

/** What is wrong with an id; blank stands for the one from the host. */
export function providerIdProblem(text: string): string | undefined {
  return text.trim() === "" || /^[a-z0-9][a-z0-9-]*$/.test(text.trim())
    ? undefined
    : `"${text}" is no provider id (lower-case letters, digits and dashes)`;
}

/** Stages the provider's entry and makes its model the default. @returns the provider's id */
export function stageCustomProvider(draft: SetupDraft, given: CustomProvider): string {
  const api = apis.get(given.compatibility);
  if (api === undefined) throw new SetupError("Invalid --custom-compatibility (use openai or anthropic).");
  const baseUrl = given.baseUrl.trim().replace(/\/+$/, "");
  const id = freeId(draft, given.providerId?.trim() || idOf(baseUrl), baseUrl);
  const model = { id: given.modelId.trim(), name: given.modelId.trim() };
  stageProvider(draft, id, { baseUrl, api, model }, given.key);
  stageModel(draft, { ref: `${id}/${model.id}` });
  return id;
}

function idOf(baseUrl: string): string {
  const host = new URL(baseUrl).hostname
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `custom-${host}`;
}

/** An entry with another address is somebody else's: it stays as it is. */
function freeId(draft: SetupDraft, wanted: string, baseUrl: string): string {
  const providers = draft.config().models?.providers ?? {};
  for (let at = 1; ; at++) {
    const id = at === 1 ? wanted : `${wanted}-${at}`;
    const existing = providers[id];
    if (existing === undefined || existing.baseUrl?.replace(/\/+$/, "") === baseUrl) return id;
  }
}

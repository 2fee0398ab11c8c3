import { silentLog } from "@openclaw/log";
import { createModels, formatModelRef } from "@openclaw/models";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupWorld } from "../setup-world.ts";
import { stageModel } from "../stage-auth.ts";

const many = 30;

/**
 * The models as they would be. Without the state directory: with it, listing them keeps what it finds in a file, and nothing
 * may be written yet.
 */
function modelsOf(draft: SetupDraft, { env, now, fetch }: SetupWorld) {
  const config = draft.config();
  return createModels({
    config: () => config,
    // A key that is staged counts already.
    env: { ...env, ...Object.fromEntries(draft.variables) },
    log: silentLog,
    clock: { now },
    fetch,
  });
}

/** Which model answers when nobody chooses another. */
export async function modelStep(
  draft: SetupDraft,
  provider: string | undefined,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  const models = modelsOf(draft, world);
  const all = await models.list({ all: true, known: true });
  const wanted = provider ?? (all.length > many ? await filterProvider(all, prompter) : undefined);
  const offered = all.filter((model) => wanted === undefined || wanted === "*" || model.provider === wanted);
  const current = primaryOf(draft);
  const picked = await prompter.select({
    message: "Default model",
    options: [
      {
        value: "__keep__",
        label: current === undefined ? "Choose automatically" : `Keep ${current}`,
        ...(current === undefined && { hint: "the best one the keys allow" }),
      },
      { value: "__manual__", label: "Enter a model" },
      ...offered.map((model) => ({
        value: formatModelRef({ provider: model.provider, model: model.id }),
        label: `${model.provider}/${model.id}`,
      })),
    ],
    initial: "__keep__",
  });
  if (picked === "__keep__") return;
  const ref =
    picked === "__manual__"
      ? await prompter.text({
          message: "Default model",
          placeholder: "provider/model",
          validate: (text) => (models.canonical(text) ? undefined : "Write it as provider/model"),
        })
      : picked;
  const canonical = models.canonical(ref);
  stageModel(draft, { ref: canonical ? formatModelRef(canonical) : ref });
}

async function filterProvider(all: readonly { provider: string }[], prompter: SetupPrompter): Promise<string> {
  const providers = [...new Set(all.map(({ provider }) => provider))];
  return prompter.select({
    message: "Filter models by provider",
    options: [{ value: "*", label: "All providers" }, ...providers.map((id) => ({ value: id, label: id }))],
    initial: "*",
  });
}

function primaryOf(draft: SetupDraft): string | undefined {
  const model = draft.config().agents?.defaults?.model;
  return typeof model === "string" ? model : model?.primary;
}

/** Which models can be chosen in chats at all; leaving all unmarked allows every one. */
export async function allowlistStep(draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld): Promise<void> {
  const models = modelsOf(draft, world);
  const listed = draft.config().agents?.defaults?.models ?? {};
  const primary = primaryOf(draft);
  const provider = primary?.split("/", 1)[0];
  const known = await models.list({ all: true, known: true });
  const refs = known.filter((model) => model.provider === provider).map((model) => `${model.provider}/${model.id}`);
  const all = [...new Set([...Object.keys(listed), ...refs])];
  if (all.length === 0) return;
  const chosen = await prompter.multiselect({
    message: "Models that may be chosen in chats (none marked: all)",
    options: all.map((ref) => ({ value: ref, label: ref })),
    initial: Object.keys(listed),
  });
  const removed = Object.keys(listed).filter((ref) => !chosen.includes(ref));
  draft.merge({
    agents: {
      defaults: {
        models: Object.fromEntries([
          ...removed.map((ref) => [ref, null]),
          ...chosen.map((ref) => [ref, listed[ref] ?? {}]),
        ]),
      },
    },
  });
}

/** Says what may keep the chosen model from answering. A warning; nothing is stopped. */
export async function modelCheck(draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld): Promise<void> {
  const primary = primaryOf(draft);
  if (primary === undefined) return;
  const models = modelsOf(draft, world);
  const ref = models.canonical(primary);
  const lines: string[] = [];
  if (!ref) lines.push(`"${primary}" names no model.`);
  else {
    const known = await models.list({ all: true, known: true });
    const configured = draft.config().models?.providers?.[ref.provider] !== undefined;
    if (!configured && !known.some((each) => each.provider === ref.provider && each.id === ref.model)) {
      lines.push(`${primary} is not in the catalogue; it may not exist.`);
    }
    const staged = [...draft.profiles.values()].some((each) => each.provider === ref.provider);
    if (!staged && !configured && !hasCredential(ref.provider, draft, world)) {
      lines.push(`There is no credential for ${ref.provider} yet: ${world.hint("openclaw configure --section model")}`);
    }
    const codex = [...draft.profiles.values()].some((each) => each.provider === "openai-codex");
    if (codex && ref.provider === "openai") {
      lines.push("The subscription that was signed in to is for openai-codex/* models; openai/* ones need an API key.");
    }
  }
  if (lines.length > 0) await prompter.note(lines.join("\n"), "Model check");
}

/** Whether there is a key for a provider already: stored, configured, or in the environment. Reads only. */
function hasCredential(provider: string, draft: SetupDraft, { env, paths, now, fetch }: SetupWorld): boolean {
  const models = createModels({
    config: () => draft.config(),
    env: { ...env, ...Object.fromEntries(draft.variables) },
    log: silentLog,
    stateDir: paths.stateDir,
    clock: { now },
    fetch,
  });
  const state = models.providerAuth(provider);
  return state === undefined || state.profiles.length > 0 || state.key !== undefined;
}

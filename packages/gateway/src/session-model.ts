import type { ModelInfo, ModelRef, Models } from "@openclaw/models";
import type { SessionEntry } from "@openclaw/sessions";

/** What a session uses next: its override while that is allowed, else its agent's model. */
export async function sessionModel(
  entry: SessionEntry | undefined,
  agentId: string,
  models: Pick<Models, "defaultRef" | "isAllowed">,
): Promise<ModelRef> {
  const defaultRef = await models.defaultRef(agentId);
  if (!entry?.modelOverride) return defaultRef;
  const chosen = { provider: entry.providerOverride ?? defaultRef.provider, model: entry.modelOverride };
  return models.isAllowed(chosen) ? chosen : defaultRef;
}

/** What is known of a model; undefined for one that has no key or does not exist: using it tells why. */
export async function modelInfo(
  ref: ModelRef,
  agentId: string,
  models: Pick<Models, "resolve">,
): Promise<ModelInfo | undefined> {
  return models.resolve(ref, { agentId }).then(
    ({ info }) => info,
    () => undefined,
  );
}

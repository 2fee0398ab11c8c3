import type { ModelInfo, ModelRef, Models } from "@openclaw/models";
import type { Sessions } from "@openclaw/sessions";

/** What a session uses next: its override, or that of the conversation it hangs under, while that is allowed, else its agent's model. */
export async function sessionModel(
  sessionKey: string,
  agentId: string,
  sessions: Pick<Sessions, "get" | "inheritedModel">,
  models: Pick<Models, "defaultRef" | "isAllowed">,
): Promise<ModelRef> {
  const defaultRef = await models.defaultRef(agentId);
  const { providerOverride, modelOverride: model } = sessions.get(sessionKey) ?? {};
  const own = model ? { provider: providerOverride, model } : sessions.inheritedModel(sessionKey);
  if (own === undefined) return defaultRef;
  const chosen = { provider: own.provider ?? defaultRef.provider, model: own.model };
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

import { fetchProviderUsage, type Models, shortUsage } from "@openclaw/models";
import type { Clock } from "@openclaw/storage";

/** Somebody waits for the card, ms. */
const patienceMs = 3500;

/** What is left of a provider's allowances, for the line of a status card. One that fails or has none has no line. */
export async function providerUsageLine(
  provider: string,
  agentId: string,
  {
    models,
    env,
    fetch,
    clock,
  }: { models: Models; env: NodeJS.ProcessEnv; fetch: typeof globalThis.fetch; clock: Clock },
): Promise<string | undefined> {
  const { credentials } = models;
  if (!credentials) return undefined;
  await credentials.ready(agentId);
  const now = () => clock.now();
  const asked = { credentials, agentId, env, fetch, now, timeoutMs: patienceMs, providers: [provider] };
  const { providers } = await fetchProviderUsage(asked);
  const usage = providers.find(({ windows }) => windows.length > 0);
  return usage && shortUsage(usage, now());
}

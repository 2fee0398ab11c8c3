import type { ProviderUsage } from "@openclaw/models";
import { openModels } from "../models/open-models.ts";
import type { CommandContext } from "../run/command-context.ts";

/** What is left of the allowances of the providers this machine is signed in to. Needs no Gateway. */
export async function localUsage(context: CommandContext): Promise<{ updatedAt: number; providers: ProviderUsage[] }> {
  const { credentials, agentId } = await openModels(context);
  const { fetchProviderUsage } = await import("@openclaw/models");
  const { env, fetch, now } = context;
  return fetchProviderUsage({ credentials, agentId, env, fetch, now });
}

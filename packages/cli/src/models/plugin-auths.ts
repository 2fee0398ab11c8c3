import {
  type AuthContext,
  type AuthResult,
  type Credential,
  type ProviderAuth,
  parseCredential,
} from "@openclaw/models";
import { z } from "zod";
import type { CommandContext } from "../run/command-context.ts";

const credential = z.unknown().transform((value, issue): Credential => {
  const read = parseCredential(value);
  if (read) return read;
  issue.addIssue({ code: "custom", message: "is no credential (type api_key, token or oauth, with a provider)" });
  return z.NEVER;
});

const signInResult = z.object({
  profiles: z.array(z.object({ profileId: z.string().min(1), credential })).min(1),
  configPatch: z.record(z.string(), z.unknown()).optional(),
  defaultModel: z.string().optional(),
  notes: z.array(z.string()).optional(),
});

/** The sign-ins that enabled plugins bring along. Loads the plugins; what they are is told by `plugins list`. */
export async function pluginAuths(context: CommandContext): Promise<ProviderAuth[]> {
  const { openRegistry } = await import("../plugins/open-registry.ts");
  const { registry, workspaceDir } = await openRegistry(context, "error");
  return registry.providers
    .filter(({ provider }) => provider.auth.length > 0)
    .map(({ provider }) => ({
      id: provider.id,
      label: provider.label,
      ...(provider.docsPath !== undefined && { docsPath: provider.docsPath }),
      ...(provider.aliases && { aliases: provider.aliases }),
      ...(provider.envVars && { envVars: provider.envVars }),
      auth: provider.auth.map((method) => ({
        id: method.id,
        label: method.label,
        kind: method.kind,
        ...(method.hint !== undefined && { hint: method.hint }),
        run: async (auth: AuthContext) => readResult(await method.run({ ...auth, workspaceDir }), provider.id),
      })),
    }));
}

function readResult(answer: unknown, provider: string): AuthResult {
  const { success, data, error } = signInResult.safeParse(answer);
  if (!success) {
    throw new Error(
      `The sign-in of the plugin for "${provider}" returned something else than profiles: ${z.prettifyError(error)}`,
    );
  }
  const { profiles, configPatch, defaultModel, notes } = data;
  return {
    profiles,
    ...(configPatch && { configPatch }),
    ...(defaultModel !== undefined && { defaultModel }),
    ...(notes && { notes }),
  };
}

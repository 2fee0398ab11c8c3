import path from "node:path";
import { ConfigError } from "@openclaw/config";
import { type HandlersOf, invalidRequest, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

const redacted = "__OPENCLAW_REDACTED__";

/** `skills.*`: what skills there are, their entries in the configuration, and the programs they need. */
export function skillMethods(gateway: MethodContext): HandlersOf<"skills.status" | "skills.update" | "skills.install"> {
  const { agents, configStore, skills } = gateway;

  return {
    async "skills.status"({ agentId: named }, { session }) {
      const agentId = named?.trim().toLowerCase() ?? agents.defaultId();
      if (!agents.has(agentId)) throw invalidRequest(`unknown agent id "${named}"`);
      const workspaceDir = agents.workspace(agentId);
      const found = await skills.of({ agentId, workspaceDir });
      const [{ skillStatus }, { installOptions }] = await Promise.all([
        import("@openclaw/skills"),
        import("@openclaw/skills/install"),
      ]);
      const { nodeManager = "npm", preferBrew = true } = configStore.snapshot().config.skills?.install ?? {};
      const place = { platform: process.platform, nodeManager, preferBrew, env: gateway.env };
      return {
        workspaceDir,
        managedSkillsDir: path.join(gateway.stateDir, "skills"),
        ...(session.protocol === 4 ? { agentId } : {}),
        skills: (found?.judged ?? []).map((each) => skillStatus(each, installOptions(each.skill, place))),
      };
    },

    async "skills.install"(params, { fail }) {
      if (!("installId" in params)) throw unavailable("not supported");
      const { installForSkill } = await import("../skills/install-for-skill.ts");
      const result = await installForSkill(gateway, params);
      if (result.ok) return result as never;
      fail(unavailable(result.message).shape, result);
      return undefined;
    },

    async "skills.update"(params) {
      if (!("skillKey" in params)) throw unavailable("not supported");
      const { skillKey, enabled, apiKey, env } = params;
      const key = apiKey?.replaceAll(/[\r\n]/g, "").trim();
      const change = {
        ...(enabled === undefined ? {} : { enabled }),
        ...(key === undefined ? {} : { apiKey: key === "" ? null : key }),
        ...(env === undefined ? {} : { env: patchOf(env) }),
      };
      try {
        const { config } = await configStore.patch({ patch: { skills: { entries: { [skillKey]: change } } } });
        return { ok: true as const, skillKey, config: masked(config.skills?.entries?.[skillKey] ?? {}) } as never;
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw invalidRequest(error.message, error.details ? { details: error.details } : {});
      }
    },
  };
}

/** A member that is null is removed. */
function patchOf(env: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name.trim(), value.trim() || null]));
}

/** An entry without its secrets; variables of skills are secrets whatever they are called. */
function masked(entry: { enabled?: boolean | undefined; apiKey?: string | undefined; env?: object | undefined }) {
  const { enabled, apiKey, env } = entry;
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(apiKey === undefined ? {} : { apiKey: redacted }),
    ...(env === undefined ? {} : { env: Object.fromEntries(Object.keys(env).map((name) => [name, redacted])) }),
  };
}

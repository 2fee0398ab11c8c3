import os from "node:os";
import { workspaceDir } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import { defaultAgentIdOf } from "@openclaw/sessions";
import { type AuditedSkill, type AuditInput, type FileAccess, posixAccess, windowsAccess } from "@openclaw/setup/audit";
import type { CommandContext } from "../run/command-context.ts";
import { probeGateway } from "../status/gateway-probe.ts";

/** What the audit of this installation is given. */
export async function auditInput(context: CommandContext, options: { deep?: boolean } = {}): Promise<AuditInput> {
  const { config, parsed, includedPaths } = await context.config();
  const { env, paths, now } = context;
  return {
    config,
    parsed,
    includedPaths,
    env,
    paths,
    now,
    files: fileAccess(env),
    ...(options.deep && {
      deep: {
        skills: await foreignSkills(context, config),
        async probe(timeoutMs) {
          const probe = await probeGateway(context, { timeoutMs, methods: [] });
          return {
            attempted: true,
            url: probe.target?.url ?? null,
            ok: probe.reachable,
            error: probe.error,
          };
        },
      },
    }),
  };
}

/** How this system says who can reach a file. */
export function fileAccess(env: NodeJS.ProcessEnv): FileAccess {
  if (process.platform !== "win32") return posixAccess;
  const user = env.USERNAME ? `${env.USERDOMAIN ? `${env.USERDOMAIN}\\` : ""}${env.USERNAME}` : os.userInfo().username;
  return windowsAccess({
    user,
    run: async (program, args) => {
      const [{ execFile }, { promisify }] = await Promise.all([import("node:child_process"), import("node:util")]);
      return (await promisify(execFile)(program, [...args], { encoding: "utf8" })).stdout;
    },
  });
}

/** Skills of all agents that do not come with the program. */
async function foreignSkills(
  { env, paths, now }: CommandContext,
  config: Awaited<ReturnType<CommandContext["config"]>>["config"],
): Promise<AuditedSkill[]> {
  const { createSkills } = await import("@openclaw/skills");
  const skills = createSkills({ config: () => config, stateDir: paths.stateDir, env, log: silentLog, now });
  const ids = [defaultAgentIdOf(config), ...(config.agents?.list ?? []).map(({ id }) => id)];
  const found = new Map<string, AuditedSkill>();
  for (const agentId of new Set(ids)) {
    const { judged } = skills.of({ agentId, workspaceDir: workspaceDir(config, agentId, env) });
    for (const { skill } of judged) {
      if (skill.source !== "openclaw-bundled") found.set(skill.baseDir, { name: skill.name, dir: skill.baseDir });
    }
  }
  return [...found.values()];
}

import os from "node:os";
import { workspaceDir } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import { defaultAgentIdOf } from "@openclaw/sessions";
import { type AuditedSkill, type AuditInput, type FileAccess, posixAccess, windowsAccess } from "@openclaw/setup/audit";
import { localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
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
    channelWarnings: await channelWarnings(context),
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

/** What channels of plugins say about the settings of their accounts, by channel. */
async function channelWarnings(given: CommandContext): Promise<Record<string, string[]>> {
  const context = await withPluginChannels(given);
  const { config } = await context.config();
  const local = localChannels(context);
  const found: Record<string, string[]> = {};
  for (const entry of context.channels.filter(({ meta }) => config.channels?.[meta.id] !== undefined)) {
    const channel = given.channels.includes(entry) ? undefined : await entry.load();
    const ask = channel?.status?.warnings;
    if (channel === undefined || ask === undefined) continue;
    const said: string[] = [];
    for (const accountId of local.accounts(channel, config).ids) {
      const account = channel.accounts?.resolve(local.account(channel, config, accountId));
      said.push(...(await ask(account)));
    }
    found[channel.meta.id] = [...new Set(said)];
  }
  return found;
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

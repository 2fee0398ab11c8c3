import { workspaceDir } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import { createGuardedFetch } from "@openclaw/net";
import { extractArchive, scanCode } from "@openclaw/plugins/install";
import { defaultAgentIdOf } from "@openclaw/sessions";
import type { SetupSkill, SkillInstallOutcome } from "@openclaw/setup/onboarding";
import { createRunProgram } from "@openclaw/setup/services";
import { createSkills } from "@openclaw/skills";
import { type InstallWorld, installOptions, installSkill } from "@openclaw/skills/install";
import type { CommandContext } from "../run/command-context.ts";
import { installPlace } from "../skills/install-place.ts";

/** The largest file an installer may fetch, in bytes. */
const maxDownloadBytes = 500 * 1024 * 1024;

function skillsOf(config: OpenClawConfig, { env, paths, now }: CommandContext) {
  const agentId = defaultAgentIdOf(config);
  const skills = createSkills({ config: () => config, stateDir: paths.stateDir, env, log: silentLog, now });
  return skills.of({ agentId, workspaceDir: workspaceDir(config, agentId, env) }).judged;
}

/** The skills of the default agent, and what is missing of what they need. */
export function readSetupSkills(config: OpenClawConfig, context: CommandContext): SetupSkill[] {
  const place = installPlace(config, context);
  return skillsOf(config, context)
    .filter(({ disabled }) => !disabled)
    .map(({ skill, eligible, blockedByAllowlist, missing }) => ({
      key: skill.key,
      name: skill.name,
      eligible,
      blocked: blockedByAllowlist,
      missingEnv:
        skill.primaryEnv !== undefined && missing.env.includes(skill.primaryEnv) ? skill.primaryEnv : undefined,
      missingBins: missing.os.length > 0 ? [] : [...missing.bins, ...missing.anyBins],
      installers: installOptions(skill, place).map(({ id, kind, label }) => ({ id, label, brew: kind === "brew" })),
    }));
}

/** Installs what a skill of the default agent needs. */
export async function installSetupSkill(
  config: OpenClawConfig,
  key: string,
  installerId: string,
  context: CommandContext,
): Promise<SkillInstallOutcome> {
  const found = skillsOf(config, context).find(({ skill }) => skill.key === key);
  if (!found) return { ok: false, message: `Skill not found: ${key}`, warnings: [] };
  const { ok, message, warnings = [] } = await installSkill(found.skill, installerId, installWorld(config, context));
  return { ok, message, warnings };
}

function installWorld(config: OpenClawConfig, context: CommandContext): InstallWorld {
  const { env, paths, spawn } = context;
  const guardedFetch = createGuardedFetch();
  return {
    ...installPlace(config, context),
    stateDir: paths.stateDir,
    run: createRunProgram({ spawn, env }),
    async download(url, { timeoutMs }) {
      const response = await guardedFetch(url, { timeoutMs, maxRedirects: 5 });
      if (response.status !== 200) {
        response.close();
        throw new Error(`${new URL(url).host} answered ${response.status} ${response.statusText}`.trim());
      }
      const { bytes, truncated } = await response.read(maxDownloadBytes);
      if (truncated) throw new Error(`the file is larger than ${maxDownloadBytes / 1024 / 1024} MB`);
      return bytes;
    },
    extract: extractArchive,
    scan: (dir) =>
      scanCode(dir)
        .filter(({ severity }) => severity === "critical")
        .map(({ file, line, message }) => `${file}:${line} ${message}`),
  };
}

import { extractArchive, scanCode, systemRunProgram } from "@openclaw/plugins/install";
import { createBinarySearch, createSkillInstaller, type Skill, type SkillInstallResult } from "@openclaw/skills";
import type { MethodContext } from "../methods/method-context.ts";

/** So much of what a program wrote is told, in characters. */
const outputChars = 20_000;

/** Installs what a skill of any agent needs, and has the skills judged anew. Programs are loaded for it alone. */
export async function installForSkill(
  gateway: Pick<MethodContext, "agents" | "skills" | "configStore" | "stateDir" | "env" | "guardedFetch">,
  request: { name: string; installId: string; timeoutMs?: number | undefined },
): Promise<SkillInstallResult> {
  const { agents, skills, env } = gateway;
  const installer = createSkillInstaller({
    async skills() {
      const ids = [agents.defaultId(), ...agents.ids()];
      const found = await Promise.all(
        ids.map((agentId) => skills.of({ agentId, workspaceDir: agents.workspace(agentId) })),
      );
      return found.flatMap((each): Skill[] => each?.judged.map(({ skill }) => skill) ?? []);
    },
    config: () => gateway.configStore.snapshot().config,
    stateDir: gateway.stateDir,
    env,
    platform: process.platform,
    // What was installed a moment ago is found.
    hasBinary: (name) => createBinarySearch(env, process.platform)(name),
    run: systemRunProgram,
    tools: { guardedFetch: gateway.guardedFetch, extract: extractArchive },
    scan: (dir) =>
      scanCode(dir)
        .filter(({ severity }) => severity === "critical")
        .map(({ file, line, message }) => `${file}:${line} ${message}`),
  });
  const result = await installer.install(request.name, request.installId, { timeoutMs: request.timeoutMs });
  if (result.ok) skills.forget();
  return { ...result, stdout: result.stdout.slice(-outputChars), stderr: result.stderr.slice(-outputChars) };
}

import { extractArchive, scanCode, systemRunProgram } from "@openclaw/plugins/install";
import { type InstallPlace, type InstallResult, type InstallWorld, installSkill } from "@openclaw/skills/install";
import type { MethodContext } from "../methods/method-context.ts";

/** So much of what a program wrote is told, in characters. */
const outputChars = 20_000;
/** Largest file that is fetched, bytes. */
const maxDownloadBytes = 200 * 1024 * 1024;

type Parts = Pick<MethodContext, "agents" | "skills" | "config" | "stateDir" | "env" | "guardedFetch">;

/** What decides about installers on this machine. */
export function installPlace({ config, env }: Pick<Parts, "config" | "env">): InstallPlace {
  const { nodeManager = "npm", preferBrew = true } = config().skills?.install ?? {};
  return { platform: process.platform, nodeManager, preferBrew, env };
}

/** Installs what a skill of any agent needs, and has the skills judged anew. Loaded for it alone. */
export async function installForSkill(
  gateway: Parts,
  request: { name: string; installId: string; timeoutMs?: number | undefined },
): Promise<InstallResult> {
  const { agents, skills } = gateway;
  for (const agentId of new Set([agents.defaultId(), ...agents.ids()])) {
    const found = await skills.of({ agentId, workspaceDir: agents.workspace(agentId) });
    const skill = found?.judged.find(
      ({ skill: { name, key } }) => name === request.name || key === request.name,
    )?.skill;
    if (skill === undefined) continue;
    const result = await installSkill(skill, request.installId, installWorld(gateway), request.timeoutMs);
    if (result.ok) skills.forget();
    return { ...result, stdout: result.stdout.slice(-outputChars), stderr: result.stderr.slice(-outputChars) };
  }
  return { ok: false, message: `Skill not found: ${request.name}`, stdout: "", stderr: "", code: null };
}

function installWorld(gateway: Parts): InstallWorld {
  const { env, stateDir, guardedFetch } = gateway;
  const { platform, nodeManager } = installPlace(gateway);
  return {
    env,
    platform,
    nodeManager,
    stateDir,
    async run(argv, options) {
      try {
        const { code, stdout, stderr } = await systemRunProgram(argv, {
          cwd: stateDir,
          env: options.env ?? env,
          timeoutMs: options.timeoutMs,
        });
        return { code: code ?? 124, stdout, stderr };
      } catch (error) {
        return { code: 127, stdout: "", stderr: error instanceof Error ? error.message : String(error) };
      }
    },
    scan: (dir) =>
      scanCode(dir)
        .filter(({ severity }) => severity === "critical")
        .map(({ file, line, message }) => `${file}:${line} ${message}`),
    async download(url, { timeoutMs }) {
      const response = await guardedFetch(url, { timeoutMs });
      if (response.status !== 200) {
        response.close();
        throw new Error(`${response.status} ${response.statusText}`.trim());
      }
      const { bytes, truncated } = await response.read(maxDownloadBytes);
      if (truncated) throw new Error(`the file is larger than ${maxDownloadBytes / 1024 / 1024} MB`);
      return bytes;
    },
    extract: extractArchive,
  };
}

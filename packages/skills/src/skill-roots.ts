import { readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { SkillSource, SkillsConfig } from "./skill.ts";

/** A folder with skills in it. */
export interface SkillRoot {
  dir: string;
  source: SkillSource;
}

/** The folders that hold skills, from the lowest precedence to the highest. */
export function skillRoots(
  workspaceDir: string,
  config: SkillsConfig,
  { stateDir, env }: { stateDir: string; env: NodeJS.ProcessEnv },
): readonly SkillRoot[] {
  const home = env.HOME ?? env.USERPROFILE ?? homedir();
  const absolute = (dir: string) => resolve(/^~(?=$|[/\\])/.test(dir) ? join(home, dir.slice(1)) : dir);
  const bundled = env.OPENCLAW_BUNDLED_SKILLS_DIR?.trim();
  return [
    ...(config.skills?.load?.extraDirs ?? []).map((dir) => ({ dir: absolute(dir), source: "openclaw-extra" as const })),
    ...(bundled ? [{ dir: absolute(bundled), source: "openclaw-bundled" as const }] : []),
    { dir: join(stateDir, "skills"), source: "openclaw-managed" },
    { dir: join(workspaceDir, "skills"), source: "openclaw-workspace" },
  ];
}

/** Whether there may be skills at all: asked before anything that reads them is loaded. */
export function mayHaveSkills(roots: readonly SkillRoot[]): boolean {
  return roots.some(({ dir }) => {
    try {
      // Most have none: a look that throws would cost every turn ten times as much.
      return statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(dir).length > 0;
    } catch {
      // Not there, or not to be read; what reads the skills reports the latter.
      return false;
    }
  });
}

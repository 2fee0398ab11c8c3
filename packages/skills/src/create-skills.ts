import { statSync } from "node:fs";
import type { Logger } from "@openclaw/log";
import { createBinarySearch, type Eligibility, judgeSkill, type RemoteMachines } from "./eligibility.ts";
import { findSkillFiles } from "./find-skill-files.ts";
import { readSkill } from "./read-skill.ts";
import type { Skill, SkillsConfig } from "./skill.ts";
import { skillEnvironment } from "./skill-environment.ts";
import { type SkillRoot, skillRoots } from "./skill-roots.ts";
import { skillBlock, skillsPrompt } from "./skills-prompt.ts";

/** What one agent has of skills, as it is now. */
export interface AgentSkills {
  /** Another number whenever anything below is another. */
  id: number;
  /** Those it can use, in the order of the prompt. */
  skills: readonly Skill[];
  /** All that were found, with what keeps them from being used. */
  judged: readonly (Eligibility & { skill: Skill })[];
  /** The block for the system prompt; empty when the model is told of none. */
  prompt: string;
  /** What of the block is about which skill, in characters. */
  entries: readonly { name: string; blockChars: number }[];
  /** Variables for the programs of its runs. Their values are secrets. */
  env: Readonly<Record<string, string>>;
}

export interface Skills {
  /** The skills of an agent. What was read is kept until a file or the configuration has changed. */
  of(agent: {
    agentId: string;
    workspaceDir: string;
    /** Names of those it may use; all when absent. */
    only?: readonly string[];
  }): AgentSkills;
  /** Judges everything anew with the next question: programs have come or gone. */
  forget(): void;
}

export interface CreateSkillsOptions {
  /** What is derived from it is kept until it returns another object. */
  config: () => SkillsConfig;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  /** Other machines whose programs count too. What is derived from it is kept until it returns another object. */
  remote?: () => RemoteMachines | undefined;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** How long found files are taken for unchanged when nobody configures it, in milliseconds. */
const usualDebounceMs = 250;

interface Found {
  skills: readonly Skill[];
  looked: readonly string[];
  stamp: string;
  checkedAt: number;
}

interface View {
  config: SkillsConfig;
  remote: RemoteMachines | undefined;
  found: readonly Skill[];
  skills: AgentSkills;
}

/** Finds skills in the workspace, in the state directory, in configured folders and in those that come along. */
export function createSkills(options: CreateSkillsOptions): Skills {
  const { env, log } = options;
  const platform = options.platform ?? process.platform;
  const found = new Map<string, Found>();
  const views = new Map<string, View>();
  let ids = 0;

  const current = (workspaceDir: string, config: SkillsConfig): readonly Skill[] => {
    const roots = skillRoots(workspaceDir, config, options);
    const key = roots.map(({ dir }) => dir).join("\n");
    const known = found.get(key);
    const now = options.now();
    if (known !== undefined && !isDue(known, config, now)) return known.skills;
    if (known !== undefined && known.stamp === stampOf(known.looked)) {
      known.checkedAt = now;
      return known.skills;
    }
    const read = readRoots(roots, log);
    found.set(key, { ...read, stamp: stampOf(read.looked), checkedAt: now });
    return read.skills;
  };

  return {
    of({ agentId, workspaceDir, only }) {
      const config = options.config();
      const remote = options.remote?.();
      const skills = current(workspaceDir, config);
      const key = [agentId, workspaceDir, ...(only === undefined ? [] : [JSON.stringify(only)])].join("\n");
      const known = views.get(key);
      if (known?.config === config && known.remote === remote && known.found === skills) return known.skills;
      ids += 1;
      const view = {
        config,
        remote,
        found: skills,
        skills: agentSkills(ids, skills, agentId, { config, remote }, only),
      };
      views.set(key, view);
      return view.skills;
    },
    forget: () => views.clear(),
  };

  function agentSkills(
    id: number,
    all: readonly Skill[],
    agentId: string,
    { config, remote }: Pick<View, "config" | "remote">,
    only: readonly string[] | undefined,
  ): AgentSkills {
    const hasBinary = createBinarySearch(env, platform);
    const judged = all.map((skill) => ({ skill, ...judgeSkill(skill, { config, env, platform, hasBinary, remote }) }));
    const wanted = config.agents?.list?.find(
      (agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase(),
    )?.skills;
    const usable = judged
      .filter(({ eligible }) => eligible)
      .filter(({ skill: { name } }) => wanted?.includes(name) !== false && only?.includes(name) !== false);
    const skills = usable.map(({ skill }) => skill);
    const machines = usable.some(({ remoteOnly }) => remoteOnly) ? remote?.names : undefined;
    return {
      id,
      skills,
      judged,
      prompt: skillsPrompt(skills, machines),
      entries: skills
        .filter((skill) => skill.modelInvocable)
        .map((skill) => ({ name: skill.name, blockChars: skillBlock(skill).length })),
      env: skillEnvironment(skills, config, env),
    };
  }
}

/** Reads all roots. A skill of a higher one takes the place of another of the same name. */
function readRoots(roots: readonly SkillRoot[], log: Logger): Pick<Found, "skills" | "looked"> {
  const byName = new Map<string, Skill>();
  const looked: string[] = [];
  const warn = (text: string) => log.warn(`skills: ${text}`);
  for (const { dir, source } of roots) {
    looked.push(dir);
    if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    const files = findSkillFiles(dir, warn);
    looked.push(...files.looked);
    for (const { path, named } of files.files) {
      const read = readSkill(path, source, named);
      if ("problem" in read) {
        warn(read.problem);
        continue;
      }
      for (const warning of read.warnings) warn(warning);
      byName.set(read.skill.name, read.skill);
    }
  }
  return { skills: [...byName.values()], looked };
}

/** Whether the files have to be looked at again. Each look costs one `stat` per file and folder. */
function isDue({ checkedAt }: Found, config: SkillsConfig, now: number): boolean {
  const { watch = true, watchDebounceMs = usualDebounceMs } = config.skills?.load ?? {};
  return watch && now - checkedAt >= watchDebounceMs;
}

function stampOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? "-" : `${stat.mtimeMs},${stat.size},${stat.ino}`;
    })
    .join(";");
}

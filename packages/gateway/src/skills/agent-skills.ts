import type { Logger } from "@openclaw/log";
import type { AgentSkills, RemoteMachines, SkillCommand, Skills, SkillsConfig } from "@openclaw/skills";
import { mayHaveSkills, skillRoots } from "@openclaw/skills/roots";
import type { Clock } from "@openclaw/storage";

export interface AgentSkillsOptions {
  config: () => SkillsConfig;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  workspace(agentId: string): string;
  agentIds(): readonly string[];
  clock: Clock;
  log: Logger;
}

/** The skills of a Gateway's agents. What reads them is loaded when there is the first one. */
export interface GatewaySkills {
  /** Loads what reads skills if an agent has any, so that commands of skills are known from the start. */
  open(): Promise<void>;
  /** The skills of an agent for a run in this workspace. */
  of(agent: { agentId: string; workspaceDir: string; only?: readonly string[] }): Promise<AgentSkills | undefined>;
  /** The commands of an agent's skills, as far as they are known at once. `isTaken` names those of others. */
  commands(agentId: string, isTaken: (name: string) => boolean): readonly SkillCommand[];
  /** Programs that the skills of all agents name, sorted. */
  bins(): Promise<string[]>;
  /** Judges them anew with the next question: programs have come or gone. */
  forget(): void;
  /** Counts what other machines have from now on; nothing of them with `undefined`. */
  useMachines(machines: RemoteMachines | undefined): void;
  /** Calls back when skills, or what counts for them, may be others than before. */
  onChange(listener: () => void): void;
  /** The command of a skill that a person means by a name. */
  find(commands: readonly SkillCommand[], name: string): SkillCommand | undefined;
}

type SkillsModule = typeof import("@openclaw/skills");

export function createGatewaySkills(options: AgentSkillsOptions): GatewaySkills {
  const { log, clock, workspace } = options;
  let loading: Promise<void> | undefined;
  let loaded: { module: SkillsModule; skills: Skills } | undefined;
  const known = new Map<number, readonly SkillCommand[]>();
  let machines: RemoteMachines | undefined;
  let newest = 0;
  let changed = () => {};

  const needed = (workspaceDir: string) => mayHaveSkills(skillRoots(workspaceDir, options.config(), options));
  const load = (): Promise<void> => {
    loading ??= import("@openclaw/skills").then((module) => {
      loaded = { module, skills: module.createSkills({ ...options, remote: () => machines, now: () => clock.now() }) };
    });
    return loading;
  };

  const gatewaySkills: GatewaySkills = {
    async open() {
      if (options.agentIds().some((id) => needed(workspace(id)))) await load();
    },
    async of(agent) {
      if (loaded === undefined) {
        if (!needed(agent.workspaceDir)) return undefined;
        await load();
      }
      const found = loaded?.skills.of(agent);
      if (found !== undefined && found.id > newest) {
        newest = found.id;
        changed();
      }
      return found;
    },
    commands(agentId, isTaken) {
      const workspaceDir = workspace(agentId);
      if (loaded === undefined) {
        // The first skill was put in place just now; its command is known from the next message on.
        if (needed(workspaceDir)) {
          load().catch((error: unknown) => log.error("skills cannot be read", { error: String(error) }));
        }
        return [];
      }
      const { id, skills } = loaded.skills.of({ agentId, workspaceDir });
      const before = known.get(id);
      if (before !== undefined) return before;
      const commands = loaded.module.skillCommands(skills, isTaken);
      if (known.size >= 64) known.clear();
      known.set(id, commands);
      return commands;
    },
    async bins() {
      const found = await Promise.all(
        options.agentIds().map((agentId) => gatewaySkills.of({ agentId, workspaceDir: workspace(agentId) })),
      );
      const named = found
        .flatMap((skills) => skills?.judged ?? [])
        .flatMap(({ skill: { requires } }) => [...requires.bins, ...requires.anyBins]);
      return [...new Set(named)].sort();
    },
    forget: () => loaded?.skills.forget(),
    useMachines(given) {
      machines = given;
    },
    onChange(listener) {
      changed = listener;
    },
    find: (commands, name) => loaded?.module.findSkillCommand(commands, name),
  };
  return gatewaySkills;
}

/** What an agent has of skills at one moment. */
export interface RunSkills {
  /** Another number whenever the prompt is another one. */
  id: number;
  /** The block for the system prompt; empty when the model is told of none. */
  prompt: string;
  /** What of the block is about which skill, in characters. */
  entries: readonly { name: string; blockChars: number }[];
  /** Variables for the commands of the run, unless they are set already. Their values are secrets. */
  env: Readonly<Record<string, string>>;
}

/** Finds the skills of an agent. Asked before every run, so it has to be quick when nothing has changed. */
export type SkillsOf = (agent: {
  agentId: string;
  workspaceDir: string;
  /** Names of those it may use; all when absent. */
  only?: readonly string[];
}) => RunSkills | undefined | Promise<RunSkills | undefined>;

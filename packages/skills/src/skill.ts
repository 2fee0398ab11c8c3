import type { InstallSpec } from "./install/install-spec.ts";

/** Where a skill was found, from the lowest to the highest precedence. */
export type SkillSource = "openclaw-extra" | "openclaw-bundled" | "openclaw-managed" | "openclaw-workspace";

/** What a skill needs before it can be used. */
export interface SkillRequirements {
  bins: readonly string[];
  anyBins: readonly string[];
  env: readonly string[];
  /** Dotted paths of the configuration. */
  config: readonly string[];
  /** `process.platform` values; any platform when empty. */
  os: readonly string[];
}

/** One SKILL.md as it was read. */
export interface Skill {
  name: string;
  description: string;
  source: SkillSource;
  /** Absolute. */
  filePath: string;
  baseDir: string;
  /** Name of its entry under `skills.entries`. */
  key: string;
  /** The variable that `skills.entries.<key>.apiKey` fills. */
  primaryEnv?: string;
  homepage?: string;
  emoji?: string;
  /** Requirements are not looked at, except for the platform. */
  always: boolean;
  requires: SkillRequirements;
  /** Ways to install what is missing. */
  install: readonly InstallSpec[];
  /** People may run it as a command. */
  userInvocable: boolean;
  /** The model is told of it. */
  modelInvocable: boolean;
  /** The tool its command calls, instead of asking the model. */
  commandTool?: string;
}

/** The part of the configuration that skills read. */
export interface SkillsConfig {
  readonly skills?:
    | {
        readonly install?:
          | {
              readonly preferBrew?: boolean | undefined;
              readonly nodeManager?: "npm" | "pnpm" | "yarn" | "bun" | undefined;
            }
          | undefined;
        readonly allowBundled?: readonly string[] | undefined;
        readonly load?:
          | {
              readonly extraDirs?: readonly string[] | undefined;
              readonly watch?: boolean | undefined;
              readonly watchDebounceMs?: number | undefined;
            }
          | undefined;
        readonly entries?: Readonly<Record<string, SkillEntry | undefined>> | undefined;
      }
    | undefined;
  readonly agents?:
    | {
        readonly list?: readonly { readonly id: string; readonly skills?: readonly string[] | undefined }[] | undefined;
      }
    | undefined;
}

/** `skills.entries.<key>`. */
export interface SkillEntry {
  readonly enabled?: boolean | undefined;
  readonly apiKey?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The configured entry of a skill: under its key, else under its name. */
export function entryOf(skill: Pick<Skill, "key" | "name">, config: SkillsConfig): SkillEntry | undefined {
  const entries = config.skills?.entries ?? {};
  if (Object.hasOwn(entries, skill.key)) return entries[skill.key];
  return Object.hasOwn(entries, skill.name) ? entries[skill.name] : undefined;
}

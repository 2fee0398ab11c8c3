import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { entryOf, type Skill, type SkillRequirements, type SkillsConfig } from "./skill.ts";

/** Machines besides this one where programs of skills can run: connected nodes. */
export interface RemoteMachines {
  names: readonly string[];
  /** `process.platform` values. */
  platforms: readonly string[];
  /** Programs that at least one of them has. */
  bins: ReadonlySet<string>;
}

/** The machine and the configuration a skill would be used with. */
export interface SkillPlace {
  config: SkillsConfig;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** Whether a program is found; ask once per name. */
  hasBinary(name: string): boolean;
  remote?: RemoteMachines | undefined;
}

/** Why a skill cannot be used here, and what is missing of what it needs. */
export interface Eligibility {
  eligible: boolean;
  disabled: boolean;
  blockedByAllowlist: boolean;
  missing: SkillRequirements;
  /** It can be used, but only because of what another machine has. */
  remoteOnly: boolean;
}

const nothingMissing: SkillRequirements = { bins: [], anyBins: [], env: [], config: [], os: [] };

/** Judges one skill: switched off, not allowed, wrong platform, then what it needs. */
export function judgeSkill(skill: Skill, place: SkillPlace): Eligibility {
  const { config, remote } = place;
  const entry = entryOf(skill, config);
  const allowed = config.skills?.allowBundled ?? [];
  const disabled = entry?.enabled === false;
  const blockedByAllowlist =
    skill.source === "openclaw-bundled" &&
    allowed.length > 0 &&
    !allowed.includes(skill.key) &&
    !allowed.includes(skill.name);
  const { requires } = skill;
  const missingHere = missingWith();
  const missing = remote && lacks(missingHere) ? missingWith(remote) : missingHere;
  const eligible = !disabled && !blockedByAllowlist && !lacks(missing);
  return { eligible, disabled, blockedByAllowlist, missing, remoteOnly: eligible && missing !== missingHere };

  function missingWith(other?: RemoteMachines): SkillRequirements {
    const platforms: readonly string[] = [place.platform, ...(other?.platforms ?? [])];
    const has = (name: string) => place.hasBinary(name) || other?.bins.has(name) === true;
    const os = requires.os.length === 0 || requires.os.some((name) => platforms.includes(name)) ? [] : requires.os;
    if (skill.always) return { ...nothingMissing, os };
    return {
      bins: requires.bins.filter((name) => !has(name)),
      anyBins: requires.anyBins.some(has) ? [] : requires.anyBins,
      env: requires.env.filter((name) => !isSet(name)),
      config: requires.config.filter((path) => !isOn(config, path)),
      os,
    };
  }

  function isSet(name: string): boolean {
    if (place.env[name] || entry?.env?.[name]) return true;
    return name === skill.primaryEnv && Boolean(entry?.apiKey);
  }
}

function lacks(missing: SkillRequirements): boolean {
  return Object.values(missing).some((list) => list.length > 0);
}

/** Paths that count as switched on while nobody has set them. */
const onByDefault = new Set(["browser.enabled", "browser.evaluateEnabled"]);

function isOn(config: object, path: string): boolean {
  let value: unknown = config;
  for (const name of path.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }
  return value === undefined ? onByDefault.has(path) : Boolean(value);
}

/** Looks programs up along `PATH`, each name once. */
export function createBinarySearch(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): (name: string) => boolean {
  const found = new Map<string, boolean>();
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter((folder) => folder !== "");
  const endings = platform === "win32" ? ["", ...(env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";")] : [""];
  return (name) => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const there =
      !/[/\\]/.test(name) &&
      folders.some((folder) => endings.some((ending) => isExecutable(join(folder, name + ending), platform)));
    found.set(name, there);
    return there;
  };
}

function isExecutable(file: string, platform: NodeJS.Platform): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, platform === "win32" ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: it may be in the next folder.
    return false;
  }
}

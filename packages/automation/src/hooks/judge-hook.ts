import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import type { Hook, HookRequirements } from "./hook.ts";

/** The machine and the configuration a hook would run with. */
export interface HookPlace {
  config: OpenClawConfig;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  hasBinary(name: string): boolean;
}

export interface HookVerdict {
  eligible: boolean;
  disabled: boolean;
  missing: HookRequirements;
}

/** Paths that count as switched on while nobody has set them. */
const onByDefault = new Set(["workspace.dir", "browser.enabled", "browser.evaluateEnabled"]);

/** Whether a hook can run here: it is not switched off, the platform fits, and it has what it needs. */
export function judgeHook(hook: Hook, { config, env, platform, hasBinary }: HookPlace): HookVerdict {
  const entry = config.hooks?.internal?.entries?.[hook.key];
  const disabled = hook.source === "openclaw-plugin" ? !hook.enabled : !(entry?.enabled ?? hook.enabled);
  const { requires, always } = hook;
  const os = requires.os.length === 0 || requires.os.includes(platform) ? [] : requires.os;
  const lacks = (names: readonly string[], has: (name: string) => boolean) =>
    always ? [] : names.filter((name) => !has(name));
  const missing: HookRequirements = {
    bins: lacks(requires.bins, hasBinary),
    anyBins: always || requires.anyBins.some(hasBinary) ? [] : requires.anyBins,
    env: lacks(requires.env, (name) => Boolean(env[name] || entry?.env?.[name])),
    config: lacks(requires.config, (place) => isOn(config, place)),
    os,
  };
  const complete = Object.values(missing).every((list: readonly string[]) => list.length === 0);
  return { eligible: !disabled && complete, disabled, missing };
}

function isOn(config: object, place: string): boolean {
  let value: unknown = config;
  for (const name of place.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }
  return value === undefined ? onByDefault.has(place) : Boolean(value);
}

/** Looks programs up along `PATH`. */
export function createBinarySearch(env: NodeJS.ProcessEnv): (name: string) => boolean {
  const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return (name) =>
    !/[/\\]/.test(name) &&
    folders.some((folder) => {
      try {
        const file = path.join(folder, name);
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false; // not there, or not ours to run
      }
    });
}

import { substituteText } from "./env-substitution.ts";
import { isPlainObject } from "./plain-value.ts";

const reserved = new Set(["vars", "shellEnv", "$include"]);

/**
 * Applies the configuration's `env` block to `env`: `env.vars` and direct `env.<NAME>` keys, the direct key first when a
 * name is in both. A variable that is not blank already is never replaced, blank values are skipped, and `${OTHER}` in a
 * value is replaced by what the sources above and the entries before it gave.
 * @returns the names that were set
 * @throws MissingVariableError
 */
export function applyEnvBlock(config: unknown, env: NodeJS.ProcessEnv): string[] {
  const block = isPlainObject(config) ? config.env : undefined;
  if (!isPlainObject(block)) return [];
  const vars = isPlainObject(block.vars) ? block.vars : {};
  const direct = Object.entries(block).filter(([name]) => !reserved.has(name));
  const directNames = new Set(direct.filter(([, value]) => isFilled(value)).map(([name]) => name));
  const entries: [name: string, value: unknown, path: string[]][] = [
    ...Object.entries(vars)
      .filter(([name]) => !directNames.has(name))
      .map(([name, value]): [string, unknown, string[]] => [name, value, ["env", "vars", name]]),
    ...direct.map(([name, value]): [string, unknown, string[]] => [name, value, ["env", name]]),
  ];
  const applied: string[] = [];
  for (const [name, value, path] of entries) {
    // The operating system can store neither of these; validation does not know names, so they are passed over here.
    if (!isFilled(value) || name === "" || name.includes("=") || name.includes("\0") || value.includes("\0")) continue;
    if (env[name]?.trim()) continue;
    const text = substituteText(value, env, path);
    if (!text.trim()) continue;
    env[name] = text;
    applied.push(name);
  }
  return applied;
}

function isFilled(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import type { Paths } from "./paths.ts";

/** Which variables an environment source has set. */
export interface AppliedVariables {
  /** Absolute path of the `.env` file. */
  file: string;
  names: string[];
}

const locationNames = new Set(["OPENCLAW_HOME", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH", "OPENCLAW_PROFILE"]);

/**
 * Reads `.env` of the working directory and then `<state>/.env` into `env`. A variable that exists, even empty, is never
 * replaced, so the first file wins. A missing file is no error and malformed lines are skipped. The location variables
 * are left out: they were read before any file and decided which file this is.
 *
 * Also copies `Z_AI_API_KEY` to `ZAI_API_KEY` when the latter is blank.
 * @throws the file system's error when a file exists but cannot be read
 */
export function loadEnvFiles(env: NodeJS.ProcessEnv, options: { cwd: string; paths: Paths }): AppliedVariables[] {
  const files = [...new Set([path.join(options.cwd, ".env"), options.paths.envFile])];
  const applied: AppliedVariables[] = [];
  for (const file of files) {
    const text = readIfPresent(file);
    if (text === undefined) continue;
    const names: string[] = [];
    for (const [name, value] of Object.entries(parseEnv(text))) {
      if (env[name] !== undefined || locationNames.has(name)) continue;
      env[name] = value;
      names.push(name);
    }
    applied.push({ file, names });
  }
  const zai = env.Z_AI_API_KEY?.trim();
  if (zai && !env.ZAI_API_KEY?.trim()) env.ZAI_API_KEY = zai;
  return applied;
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}

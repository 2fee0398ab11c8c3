import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DefaultsContext } from "./defaults.ts";

const variable = "ELEVENLABS_API_KEY";
const startFiles = [".profile", ".zprofile", ".zshrc", ".bashrc"];
// `export NAME="value"`, `NAME='value'` or `NAME=value`, alone on its line.
const assignment = new RegExp(
  String.raw`^[ \t]*(?:export[ \t]+)?${variable}=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"';]*))`,
  "m",
);

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A start file that is missing or not ours to read holds no key for us.
    return undefined;
  }
}

/** The speech key of the environment, or the one a shell start file assigns. */
export function findSpeechKey(context: DefaultsContext): string | undefined {
  const fromEnv = context.env[variable]?.trim();
  if (fromEnv) return fromEnv;
  if (context.home === undefined) return undefined;
  const read = context.readText ?? readIfThere;
  for (const file of startFiles) {
    const match = assignment.exec(read(join(context.home, file)) ?? "");
    const value = (match?.[1] ?? match?.[2] ?? match?.[3])?.trim();
    // A reference to another variable is not a key.
    if (value && !value.includes("$")) return value;
  }
  return undefined;
}

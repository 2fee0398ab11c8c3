import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { Paths } from "@openclaw/config/paths";
import { SetupError } from "./setup-error.ts";

/**
 * Says before the first question that what is going to be agreed to could not be written.
 * @throws SetupError naming the folder
 */
export function expectWritable({ stateDir, configPath }: Pick<Paths, "stateDir" | "configPath">): void {
  for (const wanted of [stateDir, path.dirname(configPath)]) {
    const place = nearest(wanted);
    const problem = problemOf(place);
    if (problem === undefined) continue;
    throw new SetupError(
      [
        `Nothing can be written to ${wanted}: ${place} ${problem}.`,
        "Make it writable for this user, or name another place with OPENCLAW_STATE_DIR.",
      ],
      { code: "not-writable" },
    );
  }
}

/** The folder itself, or the one above it that is there. */
function nearest(wanted: string): string {
  let place = wanted;
  while (place !== path.dirname(place) && stat(place) === undefined) place = path.dirname(place);
  return place;
}

function stat(place: string) {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined; // below a file, or in a folder that is closed to us: what stands above it tells
  }
}

function problemOf(place: string): string | undefined {
  if (stat(place)?.isDirectory() !== true) return "is not a folder";
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    return undefined;
  } catch {
    return "cannot be written to";
  }
}

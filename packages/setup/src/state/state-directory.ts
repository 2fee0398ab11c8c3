import { existsSync, lstatSync, renameSync, symlinkSync } from "node:fs";
import type { Paths } from "@openclaw/config/paths";

/** A state directory of a former release that could be taken over; undefined when there is none to take. */
export function formerStateDir(paths: Paths, env: NodeJS.ProcessEnv): string | undefined {
  if (env.OPENCLAW_STATE_DIR?.trim() || paths.profile !== undefined) return undefined;
  return paths.legacyStateDirs.find((dir) => lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() === true);
}

/**
 * Moves the state directory of a former release to its place of today and leaves a link where it was. When the link
 * cannot be made, everything is as it was before.
 * @returns what happened, and whether it did
 */
export function takeOverStateDir(from: string, to: string): { ok: boolean; text: string } {
  if (existsSync(to)) {
    const text = `State dir migration skipped: target already exists (${to}). Remove or merge manually.`;
    return { ok: false, text };
  }
  renameSync(from, to);
  try {
    symlinkSync(to, from, "dir");
  } catch (error) {
    renameSync(to, from);
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, text: `${from} was not moved: no link could be left in its place (${reason}).` };
  }
  return { ok: true, text: `Moved ${from} → ${to}; a link is left where it was.` };
}

import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ProjectContextOptions, wantedNames } from "./project-context.ts";

/** A directory that changed this recently may change again without showing it, in milliseconds: clocks of disks are coarse. */
const settleMs = 100;

interface KnownDirectory {
  stamp: string;
  missing: ReadonlySet<string>;
}

/**
 * Tells the states of workspaces apart at every turn for one `stat` per existing file: which files are missing is looked
 * at again only when their directory has changed.
 */
export function createProjectContextStamps(options: { now: () => number }) {
  const known = new Map<string, KnownDirectory>();

  /** Changes whenever one of the files changes, appears or goes. */
  return (request: Pick<ProjectContextOptions, "workspaceDir" | "subagent" | "memory" | "sandboxDir">): string => {
    const { workspaceDir } = request;
    const directory = statSync(workspaceDir, { throwIfNoEntry: false });
    const stamp = `${directory?.mtimeMs},${directory?.ino}`;
    const settled = directory !== undefined && Math.abs(options.now() - directory.mtimeMs) > settleMs;
    const before = known.get(workspaceDir);
    const missing = settled && before?.stamp === stamp ? before.missing : undefined;
    const nowMissing = new Set<string>(missing);
    let text = "";
    for (const name of wantedNames(request)) {
      if (missing?.has(name)) {
        text += "-;";
        continue;
      }
      // A link that leads in a circle would be an error to follow.
      const look = request.sandboxDir === undefined ? statSync : lstatSync;
      const stat = look(join(workspaceDir, name), { throwIfNoEntry: false });
      if (stat === undefined) nowMissing.add(name);
      text += stat === undefined ? "-;" : `${stat.mtimeMs},${stat.size},${stat.ino};`;
    }
    known.set(workspaceDir, { stamp, missing: nowMissing });
    return text;
  };
}

import { join } from "node:path";
import { type ProjectContextOptions, readWorkspaceFile, wantedNames } from "./project-context.ts";

/** A workspace file before it goes into the prompt. */
export interface BootstrapFile {
  name: string;
  path: string;
  content: string;
  missing: boolean;
}

/** Lets somebody replace workspace files before they go into the prompt. No file on the disk changes. */
export interface BootstrapHook {
  /** Whether anybody wants to. */
  listens(): boolean;
  apply(
    place: { workspaceDir: string; agentId: string; sessionKey: string; sessionId: string | undefined },
    files: readonly BootstrapFile[],
  ): Promise<readonly BootstrapFile[]>;
}

/** The contents that stand in place of those on the disk, by name; a file that was taken out is empty. */
export async function replacedFiles(
  hook: BootstrapHook,
  place: Parameters<BootstrapHook["apply"]>[0],
  options: Pick<ProjectContextOptions, "subagent" | "memory" | "sandboxDir">,
): Promise<Readonly<Record<string, string>> | undefined> {
  const files = wantedNames(options).map((name): BootstrapFile => {
    const path = join(place.workspaceDir, name);
    const content = readWorkspaceFile(path, options.sandboxDir);
    return { name, path, content: content ?? "", missing: content === undefined };
  });
  const after = new Map((await hook.apply(place, files)).map((file) => [file.name, file]));
  const changed = files.flatMap(({ name, content, missing }) => {
    const file = after.get(name);
    if (file === undefined) return missing ? [] : [[name, ""] as const];
    return file.content !== content ? [[name, file.content] as const] : [];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

import path from "node:path";

/** A path the model names, which must not lead out of the workspace. @throws Error */
export function inWorkspace(named: string, workspaceDir: string): string {
  const file = path.resolve(workspaceDir, named);
  const relative = path.relative(workspaceDir, file);
  if (relative === "" || relative.startsWith("..") || path.isAbsolute(relative)) {
    throw new Error(`${named} is outside of the workspace`);
  }
  return file;
}

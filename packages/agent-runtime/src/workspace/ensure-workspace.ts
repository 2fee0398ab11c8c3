import { spawn } from "node:child_process";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface EnsuredWorkspace {
  /** Names of the files that were created. */
  created: string[];
  /** Resolves when the repository exists, or at once when none is made. Never rejects. */
  repository: Promise<boolean>;
}

export interface EnsureWorkspaceOptions {
  /** Create nothing but the folder. */
  skipBootstrap?: boolean;
  env?: NodeJS.ProcessEnv;
}

/**
 * Makes sure that a workspace exists, with the files an agent starts from. Existing files are never touched. A workspace
 * that had none of them gets a first-conversation ritual and, when git is there, a repository.
 */
export async function ensureWorkspace(dir: string, options: EnsureWorkspaceOptions = {}): Promise<EnsuredWorkspace> {
  // The folder is the user's own, like any project of theirs; what it is named in (~/.openclaw) is private.
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (options.skipBootstrap === true) return { created: [], repository: Promise.resolve(false) };
  const { workspaceTemplates, bootstrapTemplate } = await import("./templates.ts");
  const names = Object.keys(workspaceTemplates);
  const existing = await Promise.all(names.map((name) => exists(join(dir, name))));
  const isNew = !existing.includes(true);
  const files = isNew ? { ...workspaceTemplates, "BOOTSTRAP.md": bootstrapTemplate } : workspaceTemplates;
  const written = await Promise.all(
    Object.entries(files).map(async ([name, content]) => ((await create(join(dir, name), content)) ? name : undefined)),
  );
  const created = written.filter((name) => name !== undefined);
  const wantsRepository = isNew && !(await exists(join(dir, ".git")));
  return {
    created,
    repository: wantsRepository ? initRepository(dir, options.env ?? process.env) : Promise.resolve(false),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Creates a file; false when it was there already. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function initRepository(dir: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("git", ["init", "--quiet"], { cwd: dir, env, stdio: "ignore", windowsHide: true });
    // Without git a workspace is complete all the same.
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, posix } from "node:path";

const fileNames = [
  "AGENTS.md",
  "SOUL.md",
  "TOOLS.md",
  "IDENTITY.md",
  "USER.md",
  "HEARTBEAT.md",
  "BOOTSTRAP.md",
  "MEMORY.md",
  "memory.md",
] as const;
type WorkspaceFileName = (typeof fileNames)[number];

/** Files that a subagent needs for its task. */
const subagentFiles = new Set<string>(["AGENTS.md", "TOOLS.md"]);
const memoryFiles = new Set<string>(["MEMORY.md", "memory.md"]);
/** These are shown only while they exist. */
const optionalFiles = new Set<string>(["BOOTSTRAP.md", "MEMORY.md", "memory.md"]);

/** Far more than a prompt holds, in bytes. */
const maxPlainBytes = 2 * 1024 * 1024;

/** A workspace file as it goes into the prompt. */
export interface InjectedFile {
  name: string;
  path: string;
  missing: boolean;
  rawChars: number;
  injectedChars: number;
  truncated: boolean;
  content: string;
}

export interface ProjectContextOptions {
  workspaceDir: string;
  maxChars: number;
  subagent: boolean;
  /** Long-term memory is for the main session and direct chats only. */
  memory: boolean;
  /**
   * Set for a sandbox: where its programs see the workspace. They are not trusted and can write there: a link could name
   * any file of this machine, a pipe would hold up the Gateway. Only plain files of a sensible size are then read, and
   * never through a link.
   */
  sandboxDir?: string | undefined;
  /** Contents that stand in place of those on the disk, by name. */
  replaced?: Readonly<Record<string, string>> | undefined;
}

/** Reads the files that go into the prompt. Blank files and missing optional ones are left out. */
export function readProjectContext(options: ProjectContextOptions): InjectedFile[] {
  const files: InjectedFile[] = [];
  const seen = new Set<string>();
  for (const name of wantedNames(options)) {
    const path = join(options.workspaceDir, name);
    const text = options.replaced?.[name] ?? readWorkspaceFile(path, options.sandboxDir);
    if (text === undefined) {
      if (optionalFiles.has(name)) continue;
      const shown = options.sandboxDir === undefined ? path : posix.join(options.sandboxDir, name);
      const content = `[MISSING] Expected at: ${shown}`;
      files.push({ name, path, missing: true, rawChars: 0, injectedChars: content.length, truncated: false, content });
      continue;
    }
    if (text.trim() === "") continue;
    // On case-insensitive disks, and through links, MEMORY.md and memory.md are one file.
    const real = memoryFiles.has(name) ? fileIdentity(path) : path;
    if (seen.has(real)) continue;
    seen.add(real);
    const content = shorten(name, text.trimEnd(), options.maxChars);
    files.push({
      name,
      path,
      missing: false,
      rawChars: text.length,
      injectedChars: content.length,
      truncated: text.trimEnd().length > options.maxChars,
      content,
    });
  }
  return files;
}

/** The names of the files that may go into the prompt, in their order. */
export function wantedNames(options: Pick<ProjectContextOptions, "subagent" | "memory">): readonly WorkspaceFileName[] {
  return fileNames.filter((name) => {
    if (options.subagent) return subagentFiles.has(name);
    return options.memory || !memoryFiles.has(name);
  });
}

/** A file of a workspace; see {@link ProjectContextOptions.sandboxDir}. Undefined when it is not there. */
export function readWorkspaceFile(path: string, sandboxDir: string | undefined): string | undefined {
  return sandboxDir === undefined ? readOptional(path) : readPlain(path);
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      return undefined;
    throw error;
  }
}

function readPlain(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    // ELOOP is a link, ENXIO a socket.
    if (["ENOENT", "ELOOP", "EMLINK", "ENXIO", "EISDIR", "EACCES"].includes(String(error.code))) return undefined;
    throw error;
  }
  try {
    const status = fstatSync(fd);
    if (!status.isFile() || status.size > maxPlainBytes) return undefined;
    return readFileSync(fd, "utf8").replace(/^\uFEFF/, "");
  } finally {
    closeSync(fd);
  }
}

function fileIdentity(path: string): string {
  const stat = statSync(realpathSync(path));
  return `${stat.dev}:${stat.ino}`;
}

/** Keeps the first 70 % and the last 20 %, which is where instructions usually stand. */
function shorten(name: string, text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = Math.floor(maxChars * 0.7);
  const tail = Math.floor(maxChars * 0.2);
  return [
    text.slice(0, head).toWellFormed(),
    `[...truncated, read ${name} for full content...]`,
    `…(truncated ${name}: kept ${head}+${tail} chars of ${text.length})…`,
    text.slice(text.length - tail).toWellFormed(),
  ].join("\n");
}

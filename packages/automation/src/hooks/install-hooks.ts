import { existsSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import { expandTilde } from "@openclaw/config/paths";
import { packedDirs, packedHooks } from "./discover-hooks.ts";
import { handlerFile, readHook } from "./read-hook.ts";

/** Hooks that cannot be installed; the message is for whoever wanted them. */
export class HookInstallError extends Error {
  override name = "HookInstallError";
}

/** What was installed. */
export interface InstalledHooks {
  /** Name of the folder, and of the record in the configuration. */
  id: string;
  hooks: string[];
  installPath: string;
  source: "npm" | "archive" | "path";
  spec?: string;
  sourcePath?: string;
  version?: string;
}

export interface HookInstaller {
  managedDir: string;
  cwd: string;
  home: string;
  npm: { pack(spec: string, target: string): Promise<string>; installDependencies(dir: string): Promise<void> };
  /** Unpacks an archive safely; resolves with the folder of its content. */
  extract(file: string, target: string): Promise<string>;
}

const archive = /\.(?:zip|tgz|tar\.gz|tar)$/i;
const npmSpec = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(?:@[^\s/:]+)?$/i;

type Source = { kind: "path"; path: string } | { kind: "archive"; path: string } | { kind: "npm"; spec: string };

/** The folder of hooks that are linked instead of copied. @throws HookInstallError when it is none */
export function linkedHooks(given: string, { cwd, home }: Pick<HookInstaller, "cwd" | "home">): string {
  const dir = path.resolve(cwd, expandTilde(given.trim(), home));
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) throw new HookInstallError(`path not found: ${dir}`);
  if (!stat.isDirectory()) throw new HookInstallError("Linked hook paths must be directories.");
  hooksIn(dir);
  return dir;
}

/**
 * Installs a hook or a pack of hooks from a folder, an archive or npm. Nothing of it is run.
 * @param replaces the id of an installed one that this takes the place of; it stays when anything fails
 * @throws HookInstallError
 */
export async function installHooks(
  given: string,
  installer: HookInstaller,
  { replaces }: { replaces?: string } = {},
): Promise<InstalledHooks> {
  const source = sourceOf(given, installer);
  await mkdir(installer.managedDir, { recursive: true, mode: 0o700 });
  const staging = await mkdtemp(path.join(installer.managedDir, ".installing-"));
  try {
    const dir = await stage(source, staging, installer);
    const { id, hooks, isPack } = hooksIn(dir);
    if (replaces !== undefined && id !== replaces) {
      throw new HookInstallError(`hook pack id mismatch: expected ${replaces}, got ${id}`);
    }
    const target = path.join(installer.managedDir, id);
    if (replaces === undefined && existsSync(target)) {
      throw new HookInstallError(`hook ${isPack ? "pack " : ""}already exists: ${target} (delete it first)`);
    }
    const { version, hasDependencies } = packageFacts(dir);
    if (hasDependencies) await installer.npm.installDependencies(dir);
    await putInPlace(dir, target, path.join(staging, "backup"));
    return {
      id,
      hooks,
      installPath: target,
      source: source.kind,
      ...(source.kind === "npm" ? { spec: source.spec } : { sourcePath: source.path }),
      ...(version === undefined ? {} : { version }),
    };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function putInPlace(dir: string, target: string, backup: string): Promise<void> {
  const had = existsSync(target);
  if (had) await rename(target, backup);
  try {
    await rename(dir, target);
  } catch (error) {
    if (had) await rename(backup, target);
    throw error;
  }
}

function sourceOf(given: string, { cwd, home }: Pick<HookInstaller, "cwd" | "home">): Source {
  const spec = given.trim();
  const file = path.resolve(cwd, expandTilde(spec, home));
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return { kind: "path", path: file };
  if (stat?.isFile()) {
    if (archive.test(file)) return { kind: "archive", path: file };
    throw new HookInstallError(`unsupported archive: ${file}`);
  }
  if (/^[.~/]/.test(spec) || archive.test(spec) || !npmSpec.test(spec)) {
    throw new HookInstallError(`path not found: ${file}`);
  }
  return { kind: "npm", spec };
}

async function stage(source: Source, staging: string, installer: HookInstaller): Promise<string> {
  if (source.kind === "path") {
    const dir = path.join(staging, "content");
    const skipped = new Set(["node_modules", ".git"]);
    await cp(source.path, dir, { recursive: true, filter: (file) => !skipped.has(path.basename(file)) });
    return dir;
  }
  const file =
    source.kind === "npm" ? await installer.npm.pack(source.spec, path.join(staging, "download")) : source.path;
  return installer.extract(file, path.join(staging, "content"));
}

/** What a folder holds. @throws HookInstallError */
function hooksIn(dir: string): { id: string; hooks: string[]; isPack: boolean } {
  const listed = packedHooks(dir);
  const isSingle = listed === undefined && existsSync(path.join(dir, "HOOK.md"));
  if (listed === undefined && !isSingle) {
    throw new HookInstallError(
      existsSync(path.join(dir, "package.json")) ? "package.json missing openclaw.hooks" : `HOOK.md missing in ${dir}`,
    );
  }
  if (listed?.length === 0) throw new HookInstallError("package.json openclaw.hooks is empty");
  const hooks = packedDirs(dir).map(nameOf);
  const id = checkedId(isSingle ? hooks[0] : packageFacts(dir).name?.replace(/^@[^/]*\//, ""));
  return { id, hooks, isPack: !isSingle };
}

function nameOf(dir: string): string {
  if (!existsSync(path.join(dir, "HOOK.md"))) throw new HookInstallError(`HOOK.md missing in ${dir}`);
  if (handlerFile(dir) === undefined) {
    throw new HookInstallError(`handler.ts/handler.js/index.ts/index.js missing in ${dir}`);
  }
  const hook = readHook(dir, "openclaw-managed");
  if (hook === undefined || typeof hook === "string") throw new HookInstallError(hook ?? `HOOK.md missing in ${dir}`);
  return checkedId(hook.name);
}

/** A name that may become a folder. */
function checkedId(name: string | undefined): string {
  const fail = (why: string) => new HookInstallError(`invalid hook name: ${why}`);
  const id = name?.trim() ?? "";
  if (id === "") throw fail("missing");
  if (id === "." || id === "..") throw fail("reserved path segment");
  if (/[/\\\0]/.test(id)) throw fail("path separators not allowed");
  if (id.includes("..")) throw fail("path traversal detected");
  return id;
}

function packageFacts(dir: string): {
  name: string | undefined;
  version: string | undefined;
  hasDependencies: boolean;
} {
  const file = path.join(dir, "package.json");
  const parsed: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const field = (name: string): unknown => Reflect.get(Object(parsed), name);
  const [name, version] = [field("name"), field("version")];
  return {
    name: typeof name === "string" ? name : undefined,
    version: typeof version === "string" ? version : undefined,
    hasDependencies: Object.keys(Object(field("dependencies"))).length > 0,
  };
}

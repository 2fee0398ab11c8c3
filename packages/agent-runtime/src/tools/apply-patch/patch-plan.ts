import { lstat, mkdir, readFile, readlink, rm, rmdir, stat, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "@openclaw/storage";
import { ToolFailure } from "../tool-failure.ts";
import { applyChunks } from "./patch-matcher.ts";
import type { PatchOperation } from "./patch-parser.ts";

const newFileMode = 0o644;

export interface PatchSummary {
  added: string[];
  modified: string[];
  deleted: string[];
}

/** Everything a patch changes, worked out before anything is written. */
export interface PatchPlan {
  summary: PatchSummary;
  /** The files in the order in which the patch names them first. */
  changes: readonly FileChange[];
}

interface FileChange {
  /** Absolute. */
  path: string;
  before: FileState | undefined;
  /** Undefined for a file that is to go. */
  after: { text: string; mode: number } | undefined;
}

/** A file as it was found, for putting it back. */
interface FileState {
  bytes: Buffer;
  mode: number;
  /** Where it points to when it is a symbolic link. */
  link?: string;
}

/**
 * Works out what a patch does to the files as they are now. Later parts of the patch see what earlier ones did.
 * @throws ToolFailure naming the part that cannot be applied
 */
export async function planPatch(
  operations: readonly PatchOperation[],
  resolvePath: (path: string) => string,
): Promise<PatchPlan> {
  if (operations.length === 0) throw new ToolFailure("No files were modified.");
  const changes = new Map<string, FileChange>();
  const summary: PatchSummary = { added: [], modified: [], deleted: [] };
  const note = (kind: keyof PatchSummary, path: string) => {
    if (!summary[kind].includes(path)) summary[kind].push(path);
  };
  const changeOf = async (named: string): Promise<FileChange> => {
    const path = resolvePath(named);
    const known = changes.get(path);
    if (known !== undefined) return known;
    const before = await readState(path);
    const text = before === undefined ? undefined : decoded(before.bytes);
    const after = before === undefined ? undefined : { text: text ?? "", mode: before.mode };
    const change = { path, before, after };
    changes.set(path, change);
    return change;
  };

  for (const operation of operations) {
    const { path } = operation;
    const change = await failing(`Failed to read file to ${operation.kind} ${path}`, () => changeOf(path));
    switch (operation.kind) {
      case "add":
        change.after = {
          text: operation.lines.map((line) => `${line}\n`).join(""),
          mode: change.before?.mode ?? newFileMode,
        };
        note("added", path);
        break;
      case "delete":
        if (change.after === undefined) throw new ToolFailure(`Failed to delete file ${path}: it does not exist`);
        change.after = undefined;
        note("deleted", path);
        break;
      case "update": {
        const { after } = change;
        if (after === undefined) throw new ToolFailure(`Failed to read file to update ${path}: it does not exist`);
        if (change.before !== undefined && decoded(change.before.bytes) === undefined) {
          throw new ToolFailure(`Failed to read file to update ${path}: it is not UTF-8 text`);
        }
        const text = operation.chunks.length === 0 ? after.text : applyChunks(after.text, operation.chunks, path);
        const { moveTo } = operation;
        const target =
          moveTo === undefined ? change : await failing(`Failed to read ${moveTo}`, () => changeOf(moveTo));
        if (target !== change) change.after = undefined;
        target.after = { text, mode: after.mode };
        note("modified", moveTo ?? path);
        break;
      }
      default: {
        const never: never = operation;
        return never;
      }
    }
  }
  return { summary, changes: [...changes.values()] };
}

/**
 * Writes what was planned, each file in one step. When one cannot be written, those already written are put back.
 * @throws ToolFailure naming what could not be written, and what could not be put back
 */
export async function executePlan(plan: PatchPlan): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  // Files are written before others are deleted: a moved text is never nowhere.
  const inOrder = [...plan.changes].sort(
    (one, other) => Number(one.after === undefined) - Number(other.after === undefined),
  );
  for (const change of inOrder) {
    try {
      await applyChange(change, undo);
    } catch (error) {
      const left = await putBack(undo);
      const ending =
        left.length === 0 ? "Nothing was changed." : `These changes could not be taken back: ${left.join("; ")}`;
      throw new ToolFailure(`Failed to write ${change.path}: ${reasonOf(error)}. ${ending}`);
    }
  }
}

async function applyChange({ path, before, after }: FileChange, undo: (() => Promise<void>)[]): Promise<void> {
  if (after === undefined) {
    if (before === undefined) return;
    await rm(path);
    undo.push(() => restore(path, before));
    return;
  }
  const created = await mkdir(dirname(path), { recursive: true });
  if (created !== undefined) undo.push(() => removeFolders(dirname(path), created));
  await writeFileAtomic(path, after.text, { fsync: false, mode: after.mode });
  undo.push(() => (before === undefined ? rm(path, { force: true }) : restore(path, before)));
}

async function restore(path: string, { bytes, mode, link }: FileState): Promise<void> {
  if (link !== undefined && (await readState(path)) === undefined) await symlink(link, path);
  else await writeFileAtomic(path, bytes, { fsync: false, mode });
}

/** Removes the folders from `leaf` up to `top`, which were made for a file that is gone again. */
async function removeFolders(leaf: string, top: string): Promise<void> {
  for (let folder = leaf; folder.length >= top.length; folder = dirname(folder)) await rmdir(folder);
}

async function putBack(undo: readonly (() => Promise<void>)[]): Promise<string[]> {
  const left: string[] = [];
  for (const step of [...undo].reverse()) await step().catch((error: unknown) => left.push(reasonOf(error)));
  return left;
}

async function readState(path: string): Promise<FileState | undefined> {
  try {
    const link = (await lstat(path)).isSymbolicLink() ? { link: await readlink(path) } : {};
    const { mode } = await stat(path);
    return { bytes: await readFile(path), mode: mode & 0o7777, ...link };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function failing<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new ToolFailure(`${what}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

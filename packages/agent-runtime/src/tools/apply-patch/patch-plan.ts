import { thrownText } from "../../loop/thrown-text.ts";
import { ToolFailure } from "../tool-failure.ts";
import { type FileContent, newFileMode, type ToolFiles, type UndoChange } from "../tool-files.ts";
import { applyChunks } from "./patch-matcher.ts";
import type { PatchOperation } from "./patch-parser.ts";

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
  /** As the patch names it first. */
  path: string;
  before: FoundFile | undefined;
  /** Undefined for a file that is to go. */
  after: FileContent | undefined;
}

interface FoundFile {
  /** Undefined when it is no UTF-8. */
  text: string | undefined;
  mode: number;
}

/**
 * Works out what a patch does to the files as they are now. Later parts of the patch see what earlier ones did.
 * @throws ToolFailure naming the part that cannot be applied
 */
export async function planPatch(operations: readonly PatchOperation[], files: ToolFiles): Promise<PatchPlan> {
  if (operations.length === 0) throw new ToolFailure("No files were modified.");
  const changes = new Map<string, FileChange>();
  const summary: PatchSummary = { added: [], modified: [], deleted: [] };
  const note = (kind: keyof PatchSummary, path: string) => {
    if (!summary[kind].includes(path)) summary[kind].push(path);
  };
  const changeOf = async (path: string): Promise<FileChange> => {
    const place = files.place(path);
    const known = changes.get(place);
    if (known !== undefined) return known;
    const before = await readFound(path, files);
    const after = before === undefined ? undefined : { text: before.text ?? "", mode: before.mode };
    const change = { path, before, after };
    changes.set(place, change);
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
        if (change.before !== undefined && change.before.text === undefined) {
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
export async function executePlan(plan: PatchPlan, files: ToolFiles): Promise<void> {
  const undo: UndoChange[] = [];
  // Files are written before others are deleted: a moved text is never nowhere.
  const inOrder = [...plan.changes].sort(
    (one, other) => Number(one.after === undefined) - Number(other.after === undefined),
  );
  for (const { path, before, after } of inOrder) {
    if (before === undefined && after === undefined) continue;
    try {
      undo.push(await files.change(path, after));
    } catch (error) {
      const left = await putBack(undo);
      const ending =
        left.length === 0 ? "Nothing was changed." : `These changes could not be taken back: ${left.join("; ")}`;
      const what = after === undefined ? "delete" : "write";
      throw new ToolFailure(`Failed to ${what} ${path}: ${thrownText(error)}. ${ending}`);
    }
  }
}

async function putBack(undo: readonly UndoChange[]): Promise<string[]> {
  const left: string[] = [];
  for (const step of [...undo].reverse()) await step().catch((error: unknown) => left.push(thrownText(error)));
  return left;
}

async function readFound(path: string, files: ToolFiles): Promise<FoundFile | undefined> {
  try {
    const { file, status } = await files.open(path);
    try {
      return { text: decoded(await file.readFile()), mode: status.mode & 0o7777 };
    } finally {
      await file.close();
    }
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

/** What the files themselves refuse is said as it is; what the system says gets the place in front. */
async function failing<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ToolFailure ? error : new ToolFailure(`${what}: ${thrownText(error)}`);
  }
}

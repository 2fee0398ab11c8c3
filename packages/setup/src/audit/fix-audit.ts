import type { ConfigStore } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";
import { pairedSenders } from "./audit-facts.ts";
import { type FileAccess, type Openness, privateMode } from "./file-access.ts";
import { hardenConfig } from "./harden-config.ts";
import { type PrivateFile, privateFiles } from "./private-files.ts";

/** What a fix does, or has done, to one file. */
export interface FixAction {
  kind: "chmod" | "icacls";
  path: string;
  /** What it gets, octal. */
  mode: "600" | "700";
  ok: boolean;
  skipped?: "symlink" | "not-a-directory" | "not-a-file" | "already" | "missing";
  /** What it had, for taking the change back. */
  previous?: string;
}

/** What a fix came to. */
export interface FixResult {
  ok: boolean;
  stateDir: string;
  configPath: string;
  configWritten: boolean;
  changes: string[];
  actions: FixAction[];
  errors: string[];
}

export interface FixInput {
  paths: Paths;
  includedPaths: readonly string[];
  files: FileAccess;
  store: Pick<ConfigStore, "edit" | "snapshot">;
}

/** What {@link fixAudit} would do. Changes nothing. */
export async function planAuditFix(input: FixInput): Promise<{ changes: string[]; actions: FixAction[] }> {
  const { paths, includedPaths, store } = input;
  const { changes } = hardenConfig(store.snapshot().parsed, pairedWhatsApp(paths));
  const actions: FixAction[] = [];
  for (const file of privateFiles(paths, includedPaths)) {
    const { action } = await judge(file, input.files);
    if (action.skipped === undefined) actions.push(action);
  }
  return { changes, actions };
}

/**
 * Closes open groups, masks logs and takes files away from others: what needs no decision of the owner. A failure is
 * told in `errors` and does not stop the rest.
 */
export async function fixAudit(input: FixInput): Promise<FixResult> {
  const { paths, store, files } = input;
  const errors: string[] = [];
  const actions: FixAction[] = [];
  let changes: string[] = [];
  let configWritten = false;
  const paired = pairedWhatsApp(paths);
  const planned = hardenConfig(store.snapshot().parsed, paired).changes;
  if (planned.length > 0) {
    try {
      // Nothing else of the file changes, not even the note of who wrote it last.
      await store.edit((value) => hardenConfig(value, paired).value, { stamp: false });
      changes = planned;
      configWritten = true;
    } catch (error) {
      errors.push(`${paths.configPath}: ${reasonOf(error)}`);
    }
  }
  for (const file of privateFiles(paths, input.includedPaths)) {
    try {
      const { action } = await judge(file, files);
      if (action.skipped === undefined) await files.close(file.path, file.kind);
      actions.push({ ...action, ok: true });
    } catch (error) {
      actions.push({ kind: files.tool, path: file.path, mode: privateMode[file.kind], ok: false });
      errors.push(`${file.path}: ${reasonOf(error)}`);
    }
  }
  return {
    ok: errors.length === 0,
    stateDir: paths.stateDir,
    configPath: paths.configPath,
    configWritten,
    changes,
    actions,
    errors,
  };
}

async function judge(file: PrivateFile, files: FileAccess): Promise<{ action: FixAction }> {
  const open = await files.inspect(file.path);
  const skipped = reasonToSkip(file, open);
  return {
    action: {
      kind: files.tool,
      path: file.path,
      mode: privateMode[file.kind],
      ok: true,
      ...(skipped ? { skipped } : { previous: open?.text.replace(/^mode /, "") ?? "" }),
    },
  };
}

function reasonToSkip(file: PrivateFile, open: Openness | undefined): FixAction["skipped"] {
  if (open === undefined) return "missing";
  if (open.kind === "symlink") return "symlink";
  if (open.kind !== file.kind) return file.kind === "directory" ? "not-a-directory" : "not-a-file";
  const reachable = open.worldReadable || open.worldWritable || open.groupReadable || open.groupWritable;
  return reachable ? undefined : "already";
}

const pairedWhatsApp = (paths: Paths) => pairedSenders(paths.credentialsDir, "whatsapp");

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

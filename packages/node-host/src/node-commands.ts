import {
  ApprovalsConflictError,
  ApprovalsFileError,
  type ApprovalsState,
  type ApprovalsStore,
  findExecutable,
  readApprovals,
} from "@openclaw/approvals";
import { z } from "zod";
import { invalidRequest, NodeFailure } from "./node-failure.ts";
import { type SystemRunOptions, systemRun } from "./system-run.ts";

/** What a headless node may be asked for. */
export const nodeCommands = [
  "system.run",
  "system.which",
  "system.execApprovals.get",
  "system.execApprovals.set",
] as const;

const which = z.looseObject({ bins: z.array(z.string()).min(1) });
const setApprovals = z.looseObject({ file: z.unknown(), baseHash: z.string().optional() });

/** Does what a Gateway asks for. @throws NodeFailure */
export function doCommand(command: string, params: unknown, options: SystemRunOptions): Promise<unknown> {
  switch (command) {
    case "system.run":
      return systemRun(params, options);
    case "system.which":
      return systemWhich(params, options);
    case "system.execApprovals.get":
      return options.approvals.ensure().then(shown);
    case "system.execApprovals.set":
      return saveApprovals(params, options.approvals);
    case "browser.proxy":
      throw new NodeFailure("UNAVAILABLE", "this node host has no browser control; use the browser of the Gateway");
    default:
      throw new NodeFailure("UNAVAILABLE", "command not supported");
  }
}

async function systemWhich(params: unknown, { env, platform }: SystemRunOptions): Promise<unknown> {
  const read = which.safeParse(params);
  const names = read.success ? read.data.bins.map((name) => name.trim()).filter((name) => name !== "") : [];
  if (names.length === 0) throw invalidRequest("bins required");
  const found = names.flatMap((name) => {
    // Names alone: a path would tell whether a file exists.
    const path = /[/\\]/.test(name) ? undefined : findExecutable(name, { cwd: process.cwd(), env, platform });
    return path === undefined ? [] : [[name, path]];
  });
  return { bins: Object.fromEntries(found) };
}

async function saveApprovals(params: unknown, approvals: ApprovalsStore): Promise<unknown> {
  const read = setApprovals.safeParse(params);
  if (!read.success) throw invalidRequest("file required");
  try {
    return shown(await approvals.save(readApprovals(read.data.file), read.data.baseHash));
  } catch (error) {
    if (error instanceof ApprovalsFileError) throw invalidRequest(`exec approvals file: ${error.message}`);
    if (!(error instanceof ApprovalsConflictError)) throw error;
    throw invalidRequest(
      error.code === "changed"
        ? "exec approvals changed; reload and retry"
        : "exec approvals base hash required; reload and retry",
    );
  }
}

/** What leaves the machine never holds the key to the desktop app's socket. */
function shown({ path, exists, hash, file }: ApprovalsState) {
  const { socket, ...rest } = file;
  const { token: _secret, ...place } = socket ?? {};
  return { path, exists, hash, file: socket ? { ...rest, socket: place } : rest };
}

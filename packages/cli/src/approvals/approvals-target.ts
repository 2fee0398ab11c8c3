import {
  type AgentApprovals,
  ApprovalsConflictError,
  type ApprovalsFile,
  ApprovalsFileError,
  openApprovalsStore,
  readApprovals,
} from "@openclaw/approvals";
import { silentLog } from "@openclaw/log";
import { gatewayCall } from "../call/gateway-call.ts";
import type { TargetFlags } from "../call/gateway-target.ts";
import { isRecord, recordOf, textOf } from "../commands/payload.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

export interface ApprovalsTargetFlags extends TargetFlags {
  gateway: boolean;
  timeout: number;
}

/** An approvals file as commands show and change it: without the socket's secret. */
export interface ApprovalsSnapshot {
  target: "local" | "gateway";
  path: string;
  exists: boolean;
  hash: string;
  file: ApprovalsFile;
  /** Why its content cannot be used. */
  problem?: string;
}

/** The approvals file of this machine, or of the Gateway's. */
export interface ApprovalsTarget {
  read(): Promise<ApprovalsSnapshot>;
  /** @throws CliError when somebody else has changed it since it was read */
  save(file: ApprovalsFile, base: ApprovalsSnapshot): Promise<ApprovalsSnapshot>;
}

export function approvalsTarget(flags: ApprovalsTargetFlags, context: CommandContext): ApprovalsTarget {
  return flags.gateway || flags.url !== undefined ? gatewayFile(flags, context) : localFile(context);
}

/**
 * Changes the entry of one agent; undefined leaves everything as it is.
 * @throws CliError when the file cannot be used
 */
export async function changeAgent(
  target: ApprovalsTarget,
  agentId: string,
  change: (agent: AgentApprovals) => AgentApprovals | undefined,
): Promise<ApprovalsSnapshot | undefined> {
  const base = await target.read();
  if (base.problem !== undefined) {
    throw new CliError(`${base.path} cannot be changed: ${base.problem}. Repair it, or replace it with approvals set.`);
  }
  const { agents = {} } = base.file;
  const changed = change(Object.hasOwn(agents, agentId) ? (agents[agentId] ?? {}) : {});
  if (changed === undefined) return undefined;
  return target.save({ ...base.file, agents: { ...agents, [agentId]: changed } }, base);
}

function localFile(context: CommandContext): ApprovalsTarget {
  const { stateDir } = context.paths;
  const store = openApprovalsStore({ stateDir, clock: { now: context.now }, log: silentLog });
  const shown = (state: Awaited<ReturnType<typeof store.read>>): ApprovalsSnapshot => {
    const { socket, ...file } = state.file;
    const { token: _secret, ...place } = socket ?? {};
    return { target: "local", ...state, file: socket ? { ...file, socket: place } : file };
  };
  return {
    read: async () => shown(await store.read()),
    async save(file, { hash, exists }) {
      try {
        return shown(await store.save(file, exists ? hash : undefined));
      } catch (error) {
        if (error instanceof ApprovalsConflictError) throw new CliError(error.message, { cause: error });
        throw error;
      }
    },
  };
}

function gatewayFile(flags: ApprovalsTargetFlags, context: CommandContext): ApprovalsTarget {
  const call = async (method: string, params: object): Promise<ApprovalsSnapshot> => {
    const { url, token, password, timeout } = flags;
    const answer = await gatewayCall({ context, url, token, password, timeoutMs: timeout, method, params });
    const { path, exists, hash, file } = recordOf(answer);
    return {
      target: "gateway",
      path: textOf(path) ?? "",
      exists: exists === true,
      hash: textOf(hash) ?? "",
      file: readFileOf(file),
    };
  };
  return {
    read: () => call("exec.approvals.get", {}),
    save(file, { hash }) {
      if (hash === "") throw new CliError("Exec approvals hash missing; reload and retry.");
      return call("exec.approvals.set", { file, baseHash: hash });
    },
  };
}

function readFileOf(value: unknown): ApprovalsFile {
  try {
    return readApprovals(isRecord(value) ? value : {});
  } catch (error) {
    if (error instanceof ApprovalsFileError) {
      throw new CliError(`The Gateway's approvals file cannot be read here: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

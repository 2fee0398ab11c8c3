import {
  type AgentApprovals,
  ApprovalsConflictError,
  type ApprovalsFile,
  ApprovalsFileError,
  openApprovalsStore,
  readApprovals,
} from "@openclaw/approvals";
import { silentLog } from "@openclaw/log";
import type { NodeRow } from "@openclaw/protocol";
import { gatewayCall } from "../call/gateway-call.ts";
import type { TargetFlags } from "../call/gateway-target.ts";
import { isRecord, listOf, recordOf, textOf } from "../commands/payload.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

export interface ApprovalsTargetFlags extends TargetFlags {
  gateway: boolean;
  node: string | undefined;
  timeout: number;
}

/** An approvals file as commands show and change it: without the socket's secret. */
export interface ApprovalsSnapshot {
  target: "local" | "gateway" | "node";
  path: string;
  exists: boolean;
  hash: string;
  file: ApprovalsFile;
  /** Why its content cannot be used. */
  problem?: string;
}

/** The approvals file of this machine, of the Gateway's, or of a node. */
export interface ApprovalsTarget {
  read(): Promise<ApprovalsSnapshot>;
  /** @throws CliError when somebody else has changed it since it was read */
  save(file: ApprovalsFile, base: ApprovalsSnapshot): Promise<ApprovalsSnapshot>;
}

export function approvalsTarget(flags: ApprovalsTargetFlags, context: CommandContext): ApprovalsTarget {
  if (flags.node !== undefined) return nodeFile(flags, flags.node, context);
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

type Call = (method: string, params: object) => Promise<unknown>;

function caller({ url, token, password, timeout }: ApprovalsTargetFlags, context: CommandContext): Call {
  return (method, params) => gatewayCall({ context, url, token, password, timeoutMs: timeout, method, params });
}

function gatewayFile(flags: ApprovalsTargetFlags, context: CommandContext): ApprovalsTarget {
  const call = caller(flags, context);
  return remoteFile("gateway", {
    get: () => call("exec.approvals.get", {}),
    set: (change) => call("exec.approvals.set", change),
  });
}

function nodeFile(flags: ApprovalsTargetFlags, query: string, context: CommandContext): ApprovalsTarget {
  const call = caller(flags, context);
  const findId = async () => {
    const { findNode } = await import("@openclaw/gateway/nodes");
    const { nodes } = recordOf(await call("node.list", {}));
    try {
      return findNode(listOf(nodes) as readonly NodeRow[], query).nodeId;
    } catch (error) {
      throw new CliError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  };
  let found: Promise<string> | undefined;
  const nodeId = () => (found ??= findId());
  return remoteFile("node", {
    get: async () => call("exec.approvals.node.get", { nodeId: await nodeId() }),
    set: async (change) => call("exec.approvals.node.set", { nodeId: await nodeId(), ...change }),
  });
}

function remoteFile(
  target: "gateway" | "node",
  ask: { get(): Promise<unknown>; set(change: { file: ApprovalsFile; baseHash: string }): Promise<unknown> },
): ApprovalsTarget {
  const snapshot = (answer: unknown): ApprovalsSnapshot => {
    const { path, exists, hash, file } = recordOf(answer);
    return {
      target,
      path: textOf(path) ?? "",
      exists: exists === true,
      hash: textOf(hash) ?? "",
      file: readFileOf(file),
    };
  };
  return {
    read: async () => snapshot(await ask.get()),
    async save(file, { hash }) {
      if (hash === "") throw new CliError("Exec approvals hash missing; reload and retry.");
      return snapshot(await ask.set({ file, baseHash: hash }));
    },
  };
}

function readFileOf(value: unknown): ApprovalsFile {
  try {
    return readApprovals(isRecord(value) ? value : {});
  } catch (error) {
    if (error instanceof ApprovalsFileError) {
      throw new CliError(`The approvals file cannot be read here: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

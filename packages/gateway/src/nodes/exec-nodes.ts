import { randomUUID } from "node:crypto";
import type { ExecNode, ExecNodes } from "@openclaw/agent-runtime";
import { readApprovals } from "@openclaw/approvals";
import type { NodeRow } from "@openclaw/protocol";
import { z } from "zod";
import { findNode } from "./find-node.ts";
import type { InvocationOutcome } from "./node-invocations.ts";
import type { Nodes } from "./nodes.ts";
import { type RunGrants, shownCommand } from "./run-grants.ts";

const approvalsTimeoutMs = 10_000;

const text = z.string().catch("");
const runEnd = z.object({
  exitCode: z.number().nullable().catch(null),
  timedOut: z.boolean().catch(false),
  success: z.boolean().catch(false),
  stdout: text,
  stderr: text,
  error: z.string().nullable().catch(null),
});
const approvalsAnswer = z.looseObject({ file: z.unknown() });

/** The nodes of a Gateway, for the commands of its agents. */
export function createExecNodes(load: () => Promise<Nodes>, grants: RunGrants): ExecNodes {
  const rows = async () => (await load()).list(4);
  const nodeOf = ({ nodeId, platform, pathEnv }: NodeRow): ExecNode => ({ nodeId, platform, pathEnv });
  return {
    runners: async () =>
      (await rows()).filter(({ connected, commands }) => connected && commands.includes("system.run")).map(nodeOf),
    find: async (query) => nodeOf(findNode(await rows(), query)),
    async approvals(nodeId) {
      const row = (await rows()).find((node) => node.nodeId === nodeId);
      const command = "system.execApprovals.get";
      if (!row?.commands.includes(command)) return undefined;
      const outcome = await (await load()).invoke({
        nodeId,
        command,
        timeoutMs: approvalsTimeoutMs,
        idempotencyKey: randomUUID(),
      });
      return readApprovals(approvalsAnswer.parse(payloadOf(outcome)).file ?? {});
    },
    async run({
      nodeId,
      argv,
      rawCommand,
      cwd,
      env,
      timeoutMs,
      invokeTimeoutMs,
      agentId,
      sessionKey,
      runId,
      decision,
    }) {
      const nodes = await load();
      // The approval is used here; nobody else may use it again.
      if (decision !== undefined) {
        grants.take({ approvalId: runId, nodeId, command: shownCommand(rawCommand, env), env: {} });
      }
      const params = {
        command: argv,
        rawCommand,
        ...(cwd === undefined ? {} : { cwd }),
        ...(Object.keys(env).length > 0 ? { env } : {}),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        agentId,
        sessionKey,
        runId,
        ...(decision === undefined ? {} : { approved: true, approvalDecision: decision }),
      };
      const request = { nodeId, command: "system.run", params, timeoutMs: invokeTimeoutMs, idempotencyKey: runId };
      return nodes.awaited(runId, async () => runEnd.parse(payloadOf(await nodes.invoke(request)) ?? {}));
    },
  };
}

function payloadOf(outcome: InvocationOutcome): unknown {
  if (outcome.ok) return outcome.payload;
  throw new Error(outcome.failure.message);
}

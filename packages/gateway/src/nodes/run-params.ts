import { z } from "zod";
import type { NodeInvokeRequest } from "./nodes.ts";
import type { RunGrants } from "./run-grants.ts";

const runParams = z.looseObject({
  command: z.array(z.string()).default([]),
  rawCommand: z.string().nullable().optional(),
  env: z.record(z.string(), z.string()).nullable().optional(),
  runId: z.string().optional(),
  approved: z.unknown(),
  approvalDecision: z.unknown(),
});

/**
 * The parameters of an invocation without the claim that somebody approved the command, unless somebody did: on this
 * Gateway, for this node and this command, and nobody has used it yet.
 */
export function withGrantedApproval({ nodeId, command, params }: NodeInvokeRequest, grants: RunGrants): unknown {
  if (command.trim() !== "system.run" || typeof params !== "object" || params === null) return params;
  const read = runParams.safeParse(params);
  const { approved, approvalDecision, ...rest } = { ...params } as Record<string, unknown>;
  if (!read.success || (approved !== true && approvalDecision === undefined)) return rest;
  const decision = grants.take({
    approvalId: read.data.runId,
    nodeId,
    command: read.data.rawCommand?.trim() || read.data.command.join(" "),
    env: read.data.env ?? {},
  });
  return decision === undefined ? rest : { ...rest, approved: true, approvalDecision: decision };
}

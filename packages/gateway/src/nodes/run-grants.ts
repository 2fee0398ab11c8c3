import { changesWhatRuns } from "@openclaw/approvals";
import type { ExecDecision } from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import type { PendingApproval } from "../approvals/approval-desk.ts";

/** How long an approval may be used after it was given, ms. */
const grantMs = 10 * 60_000;
const maxGrants = 200;

interface Grant {
  id: string;
  at: number;
  command: string;
  /** Absent when the request named no node: it counts for the first that is asked. */
  nodeId: string | undefined;
  decision: ExecDecision;
}

/** Approvals of commands on nodes. Each lets one command through, once. */
export interface RunGrants {
  /** Takes note of what people decided. */
  decided(approval: PendingApproval, decision: ExecDecision | null): void;
  /** The decision that lets this command run on this node; it is used up. */
  take(use: GrantUse): ExecDecision | undefined;
}

export interface GrantUse {
  /** Which approval is meant; any that fits when absent. */
  approvalId: string | undefined;
  nodeId: string;
  command: string;
  /** Variables the command is to get. */
  env: Readonly<Record<string, string>>;
}

export function createRunGrants(clock: Clock): RunGrants {
  let grants: Grant[] = [];
  return {
    decided({ id, request }, decision) {
      if (request.host !== "node" || decision === null || decision === "deny") return;
      const grant = { id, at: clock.now(), command: request.command, nodeId: request.nodeId, decision };
      grants = [...grants, grant].slice(-maxGrants);
    },
    take({ approvalId, nodeId, command, env }) {
      const oldest = clock.now() - grantMs;
      const found = grants.findLast(
        (grant) =>
          grant.at >= oldest &&
          (approvalId === undefined || grant.id === approvalId) &&
          (grant.nodeId === undefined || grant.nodeId === nodeId) &&
          covers(grant.command, command, env),
      );
      grants = grants.filter((grant) => grant !== found);
      return found?.decision;
    },
  };
}

/** What was approved is what runs: variables that could change it must have been shown. */
function covers(approved: string, command: string, env: GrantUse["env"]): boolean {
  if (approved === shownCommand(command, env)) return true;
  return approved === command && !Object.keys(env).some(changesWhatRuns);
}

/** A command with its variables in front. */
export function shownCommand(command: string, env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`);
  return [...variables, command].join(" ");
}

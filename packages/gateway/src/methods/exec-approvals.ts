import {
  ApprovalsConflictError,
  type ApprovalsFile,
  ApprovalsFileError,
  type ApprovalsState,
  effectivePolicy,
  readApprovals,
} from "@openclaw/approvals";
import { type ExecDecision, execDecisions } from "@openclaw/protocol";
import type { Session } from "../ws/connection.ts";
import { type HandlersOf, invalidRequest, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type ExecApprovalMethod =
  | "exec.approvals.get"
  | "exec.approvals.set"
  | "exec.approval.request"
  | "exec.approval.resolve"
  | "exec.approval.list"
  | "exec.approval.get"
  | "exec.approval.waitDecision"
  | "approval.get"
  | "approval.resolve";

/** `exec.approvals.*`: the file of this machine; `exec.approval.*`: the commands that wait for somebody. */
export function execApprovalMethods(gateway: MethodContext): HandlersOf<ExecApprovalMethod> {
  const { approvals, approvalDesk: desk } = gateway;

  const stored = (state: ApprovalsState, { protocol }: Session) => {
    const { path, exists, hash, file } = state;
    const shown = { path, exists, hash, file: withoutToken(file) };
    if (protocol === 3) return shown;
    const exec = gateway.configStore.snapshot().config.tools?.exec;
    // No agent is called so: the rules for all agents, as the Gateway itself would apply them.
    const { security, ask, askFallback, autoAllowSkills } = effectivePolicy(file, "*", {
      security: exec?.security ?? "allowlist",
      ask: exec?.ask ?? "on-miss",
    });
    return { ...shown, resolvedDefaults: { security, ask, askFallback, autoAllowSkills } };
  };
  const unknown = (session: Session) =>
    session.protocol === 3
      ? invalidRequest("unknown approval id")
      : invalidRequest("unknown or expired approval id", {
          details: {
            reason: "APPROVAL_NOT_FOUND",
            remediation: "Ask for the action again: an approval that has expired, or from before a restart, is gone.",
          },
        });

  const resolve = (id: string, decision: string, session: Session) => {
    const wanted = execDecisions.find((known): known is ExecDecision => known === decision);
    if (!wanted) throw invalidRequest("invalid decision");
    const by = session.client.displayName ?? session.client.id;
    const resolution = desk.resolveApproval(id, wanted, by);
    switch (resolution.result) {
      case "resolved":
        return { ok: true as const };
      case "ambiguous":
        throw invalidRequest("several approvals begin with this id; give more of it");
      case "unknown":
        throw unknown(session);
      default:
        return resolution satisfies never;
    }
  };
  const shown = (id: string, session: Session) => {
    const approval = desk.get(id);
    if (!approval) throw unknown(session);
    const { command, host, agentId } = approval.request;
    const { expiresAtMs } = approval;
    return { id, commandText: command, allowedDecisions: [...execDecisions], host, agentId, expiresAtMs };
  };

  return {
    async "exec.approvals.get"(_params, { session }) {
      return stored(await approvals.ensure(), session);
    },
    async "exec.approvals.set"({ file, baseHash }, { session }) {
      try {
        return stored(await approvals.save(readApprovals(file), baseHash), session);
      } catch (error) {
        if (error instanceof ApprovalsFileError) throw invalidRequest(`invalid exec approvals file: ${error.message}`);
        if (!(error instanceof ApprovalsConflictError)) throw error;
        throw invalidRequest(
          error.code === "changed"
            ? "exec approvals changed since last load; re-run exec.approvals.get and retry"
            : "exec approvals base hash required; re-run exec.approvals.get and retry",
        );
      }
    },
    async "exec.approval.request"(params, { session, respond }) {
      const command = params.command ?? commandOf(params.commandArgv);
      if (command === undefined) {
        throw invalidRequest("invalid exec.approval.request params: must have required property 'command'");
      }
      const request = {
        command,
        cwd: params.cwd ?? null,
        host: params.host ?? null,
        security: params.security ?? null,
        ask: params.ask ?? null,
        agentId: params.agentId ?? null,
        resolvedPath: params.resolvedPath ?? null,
        sessionKey: params.sessionKey ?? null,
        ...(params.nodeId == null ? {} : { nodeId: params.nodeId }),
      };
      let opened: ReturnType<typeof desk.open>;
      try {
        opened = desk.open(request, { id: params.id, timeoutMs: params.timeoutMs });
      } catch (error) {
        throw unavailable(error instanceof Error ? error.message : String(error));
      }
      if (!opened) throw invalidRequest("approval id already pending");
      const { id, createdAtMs, expiresAtMs } = opened;
      if (session.protocol === 4 && params.twoPhase) respond({ status: "accepted", id, createdAtMs, expiresAtMs });
      return opened.outcome;
    },
    "exec.approval.resolve": ({ id, decision }, { session }) => resolve(id, decision, session),
    "approval.get": ({ id, kind }, { session }) => {
      if (kind !== undefined && kind !== "exec") throw unknown(session);
      return { ...shown(id, session), kind: "exec" as const };
    },
    "approval.resolve"({ id, kind, decision }, { session }) {
      if (kind !== "exec") throw unknown(session);
      return resolve(id, decision, session);
    },
    "exec.approval.list": () => desk.list(),
    "exec.approval.get": ({ id }, { session }) => shown(id, session),
    "exec.approval.waitDecision"({ id }, { session }) {
      const outcome = desk.outcome(id);
      if (!outcome) throw unknown(session);
      return outcome;
    },
  };
}

/** What leaves the machine never holds the key to the desktop app's socket. */
function withoutToken({ socket, ...file }: ApprovalsFile) {
  if (!socket) return file;
  const { token: _secret, ...shown } = socket;
  return { ...file, socket: shown };
}

function commandOf(argv: unknown): string | undefined {
  const words = Array.isArray(argv) ? argv.filter((word) => typeof word === "string") : [];
  return words.length > 0 ? words.join(" ") : undefined;
}

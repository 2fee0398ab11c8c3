import { GatewayClientError, type RequestOptions } from "@openclaw/client";
import type { ExecApprovalRequest, ExecDecision, HelloOk, MethodName, ParamsInput, ResultOf } from "@openclaw/protocol";

/** So many decided approvals stay on the page. */
const MAX_DECIDED = 5;

/** How long the outcome of a decision of this page stays, ms. */
const SHOWN_MS = 8000;

/** What became of an approval; `by` names another client that decided, `expired` and `gone` were decided by nobody. */
export type ApprovalEnd = { kind: ExecDecision | "expired" | "gone"; by?: string };

/** A command of an agent that waits for the user, or did. */
export interface Approval {
  id: string;
  command: string;
  cwd: string | undefined;
  host: string | undefined;
  /** The program the command was found to run. */
  resolvedPath: string | undefined;
  /** The rule that asks: `security` and `ask` as they are configured. */
  security: string | undefined;
  ask: string | undefined;
  agentId: string | undefined;
  /** The chat it belongs to; undefined when it came from outside of any. */
  sessionKey: string | undefined;
  createdAtMs: number;
  expiresAtMs: number;
  /** `sending`: the user has decided, the Gateway has not answered yet. */
  state: "pending" | "sending" | ApprovalEnd;
  error?: string;
}

export interface ApprovalsOptions {
  request<M extends MethodName>(method: M, params: ParamsInput<M>, options?: RequestOptions): Promise<ResultOf<M>>;
  onChange(list: readonly Approval[]): void;
  after(ms: number, action: () => void): void;
}

/** The approvals the page knows of. */
export interface Approvals {
  readonly list: readonly Approval[];
  /** Asks for what waits; events of before were not heard. */
  connected(hello: HelloOk): Promise<void>;
  requested(event: ExecApprovalRequest): void;
  resolved(event: { id: string; decision: ExecDecision | null; resolvedBy?: string | null | undefined }): void;
  decide(id: string, decision: ExecDecision): Promise<void>;
  /** Takes a decided approval off the page. */
  dismiss(id: string): void;
}

export function createApprovals({ request, onChange, after }: ApprovalsOptions): Approvals {
  let list: readonly Approval[] = [];

  const set = (next: readonly Approval[]) => {
    const decided = next.filter(({ state }) => typeof state === "object");
    const tooMany = new Set(decided.slice(0, Math.max(0, decided.length - MAX_DECIDED)));
    list = next.filter((approval) => !tooMany.has(approval));
    onChange(list);
  };
  const change = (id: string, fields: Partial<Approval>) =>
    set(list.map((approval) => (approval.id === id ? { ...approval, ...fields } : approval)));
  const isOpen = ({ state }: Approval) => typeof state !== "object";

  const add = (event: ExecApprovalRequest) => {
    if (!list.some(({ id }) => id === event.id)) set([...list, readApproval(event)]);
  };
  const resolved: Approvals["resolved"] = ({ id, decision, resolvedBy }) => {
    const here = list.find((item) => item.id === id)?.state === "sending";
    change(id, { state: { kind: decision ?? "expired", ...(resolvedBy && !here ? { by: resolvedBy } : {}) } });
    if (here && decision !== null) after(SHOWN_MS, () => dismiss(id));
  };
  const dismiss: Approvals["dismiss"] = (id) => set(list.filter((item) => item.id !== id || isOpen(item)));

  return {
    get list() {
      return list;
    },
    async connected(hello) {
      if (hello.protocol < 4 || !hello.features.methods.includes("exec.approval.list")) return;
      const waiting = await request("exec.approval.list", {});
      const ids = new Set(waiting.map(({ id }) => id));
      set(list.map((item) => (isOpen(item) && !ids.has(item.id) ? { ...item, state: { kind: "gone" } } : item)));
      for (const event of waiting) add(event);
    },
    requested: add,
    resolved,
    async decide(id, decision) {
      const approval = list.find((item) => item.id === id);
      if (approval?.state !== "pending") return;
      const { error: _earlier, ...rest } = approval;
      set(list.map((item) => (item.id === id ? { ...rest, state: "sending" } : item)));
      try {
        await request("exec.approval.resolve", { id, decision });
        // The event with the name of who decided usually comes first.
        if (list.some((item) => item.id === id && isOpen(item))) resolved({ id, decision });
      } catch (error) {
        if (!list.some((item) => item.id === id && isOpen(item))) return; // somebody else was faster
        if (error instanceof GatewayClientError && error.code === "refused" && /approval id/.test(error.message)) {
          change(id, { state: { kind: "gone" } });
        } else change(id, { state: "pending", error: error instanceof Error ? error.message : String(error) });
      }
    },
    dismiss,
  };
}

/** Seconds until an approval expires by the Gateway's clock, which may differ from the page's. */
export function secondsLeft(approval: Approval, now: number): number {
  const whole = approval.expiresAtMs - approval.createdAtMs;
  return Math.ceil(Math.min(Math.max(approval.expiresAtMs - now, 0), whole) / 1000);
}

/** What is said of a decided approval. */
export function endText({ kind, by }: ApprovalEnd): string {
  const who = by ? ` by ${by}` : "";
  switch (kind) {
    case "allow-once":
      return `Allowed once${who}`;
    case "allow-always":
      return `Always allowed${who}`;
    case "deny":
      return `Denied${who}`;
    case "expired":
      return "Nobody answered in time";
    case "gone":
      return "No longer waiting";
    default:
      return kind satisfies never;
  }
}

function readApproval({ id, request, createdAtMs, expiresAtMs }: ExecApprovalRequest): Approval {
  return {
    id,
    command: request.command ?? "",
    cwd: request.cwd ?? undefined,
    host: request.host ?? undefined,
    resolvedPath: request.resolvedPath ?? undefined,
    security: request.security ?? undefined,
    ask: request.ask ?? undefined,
    agentId: request.agentId ?? undefined,
    sessionKey: request.sessionKey ?? undefined,
    createdAtMs,
    expiresAtMs,
    state: "pending",
  };
}

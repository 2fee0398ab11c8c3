import type { ExecDecision } from "@openclaw/approvals";
import type { ExecApprovalDesk, ExecApprovalEvent, ExecApprovalQuestion } from "../tools/exec-approvals.ts";

/** Somebody to ask who answers when a test says so. */
export interface ScriptedDesk extends ExecApprovalDesk {
  readonly questions: ExecApprovalQuestion[];
  readonly events: ExecApprovalEvent[];
  readonly startedIds: string[];
  /** Answers the last question; null is no answer in time. */
  answer(decision: ExecDecision | null): void;
  /** The next event of this kind, come or to come. */
  event(kind: ExecApprovalEvent["kind"]): Promise<ExecApprovalEvent>;
  /** The next question fails to be stored. */
  failNext(): void;
}

export function scriptedDesk(now: () => number): ScriptedDesk {
  const questions: ExecApprovalQuestion[] = [];
  const events: ExecApprovalEvent[] = [];
  const startedIds: string[] = [];
  let waiting: { kind: string; resolve: (event: ExecApprovalEvent) => void }[] = [];
  let answerLast: (decision: ExecDecision | null) => void = () => {};
  let failing = false;
  return {
    questions,
    events,
    startedIds,
    async ask(question) {
      if (failing) {
        failing = false;
        throw new Error("the disk is full");
      }
      questions.push(question);
      const decision = new Promise<ExecDecision | null>((resolve) => {
        answerLast = resolve;
      });
      return { expiresAtMs: now() + question.timeoutMs, decision };
    },
    async started(id) {
      startedIds.push(id);
    },
    async report(event) {
      events.push(event);
      const due = waiting.filter(({ kind }) => kind === event.kind);
      waiting = waiting.filter(({ kind }) => kind !== event.kind);
      for (const { resolve } of due) resolve(event);
    },
    answer: (decision) => answerLast(decision),
    event(kind) {
      const found = events.find((event) => event.kind === kind);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => waiting.push({ kind, resolve }));
    },
    failNext() {
      failing = true;
    },
  };
}

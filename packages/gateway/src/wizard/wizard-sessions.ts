import { randomUUID } from "node:crypto";
import { SetupCancelled } from "@openclaw/setup/onboarding";
import { invalidRequest, unavailable } from "../methods/handler.ts";
import type { SetUp } from "./open-wizard.ts";
import { createStepPrompter, type StepPrompter, type WizardStep } from "./step-prompter.ts";

export type WizardStatus = "running" | "done" | "cancelled" | "error";

export interface WizardProgress {
  done: boolean;
  step?: WizardStep;
  status: WizardStatus;
  error?: string;
}

/** Wizards that somebody answers over the protocol; one at a time. */
export interface WizardSessions {
  /** @throws RequestError when one is running */
  start(request: Parameters<SetUp>[0]): Promise<WizardProgress & { sessionId: string }>;
  /** The step that waits; with an answer the one after it. @throws RequestError */
  next(sessionId: string, answer: { stepId: string; value?: unknown } | undefined): Promise<WizardProgress>;
  /** @throws RequestError */
  cancel(sessionId: string): { status: WizardStatus; error?: string };
  /** @throws RequestError */
  status(sessionId: string): { status: WizardStatus; error?: string };
  close(): void;
}

/** A session nobody asks about for this long is cancelled, ms. */
const idleMs = 30 * 60_000;

interface Session {
  id: string;
  prompter: StepPrompter;
  status: WizardStatus;
  error?: string;
  idle?: NodeJS.Timeout;
}

export function createWizardSessions(options: {
  setUp: SetUp;
  /** Told when a session begins and when it has ended. */
  onChange(running: boolean): void;
}): WizardSessions {
  let session: Session | undefined;

  function expect(id: string): Session {
    if (session?.id !== id) throw invalidRequest("wizard not found");
    touch(session);
    return session;
  }

  function touch(current: Session): void {
    clearTimeout(current.idle);
    current.idle = setTimeout(() => end(current, "cancelled"), idleMs);
    current.idle.unref();
  }

  function end(current: Session, status: WizardStatus, error?: string): void {
    if (current.status !== "running") return;
    current.status = status;
    if (error !== undefined) current.error = error;
    clearTimeout(current.idle);
    current.prompter.close(new SetupCancelled());
    options.onChange(false);
  }

  async function run(current: Session, request: Parameters<SetUp>[0]): Promise<void> {
    try {
      await options.setUp(request, current.prompter);
      await current.prompter.settled();
      end(current, "done");
    } catch (error) {
      if (error instanceof SetupCancelled) end(current, "cancelled", "cancelled");
      else end(current, "error", error instanceof Error ? error.message : String(error));
    }
  }

  /** Waits for the next step or the end; a result that is final is told once. */
  async function progress(current: Session, problem?: string): Promise<WizardProgress> {
    const step = await current.prompter.pending();
    if (step !== undefined && current.status === "running") {
      return { done: false, step, status: "running", ...(problem !== undefined && { error: problem }) };
    }
    if (session === current) session = undefined;
    return { done: true, status: current.status, ...(current.error !== undefined && { error: current.error }) };
  }

  return {
    async start(request) {
      if (session?.status === "running") throw unavailable("wizard already running");
      const current: Session = { id: randomUUID(), prompter: createStepPrompter(), status: "running" };
      session = current;
      touch(current);
      options.onChange(true);
      void run(current, request);
      return { sessionId: current.id, ...(await progress(current)) };
    },
    async next(id, answer) {
      const current = expect(id);
      if (answer === undefined) return progress(current);
      if (current.status !== "running") throw invalidRequest("wizard not running");
      const outcome = current.prompter.answer(answer.stepId, answer.value);
      if (outcome.kind === "stale") throw invalidRequest("Error: wizard: no pending step");
      return progress(current, outcome.kind === "refused" ? outcome.problem : undefined);
    },
    cancel(id) {
      const current = expect(id);
      end(current, "cancelled", "cancelled");
      session = undefined;
      return { status: "cancelled", error: "cancelled" };
    },
    status(id) {
      const current = expect(id);
      const { status, error } = current;
      if (status !== "running") session = undefined;
      return { status, ...(error !== undefined && { error }) };
    },
    close() {
      if (session) end(session, "cancelled", "cancelled");
      session = undefined;
    },
  };
}

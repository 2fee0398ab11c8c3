import { randomUUID } from "node:crypto";
import type { SetupChoice, SetupPrompter } from "@openclaw/setup/onboarding";

/** One question or text as clients get it. */
export interface WizardStep {
  id: string;
  type: "note" | "select" | "text" | "confirm" | "multiselect";
  title?: string;
  message?: string;
  options?: { value: string; label: string; hint?: string }[];
  initialValue?: unknown;
  placeholder?: string;
  sensitive?: boolean;
  executor: "client";
}

/** What became of an answer. */
export type AnswerOutcome = { kind: "taken" } | { kind: "stale" } | { kind: "refused"; problem: string };

/** Turns the questions of setting up into steps that are answered from outside, one after the other. */
export interface StepPrompter extends SetupPrompter {
  /** The step that waits for an answer, or the next one; undefined when there will be none. */
  pending(): Promise<WizardStep | undefined>;
  answer(stepId: string, value: unknown): AnswerOutcome;
  /** Resolves when everything that was shown has been read. */
  settled(): Promise<unknown>;
  /** Ends it: every question fails with this. */
  close(reason: Error): void;
}

/** Reads an answer, or says what is wrong with it. */
type Read<T> = (value: unknown) => { value: T } | { problem: string };

interface SelectQuestion<V extends string> {
  message: string;
  options: readonly SetupChoice<V>[];
  initial?: V | undefined;
}

interface MultiselectQuestion<V extends string> {
  message: string;
  options: readonly SetupChoice<V>[];
  initial?: readonly V[];
}

interface Pending {
  step: WizardStep;
  take(value: unknown): string | undefined;
  reject(reason: Error): void;
}

export function createStepPrompter(): StepPrompter {
  let current: Pending | undefined;
  let ended: Error | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let waiting: (() => void)[] = [];

  function wake(): void {
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  }

  function ask<T>(step: Omit<WizardStep, "id" | "executor">, read: Read<T>): Promise<T> {
    const asked = queue.then(
      () =>
        new Promise<T>((resolve, reject) => {
          if (ended) return reject(ended);
          current = {
            step: { ...step, executor: "client", id: randomUUID() },
            reject,
            take(value) {
              const answer = read(value);
              if ("problem" in answer) return answer.problem;
              current = undefined;
              resolve(answer.value);
              return undefined;
            },
          };
          wake();
        }),
    );
    // A note that nobody waits for must not surface as an unhandled rejection.
    queue = asked.catch(() => undefined);
    return asked;
  }

  const show = (title: string | undefined, message: string) =>
    ask<void>({ type: "note", ...(title !== undefined && { title }), message }, () => ({ value: undefined }));

  return {
    intro: (title) => show(title, ""),
    outro: (text) => show("Done", text),
    note: (text, title) => show(title, text),
    text: ({ message, placeholder, initial, secret = false, validate }) =>
      ask<string>(
        {
          type: "text",
          message,
          ...(initial !== undefined && { initialValue: initial }),
          ...(placeholder !== undefined && { placeholder }),
          ...(secret && { sensitive: true }),
        },
        (value) => {
          if (value !== undefined && typeof value !== "string") return { problem: "The answer must be a text." };
          const text = (value ?? initial ?? "").trim();
          const problem = validate?.(text);
          return problem === undefined ? { value: text } : { problem };
        },
      ),
    select: <V extends string>({ message, options, initial }: SelectQuestion<V>) =>
      ask<V>(
        { type: "select", message, options: shown(options), ...(initial !== undefined && { initialValue: initial }) },
        (value) => {
          const found = options.find((option) => option.value === value);
          return found ? { value: found.value } : { problem: "The answer must be one of the options." };
        },
      ),
    multiselect: <V extends string>({ message, options, initial }: MultiselectQuestion<V>) =>
      ask<V[]>(
        { type: "multiselect", message, options: shown(options), ...(initial && { initialValue: [...initial] }) },
        (value) => {
          const wanted: readonly unknown[] = Array.isArray(value) ? value : [];
          const known = wanted.every((each) => options.some((option) => option.value === each));
          if (!Array.isArray(value) || !known) return { problem: "The answer must be a list of the options." };
          return { value: options.flatMap((option) => (wanted.includes(option.value) ? [option.value] : [])) };
        },
      ),
    confirm: ({ message, initial = false }) =>
      ask<boolean>({ type: "confirm", message, initialValue: initial }, (value) =>
        typeof value === "boolean" ? { value } : { problem: "The answer must be true or false." },
      ),
    // Clients see the next real step.
    progress: () => ({ update() {}, stop() {} }),
    async pending() {
      while (current === undefined && ended === undefined) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return current?.step;
    },
    answer(stepId, value) {
      if (current?.step.id !== stepId) return { kind: "stale" };
      const problem = current.take(value);
      return problem === undefined ? { kind: "taken" } : { kind: "refused", problem };
    },
    settled: () => queue,
    close(reason) {
      ended = reason;
      current?.reject(reason);
      current = undefined;
      wake();
    },
  };
}

function shown(options: readonly { value: string; label: string; hint?: string }[]) {
  return options.map(({ value, label, hint }) => ({ value, label, ...(hint !== undefined && { hint }) }));
}

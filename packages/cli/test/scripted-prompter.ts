import { SetupCancelled } from "../../setup/src/onboarding/index.ts";
import type { WizardPrompter } from "../src/terminal/wizard-prompter.ts";

/** What somebody presses instead of an answer: `interrupt` gives up, `enter` takes what is offered. */
export const interrupt = Symbol("interrupt");
export const enter = Symbol("enter");
type Answer = string | boolean | readonly string[] | typeof interrupt | typeof enter;

/** Answers the questions of a wizard in their order; each line is a part of the question, and what is answered. */
export function scriptedPrompter(script: readonly (readonly [question: string, answer: Answer])[]) {
  const left = [...script];
  const notes: string[] = [];
  const asked: string[] = [];
  const refused: string[] = [];
  const next = (message: string): Exclude<Answer, typeof interrupt> => {
    asked.push(message);
    const [question, answer] = left[0] ?? ["nothing more", interrupt];
    if (!message.includes(question)) {
      throw new Error(`"${message}" was asked, where "${question}" was expected after:\n${notes.slice(-3).join("\n")}`);
    }
    left.shift();
    if (answer === interrupt) throw new SetupCancelled();
    return answer;
  };
  const prompter: WizardPrompter = {
    intro: async (title) => void notes.push(title),
    outro: async (text) => void notes.push(text),
    note: async (text, title = "") => void notes.push(`${title}\n${text}`),
    line: (text) => void notes.push(text),
    async text({ message, initial = "", validate }) {
      for (;;) {
        const answer = next(message);
        const text = answer === enter ? initial : String(answer);
        const problem = validate?.(text);
        if (problem === undefined) return text;
        refused.push(problem);
      }
    },
    async confirm({ message, initial = false }) {
      const answer = next(message);
      return answer === enter ? initial : answer === true;
    },
    async select({ message, options, initial }) {
      const answer = next(message);
      const found = options.find(({ value }) => value === (answer === enter ? initial : answer));
      if (!found) {
        throw new Error(`"${message}" has no "${String(answer)}": ${options.map(({ value }) => value).join(", ")}`);
      }
      return found.value;
    },
    async multiselect({ message, options, initial = [] }) {
      const answer = next(message);
      const wanted: readonly string[] = Array.isArray(answer) ? answer : initial;
      return options.flatMap(({ value }) => (wanted.includes(value) ? [value] : []));
    },
    progress: () => ({ update() {}, stop() {} }),
  };
  return {
    prompter,
    asked,
    /** What was said to be wrong with answers. */
    refused,
    /** Everything that was shown. */
    shown: () => notes.join("\n"),
    /** The note with a title. */
    note: (title: string) => notes.findLast((text) => text.startsWith(`${title}\n`))?.slice(title.length + 1),
    /** What was not asked. */
    left: () => left.map(([question]) => question),
  };
}

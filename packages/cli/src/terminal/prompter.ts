import type { AuthPrompter } from "@openclaw/models";
import type { CommandContext, TerminalInput } from "../run/command-context.ts";
import { createLinePrompter } from "./line-prompter.ts";
import { PromptCancelled } from "./prompt-cancelled.ts";

/** One of several answers. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Asks questions on the terminal. `close` gives the input back. */
export interface TerminalPrompter extends AuthPrompter {
  /** Any number of answers, none too. */
  multiselect(question: {
    message: string;
    options: readonly Choice[];
    initial?: readonly string[];
  }): Promise<string[]>;
  close(): void;
}

/**
 * The prompts of a command. A question that is ended with Ctrl+C or Esc rejects with PromptCancelled, which ends the
 * command without an error.
 * @param cancelled what is said then
 */
export function createPrompter(context: CommandContext, cancelled?: string): TerminalPrompter {
  return isScreen(context.stdin) && context.stdout.isTTY === true
    ? createScreenPrompter(context, cancelled)
    : createLinePrompter(context, cancelled);
}

/** Whether single keys can be read. */
function isScreen(stdin: TerminalInput): boolean {
  return stdin.isTTY === true && "setRawMode" in stdin;
}

/** The same prompts as those of the wizards; their library is loaded with the first question. */
function createScreenPrompter(context: CommandContext, cancelled: string | undefined): TerminalPrompter {
  const open = async () =>
    (await import("./clack-prompter.ts")).createClackPrompter(context, () => new PromptCancelled(cancelled));
  let opened: ReturnType<typeof open> | undefined;
  const prompts = () => (opened ??= open());
  return {
    text: async (question) => (await prompts()).text(question),
    select: async (question) => (await prompts()).select(question),
    multiselect: async (question) => (await prompts()).multiselect(question),
    confirm: async (question) => (await prompts()).confirm(question),
    async note(text, title) {
      await (await prompts()).note(text, title);
    },
    progress: createLinePrompter(context).progress,
    close() {},
  };
}

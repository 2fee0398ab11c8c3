import type { SetupPrompter } from "../setup-prompter.ts";

interface ForeignChoice {
  value: unknown;
  label: string;
  hint?: string;
}

/** How set-ups of the reference release ask: the same questions under its own names, with answers of any type. */
export interface ForeignPrompter {
  intro(title: string): Promise<void>;
  outro(text: string): Promise<void>;
  note(text: string, title?: string): Promise<void>;
  text(question: {
    message: string;
    initialValue?: string;
    placeholder?: string;
    validate?: (value: string) => string | undefined;
  }): Promise<string>;
  confirm(question: { message: string; initialValue?: boolean }): Promise<boolean>;
  select(question: { message: string; options: readonly ForeignChoice[]; initialValue?: unknown }): Promise<unknown>;
  multiselect(question: {
    message: string;
    options: readonly ForeignChoice[];
    initialValues?: readonly unknown[];
  }): Promise<unknown[]>;
  progress(text: string): { update(text: string): void; stop(text?: string): void };
}

export function foreignPrompter(prompter: SetupPrompter): ForeignPrompter {
  const shown = (options: readonly ForeignChoice[]) =>
    options.map(({ value, label, hint }, at) => ({
      value: typeof value === "string" ? value : `#${at}`,
      label: String(label),
      ...(hint === undefined ? {} : { hint: String(hint) }),
    }));
  const keyOf = (options: readonly ForeignChoice[], value: unknown) => {
    const at = options.findIndex((each) => each.value === value);
    return at < 0 ? undefined : shown(options)[at]?.value;
  };
  const answerOf = (options: readonly ForeignChoice[], key: string) =>
    options[shown(options).findIndex((each) => each.value === key)]?.value;
  return {
    intro: (title) => prompter.note("", title),
    outro: (text) => prompter.note(text),
    note: (text, title) => prompter.note(text, title),
    text: ({ message, initialValue, placeholder, validate }) =>
      prompter.text({
        message,
        ...(initialValue === undefined ? {} : { initial: initialValue }),
        ...(placeholder === undefined ? {} : { placeholder }),
        ...(validate === undefined ? {} : { validate }),
      }),
    confirm: ({ message, initialValue }) =>
      prompter.confirm({ message, ...(initialValue === undefined ? {} : { initial: initialValue }) }),
    async select({ message, options, initialValue }) {
      const initial = keyOf(options, initialValue);
      return answerOf(options, await prompter.select({ message, options: shown(options), initial }));
    },
    async multiselect({ message, options, initialValues = [] }) {
      const initial = initialValues.flatMap((value) => keyOf(options, value) ?? []);
      const chosen = await prompter.multiselect({ message, options: shown(options), initial });
      return chosen.map((key) => answerOf(options, key));
    },
    progress: (text) => prompter.progress(text),
  };
}

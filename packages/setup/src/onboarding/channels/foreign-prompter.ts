import type { ForeignPrompter } from "@openclaw/plugin-sdk";
import type { SetupPrompter } from "../setup-prompter.ts";

interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

/** How set-ups of the reference release ask: the same questions under its own names, with answers of any type. */
export function foreignPrompter(prompter: SetupPrompter): ForeignPrompter {
  /** What is no text cannot be an answer of ours: it stands for its place. */
  const shown = <T>(options: readonly Choice<T>[]) =>
    options.map(({ value, label, hint }, at) => ({
      value: typeof value === "string" ? value : `#${at}`,
      label,
      ...(hint === undefined ? {} : { hint }),
    }));
  const keyOf = <T>(options: readonly Choice<T>[], value: T | undefined) =>
    shown(options)[options.findIndex((each) => each.value === value)]?.value;
  const answersOf = <T>(options: readonly Choice<T>[], keys: readonly string[]): T[] => {
    const known = shown(options);
    return options.filter((_option, at) => keys.includes(known[at]?.value ?? "")).map(({ value }) => value);
  };
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
      const chosen = await prompter.select({ message, options: shown(options), initial: keyOf(options, initialValue) });
      const [answer] = answersOf(options, [chosen]);
      if (answer === undefined) throw new Error(`"${chosen}" is no answer to: ${message}`);
      return answer;
    },
    async multiselect({ message, options, initialValues = [] }) {
      const initial = initialValues.flatMap((value) => keyOf(options, value) ?? []);
      return answersOf(options, await prompter.multiselect({ message, options: shown(options), initial }));
    },
    progress: (text) => prompter.progress(text),
  };
}

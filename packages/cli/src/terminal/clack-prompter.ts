import { SetupCancelled } from "@openclaw/setup/onboarding";
import type { CommandContext } from "../run/command-context.ts";
import { textWidth, wrapText } from "./text-width.ts";
import type { WizardPrompter } from "./wizard-prompter.ts";

/**
 * The prompts in a real terminal. Loaded only when somebody sits at one.
 * @param cancelled what a question that is ended rejects with
 */
export async function createClackPrompter(
  context: CommandContext,
  cancelled: () => Error = () => new SetupCancelled(),
): Promise<WizardPrompter> {
  const clack = await import("@clack/prompts");
  const io = { input: context.stdin, output: context.stdout };
  const answered = <T>(value: T): Exclude<T, symbol> => {
    if (clack.isCancel(value)) throw cancelled();
    return value as Exclude<T, symbol>;
  };
  /** Long lines would be broken by the terminal, in the middle of words and through the frame. */
  const wrapped = (text: string) => {
    const width = Math.max(20, Math.min(88, (context.stdout.columns ?? 80) - 8));
    return text
      .split("\n")
      .flatMap((line) => (textWidth(line) > width ? wrapText(line, width) : [line]))
      .join("\n");
  };
  const optionsOf = <V extends string>(options: readonly { value: V; label: string; hint?: string }[]) =>
    options.map(({ value, label, hint }) => ({ value, label, ...(hint !== undefined && { hint }) })) as never;
  return {
    async intro(title) {
      clack.intro(context.style.heading(title), io);
    },
    async outro(text) {
      clack.outro(text, io);
    },
    async note(text, title) {
      clack.note(wrapped(context.shorten(text)), title, { ...io, format: (line) => line });
    },
    line: (text) => clack.log.step(wrapped(text), io),
    async text({ message, placeholder, initial, secret = false, validate }) {
      const check = (value: string | undefined) => validate?.((value ?? "").trim());
      const answer = secret
        ? await clack.password({ ...io, message, validate: check })
        : await clack.text({
            ...io,
            message,
            validate: check,
            ...(placeholder !== undefined && { placeholder }),
            ...(initial !== undefined && { initialValue: initial }),
          });
      return (answered(answer) ?? "").trim();
    },
    async select({ message, options, initial }) {
      const answer = await clack.select<string>({
        ...io,
        message,
        options: optionsOf(options),
        maxItems: 10,
        ...(initial !== undefined && { initialValue: initial }),
      });
      const value = answered(answer);
      const found = options.find((each) => each.value === value);
      if (!found) throw new Error(`the terminal answered "${value}", which is no option`);
      return found.value;
    },
    async multiselect({ message, options, initial = [] }) {
      const answer = await clack.multiselect<string>({
        ...io,
        message,
        options: optionsOf(options),
        required: false,
        maxItems: 10,
        initialValues: [...initial],
      });
      const chosen = answered(answer);
      return options.flatMap(({ value }) => (chosen.includes(value) ? [value] : []));
    },
    async confirm({ message, initial = false }) {
      return answered(await clack.confirm({ ...io, message, initialValue: initial }));
    },
    progress(text) {
      const spinner = clack.spinner({ output: io.output });
      spinner.start(text);
      return {
        update: (next) => spinner.message(next),
        stop: (last) => spinner.stop(last ?? text),
      };
    },
  };
}

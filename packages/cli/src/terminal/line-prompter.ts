import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { startProgress } from "./progress.ts";
import { PromptCancelled } from "./prompt-cancelled.ts";
import type { TerminalPrompter } from "./prompter.ts";

/** One line per answer, for input that is no screen: an answer that will not do is asked for again. */
export function createLinePrompter(context: CommandContext, cancelled?: string): TerminalPrompter {
  const { stdin, stdout, style } = context;
  const lines: string[] = [];
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let muted = false;
  let ended = false;
  let reader: Interface | undefined;

  function open(): Interface {
    if (reader) return reader;
    // What is typed for a secret is not repeated on the screen.
    const output = new Writable({
      write(chunk, _encoding, done) {
        if (!muted) stdout.write(chunk);
        done();
      },
    });
    reader = createInterface({ input: stdin, output, terminal: stdout.isTTY === true && "setRawMode" in stdin });
    reader.on("line", (line) => {
      const first = waiting.shift();
      if (first) first.resolve(line);
      else lines.push(line);
    });
    reader.once("SIGINT", () => {
      ended = true;
      for (const { reject } of waiting.splice(0)) reject(new PromptCancelled(cancelled));
      reader?.close();
    });
    reader.once("close", () => {
      ended = true;
      for (const { reject } of waiting.splice(0)) reject(noAnswer());
    });
    return reader;
  }

  async function ask(question: string, secret = false): Promise<string> {
    open();
    stdout.write(question);
    muted = secret;
    try {
      const known = lines.shift();
      if (known !== undefined) return known;
      if (ended) throw noAnswer();
      return await new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
    } finally {
      muted = false;
      if (secret) stdout.write("\n");
    }
  }

  return {
    async text({ message, placeholder, initial, secret = false, validate }) {
      const hint = initial ?? placeholder;
      for (;;) {
        const typed = await ask(`${style.accent("?")} ${message}${hint ? style.muted(` (${hint})`) : ""}: `, secret);
        const answer = typed.trim() === "" && initial !== undefined ? initial : typed.trim();
        const problem = validate?.(answer);
        if (problem === undefined) return answer;
        context.warn(problem);
      }
    },
    async select({ message, options }) {
      context.print(`${style.accent("?")} ${message}`);
      for (const [at, { label, hint }] of options.entries()) {
        context.print(`  ${at + 1}. ${label}${hint ? style.muted(` (${hint})`) : ""}`);
      }
      for (;;) {
        const answer = (await ask(`Number (1-${options.length}): `)).trim();
        const chosen = options[Number(answer) - 1] ?? options.find(({ value }) => value === answer);
        if (chosen) return chosen.value;
        context.warn(`There is no choice "${answer}".`);
      }
    },
    async multiselect({ message, options, initial = [] }) {
      context.print(`${style.accent("?")} ${message}`);
      const chosen: string[] = [];
      for (const { value, label, hint } of options) {
        const preset = initial.includes(value);
        const question = `  ${label}${hint ? style.muted(` (${hint})`) : ""} ${preset ? "[Y/n]" : "[y/N]"} `;
        const answer = (await ask(question)).trim();
        if (answer === "" ? preset : /^y(?:es)?$/i.test(answer)) chosen.push(value);
      }
      return chosen;
    },
    async confirm({ message, initial = false }) {
      const answer = (await ask(`${style.accent("?")} ${message} ${initial ? "[Y/n]" : "[y/N]"} `)).trim();
      return answer === "" ? initial : /^y(?:es)?$/i.test(answer);
    },
    note(text, title) {
      if (title !== undefined) context.print(style.heading(title));
      context.print(text);
    },
    progress(text) {
      const spinner = startProgress(text, { stream: context.stderr, style: context.errorStyle, env: context.env });
      return {
        update: (next) => spinner.update(next),
        stop(last) {
          spinner.stop();
          if (last !== undefined) context.print(last);
        },
      };
    },
    close: () => reader?.close(),
  };
}

function noAnswer(): CliError {
  return new CliError("The question was not answered; nothing was changed.", { code: "no-answer" });
}

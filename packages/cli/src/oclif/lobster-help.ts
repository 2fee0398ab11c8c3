import { type Command, HelpBase, type Interfaces } from "@oclif/core";
import { globalFlagHelp } from "../parse/global-flag-help.ts";
import type { Style } from "../terminal/style.ts";
import { padText, textWidth, wrapText } from "../terminal/text-width.ts";

const documentation = "https://docs.openclaw.ai";

export interface LobsterHelpOptions {
  style: Style;
  /** Columns of the terminal; undefined when it has none. */
  width: number | undefined;
  write(text: string): void;
}

type Row = readonly [name: string, text: string];

/** Help in our colours and layout, made from what oclif knows about the commands. */
export class LobsterHelp extends HelpBase {
  readonly #options: LobsterHelpOptions;

  constructor(config: Interfaces.Config, options: LobsterHelpOptions) {
    super(config);
    this.#options = options;
  }

  /** Help of the words of a command; of the whole program when there are none. */
  override async showHelp(words: string[]): Promise<void> {
    const id = words.join(":");
    const command = this.config.findCommand(id);
    if (command) return this.showCommandHelp(command);
    const topic = id === "" ? undefined : this.config.findTopic(id);
    this.#write([
      this.#usage(id === "" ? "[global options] <command> [options]" : `${words.join(" ")} <command>`),
      topic?.description ?? "An AI assistant on your own machine: the Gateway, agents and chats.",
      this.#table("Options:", id === "" ? globalFlagHelp : [["-h, --help", "show this help"]]),
      this.#table("Commands:", this.#children(id)),
      this.#docs("/cli"),
    ]);
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    const usage = Array.isArray(command.usage) ? command.usage.join("\n") : (command.usage ?? command.id);
    const argumentRows = Object.entries(command.args).map(([name, arg]): Row => [name, arg.description ?? ""]);
    this.#write([
      this.#usage(usage),
      command.description ?? command.summary,
      argumentRows.length > 0 ? this.#table("Arguments:", argumentRows) : undefined,
      this.#table("Options:", optionRows(command)),
      this.#table("Commands:", this.#children(command.id)),
      this.#examples(command.examples ?? []),
      this.#docs(typeof command.docs === "string" ? command.docs : undefined),
    ]);
  }

  #write(parts: readonly (string | undefined)[]): void {
    const shown = parts.filter((part) => part !== undefined && part !== "");
    this.#options.write(`${shown.join("\n\n")}\n`);
  }

  #usage(line: string): string {
    return `${this.#options.style.heading("Usage:")} ${this.config.bin} ${line}`;
  }

  /** The commands and groups one word below an id, by name. */
  #children(id: string): Row[] {
    const prefix = id === "" ? "" : `${id}:`;
    const rows = new Map<string, string>();
    for (const { name, description, hidden } of this.config.topics) {
      const word = name.slice(prefix.length);
      if (!hidden && name.startsWith(prefix) && word !== "" && !word.includes(":")) rows.set(word, description ?? "");
    }
    for (const command of this.config.commands) {
      const word = command.id.slice(prefix.length);
      if (!command.id.startsWith(prefix) || word === "" || word.includes(":")) continue;
      if (command.hidden) rows.delete(word);
      else rows.set(word, command.summary ?? "");
    }
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #table(title: string, rows: readonly Row[]): string | undefined {
    if (rows.length === 0) return undefined;
    const { style } = this.#options;
    const name = title === "Commands:" ? style.accentBright : style.warn;
    const width = this.#options.width || 120;
    const left = Math.max(...rows.map(([text]) => textWidth(text)));
    if (width - left - 4 < 16) return [style.heading(title), ...stacked(rows, width, name)].join("\n");
    const room = width - left - 4;
    const lines = rows.flatMap(([label, text]) =>
      wrapText(text, room).map((line, index) =>
        `  ${index === 0 ? name(padText(label, left)) : " ".repeat(left)}  ${line}`.trimEnd(),
      ),
    );
    return [style.heading(title), ...lines].join("\n");
  }

  #examples(examples: readonly Command.Example[]): string | undefined {
    if (examples.length === 0) return undefined;
    const { style } = this.#options;
    const lines = examples.flatMap((example) =>
      typeof example === "string"
        ? [`  ${example}`]
        : [`  ${style.accentBright(example.command)}`, `    ${style.muted(example.description)}`],
    );
    return [style.heading("Examples:"), ...lines].join("\n");
  }

  #docs(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const { style } = this.#options;
    const url = documentation + path;
    return `${style.heading("Docs:")} ${style.link(url, url.slice("https://".length))}`;
  }
}

/** Rows of a terminal that has no room for two columns: the text below the name. */
function stacked(rows: readonly Row[], width: number, paint: (text: string) => string): string[] {
  return rows.flatMap(([label, text]) => [
    ...wrapText(label, Math.max(1, width - 2)).map((line) => `  ${paint(line)}`),
    ...wrapText(text, Math.max(1, width - 4)).map((line) => `    ${line}`),
  ]);
}

function optionRows(command: Command.Loadable): Row[] {
  const rows = Object.entries(command.flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]): Row => {
      const short = flag.char ? `-${flag.char}, ` : "";
      if (flag.type === "boolean") return [`${short}--${name}`, flag.summary ?? ""];
      const notes = [
        flag.options?.length ? `one of ${flag.options.join(", ")}` : undefined,
        typeof flag.default === "string" || typeof flag.default === "number" ? `default ${flag.default}` : undefined,
        flag.required ? "required" : undefined,
      ].filter((note) => note !== undefined);
      const text = [flag.summary, notes.length > 0 ? `(${notes.join("; ")})` : undefined].filter(Boolean).join(" ");
      return [`${short}--${name} <${flag.helpValue ?? name}>`, text];
    });
  const help: Row = ["-h, --help", "show this help"];
  return [...rows, help].sort(([a], [b]) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** Sorts by the long name. */
function sortKey(label: string): string {
  return label.slice(label.indexOf("--"));
}
